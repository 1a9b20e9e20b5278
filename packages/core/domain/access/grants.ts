/**
 * When a grant was made, where events show it. Pure. CloudTrail records that AWS accepted a request, so an instant here is when
 * the grant was asked for and not refused; a grant that a crawl had seen before the event is older than the event, unless a
 * removal lies between.
 */
import type { Entitlement } from "../access.ts";
import type { TrailEvent } from "../event.ts";
import type { Instant } from "../time.ts";
import { amended } from "../trail/amended.ts";
import { membersIn } from "../sessions/residual/access-history.ts";
import { askedBy } from "./asked-by.ts";

/** How a grant came to be. */
export interface Made {
  readonly at: Instant;
  /** Null where no event shows it, only AWS's own date. */
  readonly eventId: string | null;
  /** Who asked for it, as the record names them; null where it does not. */
  readonly by: string | null;
}

/** Changes of assignments, entitlements and memberships, by what they are about. */
export interface GrantEvents {
  /** The last time that this assignment was made; null where no event shows it. `seenAt`: when a crawl first saw it. */
  assigned(
    assignment: { accountId: string; permissionSetArn: string; principalId: string },
    seenAt: Instant,
  ): Made | null;
  /** The last time that this person joined the group; null where no event shows it. */
  joined(membership: { groupId: string; userId: string }, seenAt: Instant): Made | null;
  /** The last time that this entitlement was made; null where no event shows it. */
  entitled(
    entitlement: Pick<Entitlement, "entitlementId" | "accountId" | "roleArn" | "principalId">,
    seenAt: Instant,
  ): Made | null;
}

interface Change extends Made {
  readonly made: boolean;
}

/** Only events before `now` count. Any order and any repetition of the events gives the same answers. */
export function grantEvents(events: readonly TrailEvent[], now: Instant): GrantEvents {
  const changes = new Map<string, Change[]>();
  for (const event of amended(events)) {
    if (event.errorCode !== null || event.occurredAt >= now) continue;
    for (const { key, made } of subjectsOf(event)) {
      const change = { at: event.occurredAt, eventId: event.eventId, by: askedBy(event), made };
      const known = changes.get(key);
      if (known === undefined) changes.set(key, [change]);
      else known.push(change);
    }
  }
  const madeBy = (key: string, seenAt: Instant) => lastGrant(changes.get(key) ?? [], seenAt);
  return {
    assigned: ({ accountId, permissionSetArn, principalId }, seenAt) =>
      madeBy(subject("assignment", accountId, permissionSetArn, principalId), seenAt),
    joined: ({ groupId, userId }, seenAt) => madeBy(subject("membership", groupId, userId), seenAt),
    entitled: ({ entitlementId, accountId, roleArn, principalId }, seenAt) =>
      madeBy(subject("entitlement", entitlementId), seenAt) ??
      madeBy(subject("entitlement", accountId, roleArn, principalId), seenAt),
  };
}

const subject = (...parts: string[]): string => JSON.stringify(parts);

function subjectsOf(event: TrailEvent): { key: string; made: boolean }[] {
  if (event.kind === "assignment") {
    const { targetAccountId: account, permissionSetArn: set, principalId: principal } = event;
    if (account === null || set === null || principal === null) return [];
    return [
      { key: subject("assignment", account, set, principal), made: event.change === "created" },
    ];
  }
  if (event.kind === "membership") {
    const { groupId } = event;
    if (groupId === null) return [];
    const made = event.change === "added";
    return membersIn(event).map((userId) => ({
      key: subject("membership", groupId, userId),
      made,
    }));
  }
  if (event.kind === "entitlement") {
    const { entitlementId, targetAccountId: account, roleArn, principalId: principal } = event;
    const made = event.change === "created";
    // The record of a creation may name the id only in its answer, and not at all.
    if (entitlementId !== null) return [{ key: subject("entitlement", entitlementId), made }];
    if (account === null || roleArn === null || principal === null) return [];
    return [{ key: subject("entitlement", account, roleArn, principal), made }];
  }
  return [];
}

/**
 * The newest grant after the newest removal. Of several grants without a removal between, the first one made the difference. At
 * equal instants a removal counts as the earlier, because the crawl saw the grant.
 */
function lastGrant(changes: readonly Change[], seenAt: Instant): Made | null {
  const removals = changes.filter((change) => !change.made).map((change) => change.at);
  const removed = removals.reduce<Instant | null>(
    (newest, at) => (newest === null || at > newest ? at : newest),
    null,
  );
  const granted = changes
    .filter((change) => change.made && (removed === null || change.at >= removed))
    .toSorted((left, right) => (left.at < right.at ? -1 : left.at > right.at ? 1 : 0))[0];
  if (granted === undefined) return null;
  // Seen before it was granted, and not removed since: the event repeated a grant that was there already.
  if (granted.at > seenAt && (removed === null || removed < seenAt)) return null;
  const { at, eventId, by } = granted;
  return { at, eventId, by };
}
