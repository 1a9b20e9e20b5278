/** Findings as they are shown: listed newest first, one by its id. What changes them is the sweep. */
import type { Finding, FindingState, Severity } from "../domain/finding.ts";
import type { Instant } from "../domain/time.ts";

/** Absent fields do not narrow. */
export interface FindingFilter {
  readonly ruleId?: string;
  readonly state?: FindingState;
  readonly severity?: Severity;
  readonly identityStoreArn?: string;
  readonly userId?: string;
  /** As things stood then: what opened later is left out, what was resolved later is shown open. */
  readonly asOf?: Instant;
}

export interface FindingPage {
  readonly items: readonly Finding[];
  /** Opaque; null on the last page. */
  readonly nextCursor: string | null;
}

export interface FindingStore {
  /**
   * By `openedAt`, newest first, then id. `limit` is 1 to 500.
   * Fault: `input.invalid` for a cursor that no page gave or a limit out of range.
   */
  list(
    filter: FindingFilter,
    page: { readonly limit: number; readonly cursor: string | null },
  ): Promise<FindingPage>;
  /** Null when there is none with this id. */
  get(id: string): Promise<Finding | null>;
}
