/** Whether each source can be read, and the one sentence that mends it: kept for the page, `curfew doctor` and the coverage ledger. */
import type { Fault } from "../../domain/fault.ts";
import type { Instant } from "../../domain/time.ts";

export interface SourceState {
  /** `files`, `s3/<bucket>`, `sqs/<queue>`, `trail/<bucket>/<what>`, `clock`, or a stream's name. */
  readonly source: string;
  readonly checkedAt: Instant;
  /** When it was last read without a problem; null: never. */
  readonly healthyAt: Instant | null;
  /** Null while all is well. */
  readonly problem: {
    readonly code: string;
    readonly sentence: string;
    /** Since when it fails without a success in between. */
    readonly since: Instant;
  } | null;
}

export interface SourceStates {
  /** The source was read, or the check of it passed. */
  healthy(source: string, now: Instant): Promise<void>;
  /** It was not: the fault's sentence is kept until the next success. */
  failing(source: string, fault: Fault, now: Instant): Promise<void>;
  /** Every source that was ever tried, by its name. */
  all(): Promise<SourceState[]>;
}
