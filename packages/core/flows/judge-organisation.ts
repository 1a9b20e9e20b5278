/**
 * Judges an organisation as a whole, from its newest snapshot, the use that everybody made of it and the events that granted it.
 * Guarantees that its findings and their alerts are written together and that no two processes judge it at once; losing the
 * nudge costs latency, because when it is due stands in the database.
 */
import type { RoleUse } from "../domain/access/proposal/role-use.ts";
import { tiersOf } from "../domain/access/tier.ts";
import { observations as observationsOf } from "../domain/access/observation.ts";
import type { OrganisationKey } from "../domain/finding.ts";
import type { ActionCatalogue } from "../domain/policy/catalogue.ts";
import { reconcileFindings } from "../domain/reconcile-findings.ts";
import { instant, MINUTE, plus, type Instant } from "../domain/time.ts";
import type { AccessStore, TimedSnapshot } from "../ports/access/access-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { ObservationStore } from "../ports/observation-store.ts";
import type { OrganisationStore } from "../ports/sweep-store.ts";
import type { OrganisationFacts } from "../rules/organisation-facts.ts";
import type { Rule } from "../rules/rule.ts";
import { runOrganisationRules, type RuleRun } from "../rules/run-rules.ts";
import { NO_RULE_SETTINGS, type RuleSettings } from "../rules/settings.ts";
import { grantsIn, verdictsOf } from "./organisation-facts.ts";
import { observedSince } from "./judge-people.ts";

/** What an organisation is judged by. */
export interface OrganisationSources {
  readonly access: AccessStore;
  readonly observations: ObservationStore;
  readonly catalogue: readonly Rule[];
  /** Nothing was told where they are left out. */
  readonly ruleSettings?: RuleSettings;
  /** The data of AWS's actions, by which policies are judged. */
  readonly actions: () => Promise<ActionCatalogue>;
}

export interface OrganisationPorts extends OrganisationSources {
  readonly organisations: OrganisationStore;
  readonly channels: readonly string[];
  readonly clock: Clock;
}

export interface OrganisationReceipt {
  readonly judged: number;
  readonly opened: number;
  readonly resolved: number;
  /** Rules that threw, once each. */
  readonly failedRules: readonly string[];
}

/** Use changes with every sweep of people: the organisation is judged again for it no more often than this. */
const REST = 5 * MINUTE;

export interface JudgedOrganisation {
  readonly organisation: OrganisationKey;
  readonly rules: RuleRun;
}

/** What the rules say of the organisation at an instant; null before its first crawl. Nothing is written. */
export async function organisationAt(
  sources: OrganisationSources,
  at: Instant,
  usage: readonly RoleUse[],
): Promise<JudgedOrganisation | null> {
  const snapshot = await sources.access.asOf(at);
  if (snapshot === null) return null;
  const facts = await factsOf(sources, at, snapshot, usage);
  return {
    organisation: { instanceArn: snapshot.instance.instanceArn },
    rules: runOrganisationRules(sources.catalogue, facts, at),
  };
}

async function factsOf(
  sources: OrganisationSources,
  at: Instant,
  snapshot: TimedSnapshot,
  usage: readonly RoleUse[],
): Promise<OrganisationFacts> {
  const { observations, ruleSettings = NO_RULE_SETTINGS } = sources;
  const [coverage, ledger, history, actions] = await Promise.all([
    observations.coverage(),
    observations.ledgerFacts(at),
    observations.accessFacts(at),
    sources.actions(),
  ]);
  const since = observedSince({
    snapshot,
    coverage: coverage.filter(({ firstEventAt }) => firstEventAt < at),
  });
  const observationOf = observationsOf(ledger, at, snapshot.instance.ownerAccountId, since);
  const tierOf = tiersOf(snapshot.accounts, ruleSettings.productionAccounts);
  return {
    snapshot,
    takenAt: snapshot.takenAt,
    firstCrawlAt: snapshot.firstCrawlAt,
    observedFrom: snapshot.observedFrom,
    tiers: new Map(
      snapshot.accounts.map(({ accountId }) => [accountId, tierOf(accountId).tier] as const),
    ),
    verdicts: verdictsOf(snapshot, actions),
    usage,
    observations: snapshot.accounts.map(({ accountId }) => {
      const { since: observed, gapHours } = observationOf(accountId);
      return { accountId, observedSince: observed, gapHours };
    }),
    grants: grantsIn(history.events),
    settings: ruleSettings,
  };
}

/**
 * Judges every organisation that is due. `peopleJudged`: how many people were judged just before, whose use may be other than it was.
 * @param patience how soon an organisation has to be due, in milliseconds, to be judged now: a command that answers and goes waits
 * for no rest.
 */
export async function judgeOrganisation(
  ports: OrganisationPorts,
  peopleJudged: number,
  patience: "rest" | "none" = "rest",
): Promise<OrganisationReceipt> {
  const now = instant(ports.clock.now());
  if (peopleJudged > 0) await ports.organisations.usageChanged(now, REST);
  const receipt = { judged: 0, opened: 0, resolved: 0 };
  const failed = new Set<string>();
  const dueBy = patience === "none" ? plus(now, REST) : now;
  const judgeNext = (): Promise<boolean> =>
    ports.organisations.sweep(now, dueBy, ports.channels, async ({ organisation, ...stored }) => {
      const judged = await organisationAt(ports, now, stored.usage);
      // Another instance's directory is the newest: what was found of this one stands until it is crawled again.
      if (judged?.organisation.instanceArn !== organisation.instanceArn) return NOTHING;
      const broken = new Set(judged.rules.failed.map(({ ruleId }) => ruleId));
      for (const ruleId of broken) failed.add(ruleId);
      // What a rule that threw would have said is unknown: its findings stay as they are.
      const findings = stored.findings.filter(({ ruleId }) => !broken.has(ruleId));
      const { detections, nextDecisionAt } = judged.rules;
      const reconciliation = reconcileFindings(findings, detections, organisation, now);
      receipt.opened += reconciliation.opened.length;
      receipt.resolved += reconciliation.resolved.length;
      return { reconciliation, nextDecisionAt };
    });
  while (await judgeNext()) receipt.judged += 1;
  return { ...receipt, failedRules: [...failed].toSorted() };
}

const NOTHING = {
  reconciliation: { opened: [], refreshed: [], resolved: [], unchanged: [] },
  nextDecisionAt: null,
} as const;
