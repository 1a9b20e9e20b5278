/** What the sources have shown: how far each account is observed, and the events that made grants. */
import type { TrailEvent } from "../domain/event.ts";
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

/** What a source had shown before an instant. */
export interface CoverageBefore {
  readonly source: string;
  readonly accountId: string;
  readonly region: string;
  readonly firstEventAt: Instant;
  /** Of the events that are kept; null when every record so far was ignored. */
  readonly lastEventAt: Instant | null;
  /** Events that are kept. */
  readonly events: number;
  /** At most the instant. */
  readonly lastReceivedAt: Instant;
}

export interface ObservationStore {
  /** As it stands, ignored records included. */
  coverage(): Promise<CoverageRow[]>;
  /** Events of the instant and later ones change nothing of it, but for `lastReceivedAt`. */
  coverageBefore(at: Instant): Promise<CoverageBefore[]>;
  /**
   * When the directory was last read whole, and since when a revocation under way asks for a newer reading: its request and every
   * change it made or confirmed. Null: never, and nothing asks.
   */
  snapshotTimes(): Promise<{
    readonly newest: Instant | null;
    readonly neededSince: Instant | null;
  }>;
  /** Every assignment and membership event before the instant. */
  grantEvents(before: Instant): Promise<TrailEvent[]>;
}
