/** What became of one record. */
import type { TrailEvent } from "../event.ts";

export type DecodedRecord =
  | {
      readonly outcome: "event";
      readonly event: TrailEvent;
      /** The redacted record: what is stored. */
      readonly record: Readonly<Record<string, unknown>>;
      readonly contentSha256: string;
    }
  | {
      readonly outcome: "ignored";
      readonly reason: string;
      /** For the coverage ledger; null when the record does not tell. */
      readonly seen: SeenRecord | null;
    }
  | {
      readonly outcome: "undecodable";
      readonly reason: string;
      readonly recordSha256: string;
      /** At most 8 KiB, redacted by pattern. */
      readonly excerpt: string;
      readonly eventId: string | null;
    };

export interface SeenRecord {
  readonly accountId: string;
  readonly region: string;
  readonly occurredAt: string;
}
