/**
 * The facts of a snapshot by kind and key, while events change them. Pure but for the object itself. Keeps for every fact since when it is
 * known as it is, for every change by which event it came and by whom, and which facts were only asked for. A change that changes nothing
 * leaves no trace: the snapshot had it already.
 */
import type {
  AccessSnapshot,
  AccountAssignment,
  Application,
  ApplicationAssignment,
  DirectoryGroup,
  DirectoryUser,
  Entitlement,
  GroupMembership,
  PermissionSet,
  TrustedTokenIssuer,
} from "../../access.ts";
import type { TrailEvent } from "../../event.ts";
import type { Instant } from "../../time.ts";
import { askedBy } from "../asked-by.ts";
import {
  applicationAssignmentKey,
  assignmentKey,
  membershipKey,
  observedKey,
  type FactKind,
} from "../facts.ts";

/** What an event changed of a snapshot. */
export interface FactChange {
  readonly kind: FactKind;
  /** As `factsOf` names it. */
  readonly key: string;
  readonly change: "added" | "removed" | "changed";
  readonly at: Instant;
  readonly eventId: string;
  readonly eventName: string;
  /** Null where the record names nobody. */
  readonly by: string | null;
  /** AWS carries out some requests afterwards: that one was accepted does not say that it was done. */
  readonly state: "done" | "asked-for";
}

export interface ChangingKinds {
  user: DirectoryUser;
  group: DirectoryGroup;
  membership: GroupMembership;
  "permission-set": PermissionSet;
  assignment: AccountAssignment;
  application: Application;
  "application-assignment": ApplicationAssignment;
  "trusted-token-issuer": TrustedTokenIssuer;
  entitlement: Entitlement;
}
type Kind = keyof ChangingKinds;

const KEYS: { readonly [K in Kind]: (of: ChangingKinds[K]) => string } = {
  user: (one) => one.userId,
  group: (one) => one.groupId,
  membership: membershipKey,
  "permission-set": (one) => one.arn,
  assignment: assignmentKey,
  application: (one) => one.applicationArn,
  "application-assignment": applicationAssignmentKey,
  "trusted-token-issuer": (one) => one.trustedTokenIssuerArn,
  entitlement: (one) => one.entitlementId,
};

/** `assignments` and so on: where a snapshot keeps the facts of a kind. */
const PLACES = {
  user: "users",
  group: "groups",
  membership: "memberships",
  "permission-set": "permissionSets",
  assignment: "assignments",
  application: "applications",
  "application-assignment": "applicationAssignments",
  "trusted-token-issuer": "trustedTokenIssuers",
  entitlement: "entitlements",
} as const satisfies Record<Kind, keyof AccessSnapshot>;

export class FactsByKey {
  readonly changes: FactChange[] = [];
  readonly askedFor = new Set<string>();
  readonly #snapshot: AccessSnapshot;
  readonly #seen: ReadonlyMap<string, Instant>;
  #observedFrom: Map<string, Instant> | null = null;
  /** Only kinds that were asked about: a directory of millions is not copied for one new assignment. */
  readonly #facts = new Map<Kind, Map<string, ChangingKinds[Kind]>>();

  constructor(snapshot: AccessSnapshot, observedFrom: ReadonlyMap<string, Instant>) {
    this.#snapshot = snapshot;
    this.#seen = observedFrom;
  }

  #of<K extends Kind>(kind: K): Map<string, ChangingKinds[K]> {
    let facts = this.#facts.get(kind);
    if (facts === undefined) {
      const list = this.#snapshot[PLACES[kind]] as unknown as readonly ChangingKinds[K][];
      facts = new Map(list.map((one) => [KEYS[kind](one), one]));
      this.#facts.set(kind, facts);
    }
    return facts as Map<string, ChangingKinds[K]>;
  }

  #observed(): Map<string, Instant> {
    return (this.#observedFrom ??= new Map(this.#seen));
  }

  get<K extends Kind>(kind: K, key: string): ChangingKinds[K] | undefined {
    return this.#of(kind).get(key);
  }

  all<K extends Kind>(kind: K): ChangingKinds[K][] {
    return [...this.#of(kind).values()];
  }

  /** Adds what is not there. `isAsync`: AWS only took the request. */
  add<K extends Kind>(kind: K, fact: ChangingKinds[K], event: TrailEvent, isAsync = false): void {
    const key = KEYS[kind](fact);
    if (this.#of(kind).has(key)) return;
    this.#of(kind).set(key, fact);
    this.#observed().set(observedKey(kind, key), event.occurredAt);
    if (isAsync) this.askedFor.add(observedKey(kind, key));
    this.#note(kind, key, "added", event, isAsync);
  }

  remove(kind: Kind, key: string, event: TrailEvent, isAsync = false): void {
    if (!this.#of(kind).delete(key)) return;
    this.#observed().delete(observedKey(kind, key));
    this.askedFor.delete(observedKey(kind, key));
    this.#note(kind, key, "removed", event, isAsync);
  }

  change<K extends Kind>(
    kind: K,
    key: string,
    more: Partial<ChangingKinds[K]>,
    event: TrailEvent,
  ): void {
    const known = this.#of(kind).get(key);
    if (known === undefined) return;
    this.#of(kind).set(key, { ...known, ...more });
    this.#note(kind, key, "changed", event, false);
  }

  #note(
    kind: Kind,
    key: string,
    change: FactChange["change"],
    event: TrailEvent,
    isAsync: boolean,
  ): void {
    const { eventId, eventName, occurredAt: at } = event;
    const state = isAsync ? "asked-for" : "done";
    this.changes.push({ kind, key, change, at, eventId, eventName, by: askedBy(event), state });
  }

  /** What the facts have become. */
  finish(): { facts: Partial<AccessSnapshot>; observedFrom: ReadonlyMap<string, Instant> } {
    const facts: Partial<Record<keyof AccessSnapshot, unknown>> = {};
    for (const [kind, byKey] of this.#facts) facts[PLACES[kind]] = [...byKey.values()];
    return {
      facts: facts as Partial<AccessSnapshot>,
      observedFrom: this.#observedFrom ?? this.#seen,
    };
  }
}
