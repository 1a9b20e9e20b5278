/** What a snapshot of the directory says of one person, as a plan and a proof need it. Pure. */
import type { EffectiveAccess } from "../access.ts";
import {
  effectiveAccess,
  type EffectiveAccessOptions,
  type ObservedSnapshot,
} from "../access/effective.ts";
import { grantEvents } from "../access/grants.ts";
import { NO_USAGE, usageOf } from "../access/usage.ts";
import type { TrailEvent } from "../event.ts";
import type { PersonKey } from "../person.ts";
import type { Session } from "../session.ts";
import type { Instant } from "../time.ts";
import type { DirectoryFacts } from "./facts.ts";

/** What the policies of each pair were found to be; without it nothing is known of them. */
type Verdicts = NonNullable<EffectiveAccessOptions["verdicts"]>;

/** Every path of the person. Since when use was observed is left open: no decision of a revocation rests on it. */
export function accessOfPerson(
  snapshot: ObservedSnapshot,
  person: PersonKey,
  sessions: readonly Session[],
  events: readonly TrailEvent[],
  now: Instant,
  verdicts?: Verdicts,
): EffectiveAccess[] {
  const usage = usageOf(sessions, events, now);
  return effectiveAccess(snapshot, {
    users: (user) =>
      user.userId === person.userId && user.identityStoreArn === person.identityStoreArn,
    usage: () => usage,
    observedSince: () => null,
    grants: grantEvents(events, now),
    ...(verdicts === undefined ? {} : { verdicts }),
  });
}

export function directoryFacts(
  snapshot: ObservedSnapshot,
  person: PersonKey,
  now: Instant,
  verdicts?: Verdicts,
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
    ...administratorsBut(snapshot, person, now, verdicts),
  };
}

function administratorsBut(
  snapshot: ObservedSnapshot,
  person: PersonKey,
  now: Instant,
  verdicts: Verdicts | undefined,
): Pick<DirectoryFacts, "otherAdministrators" | "otherUnknown"> {
  const rows = effectiveAccess(snapshot, {
    users: (user) => user.userId !== person.userId && user.status !== "disabled",
    usage: () => NO_USAGE,
    observedSince: () => null,
    grants: grantEvents([], now),
    ...(verdicts === undefined ? {} : { verdicts }),
  });
  const whose = (is: boolean | null): Set<string> =>
    new Set(rows.filter((row) => row.administrator === is).map((row) => row.user.userId));
  return { otherAdministrators: whose(true).size, otherUnknown: whose(null).size };
}
