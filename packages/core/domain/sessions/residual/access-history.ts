/**
 * Who was in which group, what a group could take, and what was taken away, as events and crawls of the directory show it. Pure; any
 * order and any duplication of the facts gives the same answers. Where neither an event nor a crawl speaks of the time asked about,
 * the answer is `perhaps`, never a guess.
 */
import type { TrailEvent } from "../../event.ts";
import type { PersonKey } from "../../person.ts";
import type { Instant } from "../../time.ts";
import { amended } from "../../trail/amended.ts";

/** Something that crawls saw in `[from, to)`; a null `to` is open. */
export interface Observed {
  readonly from: Instant;
  readonly to: Instant | null;
}

export interface ObservedMembership extends Observed, PersonKey {
  readonly groupId: string;
}

export interface ObservedAssignment extends Observed {
  readonly accountId: string;
  readonly permissionSetArn: string;
  readonly principalId: string;
}

/** What residuals are judged by beside the events of the person. */
export interface AccessFacts {
  /** Every change of assignments, memberships, groups, permission sets, applications and entitlements. */
  readonly events: readonly TrailEvent[];
  /** Of the groups that the removals among the events concern. */
  readonly memberships: readonly ObservedMembership[];
  /** Of the same groups. */
  readonly assignments: readonly ObservedAssignment[];
  readonly permissionSets: readonly { readonly arn: string; readonly name: string }[];
  readonly instances: readonly {
    readonly instanceArn: string;
    readonly identityStoreArn: string;
  }[];
  /** Null before the first crawl. */
  readonly firstCrawlAt: Instant | null;
}

export const NO_ACCESS_FACTS: AccessFacts = {
  events: [],
  memberships: [],
  assignments: [],
  permissionSets: [],
  instances: [],
  firstCrawlAt: null,
};

export interface Target {
  /** Null: every account. */
  readonly accountId: string | null;
  /** Null where only its ARN is known. */
  readonly permissionSetName: string | null;
}

export type Membership = "yes" | "perhaps" | "no";

type Of<K extends TrailEvent["kind"]> = Extract<TrailEvent, { kind: K }>;

export class AccessHistory {
  readonly #assignmentsOf = new Map<string, Of<"assignment">[]>();
  readonly #aboutPrincipal = new Map<string, TrailEvent[]>();
  readonly #aboutEverybody: TrailEvent[] = [];
  readonly #joins = new Map<string, Of<"membership">[]>();
  readonly #groupsOf = new Map<string, Set<string>>();
  readonly #observedMembers = new Map<string, Observed[]>();
  readonly #observedTargets = new Map<string, ObservedAssignment[]>();
  readonly #names = new Map<string, string>();
  readonly #stores: ReadonlyMap<string, string>;
  readonly #uncharted = new Map<string, TrailEvent[]>();
  readonly #firstCrawlAt: Instant | null;

