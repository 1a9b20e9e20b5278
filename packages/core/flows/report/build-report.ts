/**
 * Builds an access review as of an instant, without storing anything: what `curfew report` writes and what a week's seal stores.
 */
import { Fault } from "../../domain/fault.ts";
import {
  buildAccessReview,
  REPORT_FORMATS,
  type ReportFormat,
  type ReportPack,
} from "../../domain/report/pack.ts";
import { DAY, plus, type Instant } from "../../domain/time.ts";
import type { ReportStore, ReviewFactsSource } from "../../ports/report-store.ts";

export interface BuildReportPorts {
  readonly facts: ReviewFactsSource;
  readonly reports: Pick<ReportStore, "previousReview">;
}

/**
 * Reads `html,csv,json`. Fault `input.invalid` for anything else; `pdf` is refused by name, because a browser prints the page.
 */
export function reportFormats(text: string): ReportFormat[] {
  const asked = text.split(",").map((part) => part.trim());
  if (asked.includes("pdf")) {
    throw new Fault(
      "input.invalid",
      "PDF is not written: use --format html and print the page, which is laid out for paper.",
    );
  }
  const formats = REPORT_FORMATS.filter((format) => asked.includes(format));
  if (formats.length !== new Set(asked).size) {
    throw new Fault(
      "input.invalid",
      `The format has to be one or more of ${REPORT_FORMATS.join(", ")}, with commas between.`,
    );
  }
  return formats;
}

/** The review of the period `[windowFrom, asOf)`, a week unless said otherwise. Fault `snapshot.none` when the directory was not read by then. */
export async function buildReport(
  ports: BuildReportPorts,
  asOf: Instant,
  formats: readonly ReportFormat[],
  windowFrom: Instant = plus(asOf, -7 * DAY),
): Promise<ReportPack> {
  const previous = await ports.reports.previousReview(asOf);
  const facts = await ports.facts.factsAsOf(asOf, windowFrom, previous);
  if (facts === null) {
    throw new Fault(
      "snapshot.none",
      `The directory had not been read by ${asOf}: run curfew snapshot, or choose a later --as-of.`,
    );
  }
  return buildAccessReview(facts, formats);
}
