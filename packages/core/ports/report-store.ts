/** Sealed reports, and the frozen picture that one is built from. */
import type { AccessReviewFacts, PreviousReview } from "../domain/report/facts.ts";
import type { ReportFile, ReportManifest } from "../domain/report/pack.ts";
import type { Instant } from "../domain/time.ts";

/** Where the facts of a review come from: all of one instant. */
export interface ReviewFactsSource {
  /**
   * The facts as of an instant, with the period that begins at `windowFrom`. Null when the directory had not been read by then.
   */
  factsAsOf(
    asOf: Instant,
    windowFrom: Instant,
    previous: PreviousReview | null,
  ): Promise<AccessReviewFacts | null>;
}

export interface SealedReport {
  readonly id: string;
  readonly kind: "access-review";
  /** ISO week, `2026-W11`; null for the first report of an installation. */
  readonly period: string | null;
  readonly asOf: Instant;
  readonly createdAt: Instant;
  readonly files: readonly ReportFile[];
  readonly manifest: ReportManifest;
}

export interface ReportStore {
  /** The newest sealed week; null before the first. */
  lastSealedPeriod(): Promise<string | null>;
  /** What the newest review sealed as of an instant before this one listed; null when there is none. */
  previousReview(before: Instant): Promise<PreviousReview | null>;
  /** Stores the report with all its files in one transaction. False, and nothing written, when the period is sealed already. */
  seal(report: SealedReport): Promise<boolean>;
  /** True before the first report of any kind. */
  isEmpty(): Promise<boolean>;
}