  constructor(facts: AccessFacts) {
    this.#firstCrawlAt = facts.firstCrawlAt;
    this.#stores = new Map(facts.instances.map((one) => [one.instanceArn, one.identityStoreArn]));
    const ordered = amended(facts.events).filter((event) => event.errorCode === null);
    for (const { arn, name } of facts.permissionSets) this.#names.set(arn, name);
    for (const event of ordered) this.#add(event);
    for (const one of facts.memberships) {
      put(this.#observedMembers, membershipOf(one.groupId, one), one);
      this.#belongs(one.userId, one.groupId);
    }
    for (const one of facts.assignments) put(this.#observedTargets, one.principalId, one);
  }

  #add(event: TrailEvent): void {
    switch (event.kind) {
      case "assignment":
        if (event.principalId === null) return;
        put(this.#assignmentsOf, event.principalId, event);
        if (event.change === "deleted")
          this.#removal(event, event.principalType, event.principalId);
        return;
      case "membership":
        this.#addMembership(event);
        return;
      case "directory-group":
        if (event.change === "deleted") this.#removal(event, "GROUP", event.groupId);
        return;
      case "permission-set":
        if (event.permissionSetArn !== null && event.permissionSetName !== null)
          this.#names.set(event.permissionSetArn, event.permissionSetName);
        this.#aboutEverybody.push(event);
        return;
      case "entitlement":
        if (event.change === "deleted")
          this.#removal(event, event.principalType, event.principalId);
        return;
      case "application":
      case "access-application":
        this.#application(event);
        return;
      default:
    }
  }

  #application(event: Of<"application"> | Of<"access-application">): void {
    const principal = event.kind === "application" ? event.principalId : null;
    if (principal === null) this.#aboutEverybody.push(event);
    else if (event.change === "deleted" && event.kind === "application")
      this.#removal(event, event.principalType, principal);
  }

  #removal(event: TrailEvent, principalType: string | null, principalId: string | null): void {
    if (principalId === null) return;
    put(this.#aboutPrincipal, principalId, event);
    if (principalType !== "GROUP" || this.#charted(event.occurredAt)) return;
    const account =
      event.kind === "assignment" || event.kind === "entitlement" ? event.targetAccountId : null;
    if (account !== null) put(this.#uncharted, account, event);
  }

  #addMembership(event: Of<"membership">): void {
    if (event.groupId === null) return;
    for (const userId of membersIn(event)) {
      put(this.#joins, `${event.groupId} ${userId}`, event);
      this.#belongs(userId, event.groupId);
    }
  }

  #belongs(userId: string, groupId: string): void {
    const groups = this.#groupsOf.get(userId);
    if (groups === undefined) this.#groupsOf.set(userId, new Set([groupId]));
    else groups.add(groupId);
  }

  /** Groups the person was ever seen in. */
  groupsOf(person: PersonKey): ReadonlySet<string> {
    return this.#groupsOf.get(person.userId) ?? NO_GROUPS;
  }

  /**
   * Assignments and entitlements that groups lost in an account while nobody can say who was in them: no crawl was complete by then.
   */
  uncharted(accountId: string): readonly TrailEvent[] {
    return this.#uncharted.get(accountId) ?? [];
  }

  #charted(at: Instant): boolean {
    return this.#firstCrawlAt !== null && this.#firstCrawlAt <= at;
  }

  /** Deletions of assignments, entitlements and access to applications of a user or group, and of the group itself. */
  removalsFrom(principalId: string): readonly TrailEvent[] {
    return this.#aboutPrincipal.get(principalId) ?? [];
  }

  /** Changes that name no principal: of permission sets, and of whole applications. */
  changesForEverybody(): readonly TrailEvent[] {
    return this.#aboutEverybody;
  }

  /** Membership changes that name the person. */
  membershipChanges(person: PersonKey): Of<"membership">[] {
    return [...this.groupsOf(person)].flatMap((groupId) => this.#changes(groupId, person));
  }

  #changes(groupId: string, person: PersonKey): readonly Of<"membership">[] {
    return (this.#joins.get(`${groupId} ${person.userId}`) ?? []).filter((event) =>
      inStore(event, person),
    );
  }

  /** Whether the person was in the group just before the instant. */
  memberAt(person: PersonKey, groupId: string, at: Instant): Membership {
    const changes = this.#changes(groupId, person);
    const last = changes.findLast((event) => event.occurredAt < at);
    const observed = this.#observedMembers.get(membershipOf(groupId, person)) ?? [];
    const covering = observed.filter((one) => one.from <= at && (one.to === null || one.to > at));
    if (last?.change === "removed") {
      return covering.some((one) => one.from > last.occurredAt) ? "yes" : "no";
    }
    if (covering.length > 0) return "yes";
    if (last !== undefined) {
      const gone = observed.some(
        (one) => one.to !== null && one.to > last.occurredAt && one.to <= at,
      );
      return gone ? "no" : "yes";
    }
    if (this.#charted(at)) return "no";
    // Who is taken out afterwards, and was not put in between, was in it.
    const next = changes.find((event) => event.occurredAt >= at);
    if (next !== undefined) return next.change === "removed" ? "yes" : "no";
    return "perhaps";
  }

  /** What the group could take just before the instant; null when neither a crawl nor an event says so. */
  targetsOf(groupId: string, at: Instant): Target[] | null {
    const targets = new Map<string, Target>();
    const observed = this.#observedTargets.get(groupId) ?? [];
    for (const one of observed) {
      if (one.from > at || (one.to !== null && one.to <= at)) continue;
      targets.set(`${one.accountId} ${one.permissionSetArn}`, this.#target(one));
    }
    const events = (this.#assignmentsOf.get(groupId) ?? []).filter(
      (event) => event.occurredAt <= at,
    );
    for (const event of events) {
      const { targetAccountId: accountId, permissionSetArn } = event;
      if (accountId === null || permissionSetArn === null) continue;
      const key = `${accountId} ${permissionSetArn}`;
      if (event.change === "created")
        targets.set(key, this.#target({ accountId, permissionSetArn }));
      // AWS deletes a group's assignments with it: those of this very second still were the group's.
      else if (event.occurredAt < at && !reseen(observed, event)) targets.delete(key);
    }
    if (targets.size === 0 && events.length === 0 && !this.#charted(at)) return null;
    return [...targets.values()];
  }

  #target(of: { accountId: string; permissionSetArn: string }): Target {
    return { accountId: of.accountId, permissionSetName: this.nameOf(of.permissionSetArn) };
  }

  nameOf(permissionSetArn: string | null): string | null {
    return permissionSetArn === null ? null : (this.#names.get(permissionSetArn) ?? null);
  }

  /** False when the permission set is of another instance than the person's: user ids repeat across identity stores. */
  inInstanceOf(person: PersonKey, permissionSetArn: string | null): boolean {
    const instance = /^(arn:[^:]+:sso:::)permissionSet\/([^/]+)\//.exec(permissionSetArn ?? "");
    if (instance === null) return true;
    const store = this.#stores.get(`${instance[1]}instance/${instance[2]}`);
    return store === undefined || store === person.identityStoreArn;
  }
}

const NO_GROUPS: ReadonlySet<string> = new Set();

/** Everybody whom a membership event names. */
export function membersIn(event: Of<"membership">): readonly string[] {
  return event.memberUserIds ?? (event.memberUserId === null ? [] : [event.memberUserId]);
}

/** A crawl saw the assignment after it had been deleted: it was made again. */
function reseen(observed: readonly ObservedAssignment[], event: Of<"assignment">): boolean {
  return observed.some(
    (one) =>
      one.accountId === event.targetAccountId &&
      one.permissionSetArn === event.permissionSetArn &&
      one.from > event.occurredAt,
  );
}

function inStore(event: TrailEvent, person: PersonKey): boolean {
  const store = event.subjectIdentityStoreId;
  return store === undefined || person.identityStoreArn.endsWith(`/${store}`);
}

function membershipOf(groupId: string, person: PersonKey): string {
  return `${groupId} ${person.userId} ${person.identityStoreArn}`;
}

function put<V>(map: Map<string, V[]>, key: string, value: V): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}
