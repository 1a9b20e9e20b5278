/** The frozen picture that an access review is built from: everybody judged as of one instant, from stored facts alone. */
import type { EffectiveAccess } from "../../domain/access.ts";
import { coverageLedger } from "../../domain/coverage/ledger.ts";
import type { Finding } from "../../domain/finding.ts";
import { reconcileFindings } from "../../domain/reconcile-findings.ts";
import { summariseSessions, type SessionSummary } from "../../domain/report/facts.ts";
import { viewSession } from "../../domain/sessions/state.ts";
import { RoleUses } from "../../domain/access/proposal/role-use.ts";
import type { Instant } from "../../domain/time.ts";
import type { ReviewFactsSource } from "../../ports/report-store.ts";
import { organisationAt, type OrganisationSources } from "../judge-organisation.ts";
import { judgeEverybody, type JudgePorts } from "../judge-people.ts";

/** `organisation` is how the report names it. */
export function reviewFactsSource(
  ports: JudgePorts & OrganisationSources,
  organisation: string,
): ReviewFactsSource {
  return {
    async factsAsOf(asOf, windowFrom, previous) {
      const snapshot = await ports.access.asOf(asOf);
      if (snapshot === null) return null;
      const { access, sessions, findings } = await everythingAt(ports, asOf);
      const ledger = coverageLedger(await ports.observations.ledgerFacts(asOf), asOf, null);
      const { instance, users, groups, memberships, permissionSets, accounts, assignments } =
        snapshot;
      return {
        organisation,
        asOf,
        windowFrom,
        instance,
        snapshot: {
          takenAt: snapshot.takenAt,
          firstCrawlAt: snapshot.firstCrawlAt,
          counts: {
            users: users.length,
            groups: groups.length,
            memberships: memberships.length,
            permissionSets: permissionSets.length,
            accounts: accounts.length,
            assignments: assignments.length,
          },
        },
        users,
        accounts,
        coverage: ledger.rows,
        problems: ledger.problems,
        access,
        sessions,
        findings,
        previous,
      };
    },
  };
}

/** What was judged of everybody and of the organisation as a whole. */
async function everythingAt(ports: JudgePorts & OrganisationSources, asOf: Instant) {
  const access: EffectiveAccess[] = [];
  const sessions: SessionSummary[] = [];
  const findings: Finding[] = [];
  const uses = new RoleUses();
  for await (const judged of judgeEverybody(ports, asOf)) {
    access.push(...judged.access);
    sessions.push(...summariseSessions(judged.sessions.map((one) => viewSession(one, asOf))));
    findings.push(...reconcileFindings([], judged.rules.detections, judged.person, asOf).opened);
    uses.add(judged.usage.values());
  }
  const whole = await organisationAt(ports, asOf, uses.all());
  if (whole !== null) {
    const { organisation: key, rules } = whole;
    findings.push(...reconcileFindings([], rules.detections, key, asOf).opened);
  }
  return { access, sessions, findings };
}
