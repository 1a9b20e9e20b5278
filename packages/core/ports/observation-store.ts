/** What the sources have shown: how far each account is observed, what was not read, and the events that made grants. */
import type { LedgerFacts } from "../domain/coverage/facts.ts";
import type { TrailEvent } from "../domain/event.ts";
import type { AccessFacts } from "../domain/sessions/residual/access-history.ts";
import type { Instant } from "../domain/time.ts";

export interface CoverageRow {
  /** `files` or `lookup-events`. */
  readonly source: string;
  readonly accountId: string;
  readonly region: string;
  readonly firstEventAt: Instant;
  readonly lastEventAt: Instant;
  readonly records: number;
  readonly lastReceivedAt: Instant;
}

export interface ObservationStore {
  /** As it stands, ignored records included; gaps are the ledger's to tell. */
  coverage(): Promise<CoverageRow[]>;
  /**
   * Everything that the coverage ledger is made from. What speaks of the time from the instant on is left out where it can be told
   * apart: digests, objects, failures; hours and windows are cut by whoever judges.
   */
  ledgerFacts(at: Instant): Promise<LedgerFacts>;
  /**
   * When the directory was last read whole, and since when a revocation under way asks for a newer reading: its request and every
   * change it made or confirmed. Null: never, and nothing asks.
   */
  snapshotTimes(): Promise<{
    readonly newest: Instant | null;
    readonly neededSince: Instant | null;
  }>;
  /** Every assignment, entitlement and membership event before the instant. */
  grantEvents(before: Instant): Promise<TrailEvent[]>;
  /** Every event before the instant that can change a snapshot of the directory: those above, and of users, groups, sets, applications. */
  accessEvents(before: Instant): Promise<TrailEvent[]>;
  /** What residual access is judged by, as it was known before the instant. */
  accessFacts(before: Instant): Promise<AccessFacts>;
}
