/**
 * Which access paths are left, by a reading that is newer than every removal. An older reading proves nothing, however empty: a
 * grant may have been made between it and the removals. Entitlements of the account access manager are seen only where the reading
 * has them.
 */
import { heldName, type EffectiveAccess } from "../access.ts";
import type { TrailEvent } from "../event.ts";
import type { Instant } from "../time.ts";
import { HOUR, plus } from "../time.ts";
import type { OpenItem } from "./proof.ts";

export interface AccessReading {
  /** When the crawl was complete. */
  readonly takenAt: Instant;
  /** The person's paths as it saw them. */
  readonly access: readonly EffectiveAccess[];
}

/** A crawl takes at most about this long: a grant in this time before its end may have come after its listing was read. */
const CRAWL_MARGIN = 1 * HOUR;

/** One open item for each path that is left, for each grant since, and for a reading that is missing or too old. */
export function accessLeft(
  userId: string,
  reading: AccessReading | null,
  /** The last instant at which a removal was confirmed, or the request's. */
  since: Instant,
  events: readonly TrailEvent[],
): OpenItem[] {
  if (reading === null || reading.takenAt <= since) {
    return [accessItem(`the directory was not read after ${since}: take a snapshot`, false)];
  }
  const paths = reading.access.map((row) =>
    accessItem(
      `${heldName(row)} in ${row.accountId} can still be taken (${row.path.map((step) => step.name).join(" > ")})`,
      true,
    ),
  );
  const grants = events
    .filter((event) => event.occurredAt >= since)
    .filter((event) => event.occurredAt >= plus(reading.takenAt, -CRAWL_MARGIN))
    .filter((event) => isGrant(event, userId))
    .map((event) =>
      accessItem(
        `${event.eventName} at ${event.occurredAt} granted access again: take a snapshot`,
        false,
      ),
    );
  return [...paths, ...grants];
}

function isGrant(event: TrailEvent, userId: string): boolean {
  if (event.errorCode !== null) return false;
  return (
    (event.kind === "assignment" && event.change === "created" && event.principalId === userId) ||
    (event.kind === "entitlement" && event.change === "created" && event.principalId === userId) ||
    (event.kind === "membership" && event.change === "added" && event.memberUserId === userId)
  );
}

function accessItem(why: string, needsPerson: boolean): OpenItem {
  return { kind: "access", sessionId: null, until: null, needsPerson, why };
}
