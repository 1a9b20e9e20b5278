/**
 * When a grant was made, where events show it. Pure. CloudTrail records that AWS accepted a request, so an instant here is when
 * the grant was asked for and not refused; a grant that a crawl had seen before the event is older than the event, unless a
 * removal lies between.
 */
import type { TrailEvent } from "../event.ts";
import type { Instant } from "../time.ts";

/** Changes of assignments and memberships, by what they are about. */
export interface GrantEvents {
  /** The last time that this assignment was made; null where no event shows it. `seenAt`: when a crawl first saw it. */
  assignedAt(
    assignment: { accountId: string; permissionSetArn: string; principalId: string },
    seenAt: Instant,
  ): Instant | null;
  /** The last time that this person joined the group; null where no event shows it. */
  joinedAt(membership: { groupId: string; userId: string }, seenAt: Instant): Instant | null;
}

interface Change {
  readonly at: Instant;
  readonly made: boolean;
}

/** Only events before `now` count. Any order of the events gives the same answers. */
export function grantEvents(events: readonly TrailEvent[], now: Instant): GrantEvents {
  const changes = new Map<string, Change[]>();
  for (const event of events) {
    const subject = event.errorCode === null && event.occurredAt < now ? subjectOf(event) : null;
    if (subject === null) continue;
    const known = changes.get(subject.key) ?? [];
    known.push({ at: event.occurredAt, made: subject.made });
    changes.set(subject.key, known);
  }
  const madeAt = (key: string, seenAt: Instant) => lastGrant(changes.get(key) ?? [], seenAt);
  return {
    assignedAt: ({ accountId, permissionSetArn, principalId }, seenAt) =>
      madeAt(assignmentSubject(accountId, permissionSetArn, principalId), seenAt),
    joinedAt: ({ groupId, userId }, seenAt) => madeAt(membershipSubject(groupId, userId), seenAt),
  };
}

const assignmentSubject = (...parts: string[]): string => JSON.stringify(["assignment", ...parts]);
const membershipSubject = (...parts: string[]): string => JSON.stringify(["membership", ...parts]);

function subjectOf(event: TrailEvent): { key: string; made: boolean } | null {
  if (event.kind === "assignment") {
    const { targetAccountId: account, permissionSetArn: set, principalId: principal } = event;
    if (account === null || set === null || principal === null) return null;
    return { key: assignmentSubject(account, set, principal), made: event.change === "created" };
  }
  if (event.kind === "membership") {
    const { groupId: group, memberUserId: user } = event;
    if (group === null || user === null) return null;
    return { key: membershipSubject(group, user), made: event.change === "added" };
  }
  return null;
}

/**
 * The newest grant after the newest removal. Of several grants without a removal between, the first one made the difference. At
 * equal instants a removal counts as the earlier, because the crawl saw the grant.
 */
function lastGrant(changes: readonly Change[], seenAt: Instant): Instant | null {
  const removals = changes.filter((change) => !change.made).map((change) => change.at);
  const removed = removals.reduce<Instant | null>(
    (newest, at) => (newest === null || at > newest ? at : newest),
    null,
  );
  const grants = changes
    .filter((change) => change.made && (removed === null || change.at >= removed))
    .map((change) => change.at)
    .toSorted();
  const granted = grants[0] ?? null;
  // Seen before it was granted, and not removed since: the event repeated a grant that was there already.
  if (granted !== null && granted > seenAt && (removed === null || removed < seenAt)) return null;
  return granted;
}
