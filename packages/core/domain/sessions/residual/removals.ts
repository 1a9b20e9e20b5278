/**
 * What was taken away from one person, from the events about them and from the changes that name their groups or nobody. Pure.
 * Refused changes took nothing away; a change that several accounts received counts once. What a record leaves open stands in `doubt`.
 */
import type { TrailEvent } from "../../event.ts";
import type { PersonKey } from "../../person.ts";
import type { AccessHistory, Target } from "./access-history.ts";
import { membersIn } from "./access-history.ts";
import type { Removal, RemovalKind } from "./removal.ts";
import { amended } from "../../trail/amended.ts";
import { isAbout } from "../ends.ts";

/** A removal with what is needed to tell the sessions that it touches. */
export interface Taken {
  readonly removal: Removal;
  /** Ids of the sessions that a sign-out or an administrator ended; empty when the event names none. */
  readonly credentialIds: readonly string[];
  /** What can no longer be taken; null when that is not known. Empty where the removal is of no permission set. */
  readonly targets: readonly Target[] | null;
  /** Of the application or entitlement; null when the event names none. */
  readonly applicationArn: string | null;
  readonly roleArn: string | null;
  /** Why it is not sure that this took anything from the person; null when it is. */
  readonly doubt: string | null;
}

/**
 * By (occurredAt, eventId). `events` are everything that is the person's; `accounts` those in which they ever held a role session,
 * where alone a removal in doubt matters.
 */
export function removalsOf(
  person: PersonKey,
  events: readonly TrailEvent[],
  accounts: readonly string[],
  history: AccessHistory,
): Taken[] {
  const taken = [
    ...ofKindsThatRemove(events).flatMap((event) => ofOwn(event, person)),
    ...history.membershipChanges(person).flatMap((event) => ofMembership(event, history)),
    ...history.removalsFrom(person.userId).flatMap((event) => direct(event, person, history)),
    ...[...history.groupsOf(person)].flatMap((groupId) =>
      history.removalsFrom(groupId).flatMap((event) => ofGroup(event, groupId, person, history)),
    ),
    ...accounts.flatMap((account) => unchartedOf(person, account, history)),
    ...history.changesForEverybody().flatMap((event) => ofEverybody(event, person, history)),
  ];
  return once(taken);
}

/** Of `ofOwn`: hardly any of a person's events, of whom most are calls. */
const REMOVE: ReadonlySet<TrailEvent["kind"]> = new Set([
  "portal",
  "session-deleted",
  "directory-user",
]);

/** Of the person's own events, as `amended` gives them, those that can have taken something away. */
function ofKindsThatRemove(events: readonly TrailEvent[]): readonly TrailEvent[] {
  // What corrects another one may be of another kind than that.
  if (events.some((event) => event.addendum !== undefined)) return amended(events);
  return amended(events.filter((event) => REMOVE.has(event.kind)));
}

/** Each event once, and once for all the accounts that received it. */
function once(taken: readonly (Taken & { readonly shared: string })[]): Taken[] {
  const ordered = taken.toSorted(
    (left, right) =>
      compare(left.removal.at, right.removal.at) ||
      compare(left.removal.eventId, right.removal.eventId) ||
      compare(left.doubt ?? "", right.doubt ?? ""),
  );
  const byEvent = new Map<string, Taken>();
  for (const { shared, ...one } of ordered) if (!byEvent.has(shared)) byEvent.set(shared, one);
  return [...byEvent.values()];
}

type Shared = Taken & { readonly shared: string };

function made(
  event: TrailEvent,
  what: RemovalKind,
  subject: string,
  more: Partial<Omit<Taken, "removal">> = {},
): Shared[] {
  if (event.errorCode !== null) return [];
  const { eventId, eventName, occurredAt } = event;
  return [
    {
      removal: { eventId, eventName, at: occurredAt, what, subject },
      credentialIds: [],
      targets: [],
      applicationArn: null,
      roleArn: null,
      doubt: null,
      ...more,
      shared: event.sharedEventId ?? eventId,
    },
  ];
}

function ofOwn(event: TrailEvent, person: PersonKey): Shared[] {
  if (event.kind === "portal" && event.action === "logout") {
    const credentialIds = event.credentialId === null ? [] : [event.credentialId];
    return made(event, "sign-out", "the session that signed out", { credentialIds });
  }
  if (event.kind === "session-deleted") {
    return made(event, "session-ended", "sessions ended by an administrator or the person", {
      credentialIds: event.credentialIds,
    });
  }
  if (event.kind !== "directory-user" || !isAbout(event, { ...person, userName: null })) return [];
  if (event.change === "disabled") return made(event, "user-disabled", "the user");
  if (event.change === "deleted") return made(event, "user-deleted", "the user");
  const masked = event.attributes?.some((path) => path.toLowerCase() === "active") ?? false;
  if (event.change !== "updated" || !masked) return [];
  return made(event, "user-disabled", "the user, perhaps", {
    doubt:
      "the record says that `active` was changed and masks to what: the user may have been enabled",
  });
}

