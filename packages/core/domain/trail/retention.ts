/**
 * What is older than the retention when it arrives: counted as ignored with that reason and not kept, so that a month that was
 * forgotten does not come back by a late delivery or a file that is read again.
 */
import { DAY, plus, type Instant } from "../time.ts";
import type { DecodedRecord } from "./decode.ts";

export const OLDER_THAN_RETENTION = "older-than-retention";

/** From when on events are kept; null: all of them. */
export function keptSince(now: Instant, retentionDays: number | null): Instant | null {
  return retentionDays === null ? null : plus(now, -retentionDays * DAY);
}

export function withinRetention(decoded: DecodedRecord, since: Instant | null): DecodedRecord {
  if (since === null || decoded.outcome !== "event" || decoded.event.occurredAt >= since)
    return decoded;
  const { accountId, region, occurredAt } = decoded.event;
  return {
    outcome: "ignored",
    reason: OLDER_THAN_RETENTION,
    seen: { accountId, region, occurredAt },
  };
}
