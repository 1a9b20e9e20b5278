/**
 * Seals the access review of every week that has ended and has none, oldest first, so that each can be compared with the one
 * before. Safe to run twice, at once or after any downtime: a week is sealed once, by the unique period.
 */
import { Fault } from "../../domain/fault.ts";
import { createdId, sha256 } from "../../domain/ids.ts";
import { REPORT_FORMATS } from "../../domain/report/pack.ts";
import { duePeriods, type Week } from "../../domain/report/weeks.ts";
import { instant } from "../../domain/time.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ReportStore } from "../../ports/report-store.ts";
import { buildReport, type BuildReportPorts } from "./build-report.ts";

export interface SealPorts extends BuildReportPorts {
  readonly reports: ReportStore;
  readonly clock: Clock;
  /**
   * Whether everything was read and judged once: then the first report of an installation is made at once, as of now, because
   * nobody should wait a week to see one. Absent: it is not made.
   */
  readonly readyForFirst?: () => Promise<boolean>;
}

export interface SealReceipt {
  /** Weeks sealed by this run, or the id of the first report. */
  readonly sealed: readonly string[];
  /** Weeks that ended before the directory was read for the first time: there is no population to review. */
  readonly withoutSnapshot: readonly string[];
}

/** The id follows from the week, so that two processes that seal it at once mean the same report. */
function reportId(week: Week): string {
  return createdId("rpt", week.to, Buffer.from(sha256(`access-review ${week.period}`), "hex"));
}

async function sealWeek(ports: SealPorts, week: Week): Promise<boolean> {
  const { files, manifest } = await buildReport(ports, week.to, REPORT_FORMATS, week.from);
  return ports.reports.seal({
    id: reportId(week),
    kind: "access-review",
    period: week.period,
    asOf: week.to,
    createdAt: instant(ports.clock.now()),
    files,
    manifest,
  });
}

/** Null when there is a report already, when it is too early, or before the first snapshot. */
async function sealFirst(ports: SealPorts): Promise<string | null> {
  if (!(await ports.reports.isEmpty())) return null;
  if ((await ports.readyForFirst?.()) !== true) return null;
  const now = instant(ports.clock.now());
  try {
    const { files, manifest } = await buildReport(ports, now, REPORT_FORMATS);
    // From the crawl it stems from: two processes that make it at once mean the same report.
    const { snapshotTakenAt } = manifest.generatedFrom;
    const id = createdId("rpt", snapshotTakenAt, Buffer.from(sha256("first access-review"), "hex"));
    const report = { id, kind: "access-review" as const, period: null, asOf: now, createdAt: now };
    return (await ports.reports.seal({ ...report, files, manifest })) ? id : null;
  } catch (error) {
    if (error instanceof Fault && error.code === "snapshot.none") return null;
    throw error;
  }
}

export async function sealWeeklyReport(
  ports: SealPorts,
  signal?: AbortSignal,
): Promise<SealReceipt> {
  const sealed: string[] = [];
  const withoutSnapshot: string[] = [];
  const due = duePeriods(await ports.reports.lastSealedPeriod(), instant(ports.clock.now()));
  for (const week of due) {
    if (signal?.aborted === true) break;
    try {
      if (await sealWeek(ports, week)) sealed.push(week.period);
    } catch (error) {
      if (!(error instanceof Fault && error.code === "snapshot.none")) throw error;
      withoutSnapshot.push(week.period);
    }
  }
  const first = sealed.length === 0 ? await sealFirst(ports) : null;
  return { sealed: first === null ? sealed : [first], withoutSnapshot };
}