function ofMembership(event: TrailEvent, history: AccessHistory): Shared[] {
  if (event.kind !== "membership" || event.change !== "removed" || event.groupId === null)
    return [];
  if (membersIn(event).length === 0) return [];
  const targets = history.targetsOf(event.groupId, event.occurredAt);
  return made(event, "membership-removed", `membership of group ${event.groupId}`, { targets });
}

/** What named the person themselves. */
function direct(event: TrailEvent, person: PersonKey, history: AccessHistory): Shared[] {
  return fromPrincipal(event, person, history, "", null);
}

function ofGroup(
  event: TrailEvent,
  groupId: string,
  person: PersonKey,
  history: AccessHistory,
): Shared[] {
  if (history.memberAt(person, groupId, event.occurredAt) !== "yes") return [];
  return fromPrincipal(event, person, history, `, given to group ${groupId}`, null);
}

/** What a group lost of which nobody can say who was in it. */
function unchartedOf(person: PersonKey, accountId: string, history: AccessHistory): Shared[] {
  return history.uncharted(accountId).flatMap((event) => {
    const groupId = groupIn(event);
    if (groupId === null || history.memberAt(person, groupId, event.occurredAt) !== "perhaps")
      return [];
    const doubt = `whether the person was in group ${groupId} then is not known: no event shows it and the directory had not been read`;
    return fromPrincipal(event, person, history, `, given to group ${groupId}`, doubt);
  });
}

function groupIn(event: TrailEvent): string | null {
  return event.kind === "assignment" || event.kind === "entitlement" ? event.principalId : null;
}

function fromPrincipal(
  event: TrailEvent,
  person: PersonKey,
  history: AccessHistory,
  given: string,
  doubt: string | null,
): Shared[] {
  switch (event.kind) {
    case "assignment": {
      if (!history.inInstanceOf(person, event.permissionSetArn)) return [];
      const name = history.nameOf(event.permissionSetArn);
      const target = { accountId: event.targetAccountId, permissionSetName: name };
      const of = `${name ?? event.permissionSetArn ?? "a permission set"} in ${event.targetAccountId ?? "an account"}`;
      return made(event, "assignment-deleted", `${of}${given}`, { targets: [target], doubt });
    }
    case "directory-group": {
      const targets =
        event.groupId === null ? null : history.targetsOf(event.groupId, event.occurredAt);
      return made(event, "group-deleted", `group ${event.groupId}`, { targets, doubt });
    }
    case "entitlement": {
      const { roleArn, targetAccountId } = event;
      const targets = [{ accountId: targetAccountId, permissionSetName: null }];
      const of = roleArn ?? event.entitlementId ?? "an entitlement";
      return made(event, "entitlement-deleted", `${of}${given}`, { targets, roleArn, doubt });
    }
    case "application": {
      const { applicationArn } = event;
      const of = applicationArn ?? "an application";
      return made(event, "application-access-removed", `${of}${given}`, { applicationArn, doubt });
    }
    default:
      return [];
  }
}

/** Changes of a permission set that can take something away. */
const NARROWING: ReadonlySet<string> = new Set([
  "updated",
  "policy-detached",
  "inline-policy-put",
  "inline-policy-removed",
  "boundary-put",
]);

function ofEverybody(event: TrailEvent, person: PersonKey, history: AccessHistory): Shared[] {
  if (event.kind === "permission-set") {
    if (!history.inInstanceOf(person, event.permissionSetArn)) return [];
    const permissionSetName = event.permissionSetName ?? history.nameOf(event.permissionSetArn);
    const of = `permission set ${permissionSetName ?? event.permissionSetArn ?? "that is not named"}`;
    const targets = [{ accountId: null, permissionSetName }];
    if (event.change === "deleted") return made(event, "permission-set-deleted", of, { targets });
    if (!NARROWING.has(event.change)) return [];
    return made(event, "permission-set-changed", `${of}: ${event.change}`, { targets });
  }
  if (event.kind === "application") {
    const lost = event.change === "deleted" || event.status?.toUpperCase() === "DISABLED";
    const whole =
      event.aspect === "application" || event.aspect === "access-scope" || event.aspect === "grant";
    if (!lost || !whole || event.applicationArn === null) return [];
    const { applicationArn } = event;
    return made(event, "application-access-removed", `${event.aspect} of ${applicationArn}`, {
      applicationArn,
    });
  }
  if (event.kind !== "access-application" || event.change !== "deleted") return [];
  const { applicationArn } = event;
  if (applicationArn === null) return [];
  return made(event, "entitlement-deleted", `every entitlement of ${applicationArn}`, {
    applicationArn,
  });
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
