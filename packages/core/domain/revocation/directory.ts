/** What a snapshot of the directory says of one person, as a plan and a proof need it. Pure. */
import type { EffectiveAccess } from "../access.ts";
import { effectiveAccess, type ObservedSnapshot } from "../access/effective.ts";
import { grantEvents } from "../access/grants.ts";
import { NO_USAGE, usageOf } from "../access/usage.ts";
import type { TrailEvent } from "../event.ts";
import type { PersonKey } from "../person.ts";
import type { Session } from "../session.ts";
import type { Instant } from "../time.ts";
import type { DirectoryFacts } from "./facts.ts";

/** Every path of the person. Since when use was observed is left open: no decision of a revocation rests on it. */
export function accessOfPerson(
  snapshot: ObservedSnapshot,
  person: PersonKey,
  sessions: readonly Session[],
  events: readonly TrailEvent[],
  now: Instant,
): EffectiveAccess[] {
  const usage = usageOf(sessions, events, now);
  return effectiveAccess(snapshot, {
    users: (user) =>
      user.userId === person.userId && user.identityStoreArn === person.identityStoreArn,
    usage: () => usage,
    observedSince: () => null,
    grants: grantEvents(events, now),
  });
}

export function directoryFacts(
  snapshot: ObservedSnapshot,
  person: PersonKey,
  now: Instant,
): DirectoryFacts {
  const mine = new Set(
    snapshot.memberships.filter((one) => one.userId === person.userId).map((one) => one.groupId),
  );
  return {
    user: snapshot.users.find((user) => user.userId === person.userId) ?? null,
    groups: snapshot.groups
      .filter((group) => mine.has(group.groupId))
      .map((group) => ({
        groupId: group.groupId,
        groupName: group.displayName || group.groupId,
        scimOwned: group.externalId !== null,
      })),
    managementAccountId:
      snapshot.accounts.find((account) => account.isManagement)?.accountId ?? null,
    otherAdministrators: administratorsBut(snapshot, person, now),
  };
}

function administratorsBut(snapshot: ObservedSnapshot, person: PersonKey, now: Instant): number {
  const rows = effectiveAccess(snapshot, {
    users: (user) => user.userId !== person.userId && user.status !== "disabled",
    usage: () => NO_USAGE,
    observedSince: () => null,
    grants: grantEvents([], now),
  });
  return new Set(rows.filter((row) => row.administrator === true).map((row) => row.user.userId))
    .size;
}
