/**
 * Finds people who are administrators of the management account, of production, or of very many accounts: one finding a person, by
 * the gravest of the three. Silent about disabled users, about access whose policies could not be read, and about what a large group
 * gives to all its members: other rules speak of those.
 */
import type { AccountTier, EffectiveAccess } from "../../domain/access.ts";
import type { Detection, Severity } from "../../domain/finding.ts";
import type { Instant } from "../../domain/time.ts";
import { heldEvidence, holdingsOf, type Holding } from "../holdings.ts";
import { counted, listed } from "../privilege.ts";
import type { PersonFacts, PersonRule } from "../rule.ts";

type Reach = "management" | "production" | "many";

const SEVERITIES: Readonly<Record<Reach, Severity>> = {
  management: "high",
  production: "medium",
  many: "medium",
};

const WORDS: Readonly<Record<Reach, string>> = {
  management: "the organisation's management account",
  production: "production accounts",
  many: "many accounts",
};

/** Those that not everybody in a large group has: of such a group the organisation's own finding speaks once. */
function ownHoldings(facts: PersonFacts, largeGroupMembers: number): Holding[] {
  const large = new Set(
    (facts.directory?.groups ?? [])
      .filter(({ members }) => members >= largeGroupMembers)
      .map(({ groupId }) => groupId),
  );
  const isShared = ({ path }: EffectiveAccess): boolean =>
    path.some(({ kind, id }) => kind === "group" && large.has(id));
  return holdingsOf(facts.access).filter(
    ({ row, paths }) => row.administrator === true && !paths.every(isShared),
  );
}

function accountsOf(holdings: readonly Holding[], tier: AccountTier | null): string[] {
  const ids = holdings
    .filter(({ row }) => tier === null || row.accountTier === tier)
    .map(({ row }) => row.accountId);
  return [...new Set(ids)].toSorted();
}

function reachOf(holdings: readonly Holding[], accountsAtLeast: number): Reach | null {
  if (accountsOf(holdings, "management").length > 0) return "management";
  if (accountsOf(holdings, "production").length > 0) return "production";
  return accountsOf(holdings, null).length >= accountsAtLeast ? "many" : null;
}

/** When the person came to reach so far: by the first such account, or by the one that made them many. */
function reachedAt(holdings: readonly Holding[], reach: Reach, accounts: number): Instant | null {
  const first = new Map<string, Instant>();
  for (const { row, heldFrom } of holdings) {
    if (heldFrom === null || (reach !== "many" && row.accountTier !== reach)) continue;
    const known = first.get(row.accountId);
    if (known === undefined || heldFrom < known) first.set(row.accountId, heldFrom);
  }
  return [...first.values()].toSorted()[reach === "many" ? accounts - 1 : 0] ?? null;
}

function detection(
  facts: PersonFacts,
  holdings: readonly Holding[],
  reach: Reach,
  since: Instant,
): Detection {
  const accounts = accountsOf(holdings, null);
  const grave = reach === "many" ? accounts : accountsOf(holdings, reach);
  const names = [...new Set(holdings.map(({ row }) => row.permissionSetName ?? row.roleArn))];
  return {
    key: [reach],
    subject: { kind: "person", id: facts.person.userId },
    since,
    lastSeenAt: since,
    severity: SEVERITIES[reach],
    summary: `This person is an administrator of ${WORDS[reach]}: ${counted(grave.length, "account")} of that kind and ${accounts.length} in all, by ${names.join(", ")}.`,
    evidence: {
      reach,
      accounts: listed(grave),
      managementAccounts: accountsOf(holdings, "management").length,
      productionAccounts: accountsOf(holdings, "production").length,
      allAccounts: accounts.length,
      holdings: listed(
        holdings.filter(({ row }) => grave.includes(row.accountId)).map(heldEvidence),
        20,
      ),
    },
    eventIds: [],
  };
}

export const administratorAccessOnCriticalAccounts: PersonRule = {
  about: "person",
  metadata: {
    id: "administrator-access-on-critical-accounts",
    title: "Administrator of the management account, of production or of many accounts",
    severity: "medium",
    pack: "over-broad",
    description:
      "A person can become an administrator in the management account, in a production account, or in a set number of accounts.",
    revision: 1,
  },
  parameters: { accountsAtLeast: 10, largeGroupMembers: 50 },
  evaluate(facts, _now, parameters) {
    if (!facts.accessKnown) {
      return { detections: [], nextDecisionAt: null, withheld: ["no access snapshot was taken"] };
    }
    const unread = new Set(
      facts.access
        .filter(({ administrator }) => administrator === null)
        .map(({ permissionSetName, roleArn }) => permissionSetName ?? roleArn ?? ""),
    );
    const withheld =
      unread.size === 0
        ? []
        : [
            `whether these are an administrator's is not known: ${[...unread].toSorted().join(", ")}`,
          ];
    const holdings =
      facts.directory?.status === "disabled"
        ? []
        : ownHoldings(facts, parameters["largeGroupMembers"]!);
    const accountsAtLeast = parameters["accountsAtLeast"]!;
    const reach = reachOf(holdings, accountsAtLeast);
    const since = reach === null ? null : reachedAt(holdings, reach, accountsAtLeast);
    const detections =
      reach === null || since === null ? [] : [detection(facts, holdings, reach, since)];
    return { detections, nextDecisionAt: null, withheld };
  },
};
