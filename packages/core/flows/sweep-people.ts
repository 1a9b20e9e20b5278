/**
 * Judges everybody who is due: sessions, findings and alerts of a person are written together. Losing the nudge that calls it
 * costs latency, because who is due stands in the database.
 */
import { reconcileFindings } from "../domain/reconcile-findings.ts";
import type { AccessHistory } from "../domain/sessions/residual/access-history.ts";
import { instant } from "../domain/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { DuePerson, Judgement, SweepStore } from "../ports/sweep-store.ts";
import {
  commonFacts,
  judgePeople,
  withResiduals,
  type CommonFacts,
  type FactPorts,
} from "./judge-people.ts";

/** People claimed together; their events decide how many of them one transaction judges. */
const PEOPLE_AT_ONCE = 100;

export interface SweepPorts extends FactPorts {
  readonly sweep: SweepStore;
  /** Alert channels that a new finding is delivered to. */
  readonly channels: readonly string[];
  readonly clock: Clock;
}

export interface SweepReceipt {
  readonly judged: number;
  readonly opened: number;
  readonly resolved: number;
  /** Rules that threw, once each. */
  readonly failedRules: readonly string[];
}

export async function sweepPeople(
  ports: SweepPorts,
  progress: (judged: number, total: number) => void = () => undefined,
  signal?: AbortSignal,
): Promise<SweepReceipt> {
  const now = instant(ports.clock.now());
  const total = await ports.sweep.dueCount(now);
  const receipt = { judged: 0, opened: 0, resolved: 0 };
  const failed = new Set<string>();
  if (total === 0) return { ...receipt, failedRules: [] };
  const common = await commonFacts(ports, now);
  const from = { now, snapshotTakenAt: common.snapshot?.takenAt ?? null };
  while (signal?.aborted !== true) {
    const judged = await ports.sweep.sweep(from, PEOPLE_AT_ONCE, ports.channels, (due, changes) => {
      const judgements = judge(due, common, changes, failed);
      for (const { reconciliation } of judgements) {
        receipt.opened += reconciliation.opened.length;
        receipt.resolved += reconciliation.resolved.length;
      }
      return judgements;
    });
    if (judged === 0) break;
    receipt.judged += judged;
    progress(receipt.judged, Math.max(total, receipt.judged));
  }
  return { ...receipt, failedRules: [...failed].toSorted() };
}

function judge(
  due: readonly DuePerson[],
  common: CommonFacts,
  changes: AccessHistory,
  failed: Set<string>,
): Judgement[] {
  const judged = withResiduals(judgePeople(due, common), changes);
  return judged.map(({ person, sessions, residuals, usage, rules }, index) => {
    for (const { ruleId } of rules.failed) failed.add(ruleId);
    const broken = new Set(rules.failed.map((rule) => rule.ruleId));
    // What a rule that threw would have said is unknown: its findings stay as they are.
    const findings = due[index]!.findings.filter((finding) => !broken.has(finding.ruleId));
    return {
      sessions,
      residuals,
      usage,
      reconciliation: reconcileFindings(findings, rules.detections, person, common.now),
      nextDecisionAt: rules.nextDecisionAt,
    };
  });
}
