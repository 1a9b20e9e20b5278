/** The directory as the crawls saw it, at any instant since the first. */
import type { AccessSnapshot } from "../../domain/access.ts";
import type { Amendments } from "../../domain/access/amend/amend.ts";
import type { Instant } from "../../domain/time.ts";

/** A snapshot whose facts know since when they were observed. */
export interface TimedSnapshot extends AccessSnapshot {
  readonly id: string;
  /** When the crawl that it stems from was complete. */
  readonly takenAt: Instant;
  /** The first crawl ever: before it the answer is unknown. */
  readonly firstCrawlAt: Instant;
  /** By `<kind>/<key>`, for every user, group, membership, permission set, account and assignment in it. */
  readonly observedFrom: ReadonlyMap<string, Instant>;
  /** What events changed since the crawl began; absent where nobody looked. */
  readonly amendments?: Amendments;
}

export interface AccessStore {
  /** Publishes a complete crawl: opens what is new, closes what is gone, in one transaction; then marks everybody it touches due. */
  publish(
    id: string,
    snapshot: AccessSnapshot,
    apiCalls: Readonly<Record<string, number>>,
    startedAt: Instant,
    completedAt: Instant,
  ): Promise<{ opened: number; closed: number }>;
  /** The directory as of an instant: the last crawl before it, with what events say was changed since. Null before the first crawl. */
  asOf(at: Instant): Promise<TimedSnapshot | null>;
}
