/**
 * Finds people who hold two permission sets that the organisation wants in different hands (setting CURFEW_DUTIES_APART), in one
 * account or anywhere, as each pair says. It compares names, not what the sets allow; without the setting it is silent and says so.
 */
import { heldName } from "../../domain/access.ts";
import type { Detection } from "../../domain/finding.ts";
import { earliest, latest, type Instant } from "../../domain/time.ts";
import { holdingsOf, type Holding } from "../holdings.ts";
import { listed } from "../privilege.ts";
import type { PersonFacts, PersonRule } from "../rule.ts";

type Pair = PersonFacts["settings"]["dutiesApart"][number];

/** Since when at least one of them is held. */
const heldSince = (holdings: readonly Holding[]): Instant | null =>
  earliest(...holdings.map(({ heldFrom }) => heldFrom));

function conflict(
  facts: PersonFacts,
  { first, second, within }: Pair,
  place: string,
  one: readonly Holding[],
  other: readonly Holding[],
): Detection[] {
  const since = latest(heldSince(one), heldSince(other));
  if (one.length === 0 || other.length === 0 || since === null) return [];
  const where = within === "account" ? `in account ${place}` : "in this organisation";
  const held = (holdings: readonly Holding[]) =>
    listed(
      holdings.map(({ row, heldFrom, paths }) => ({
        accountId: row.accountId,
        accountName: row.accountName,
        heldName: heldName(row),
        heldFrom,
        lastUsedAt: row.lastUsedAt,
        paths: paths.map(({ path }) => path.map(({ kind, id, name }) => ({ kind, id, name }))),
      })),
      10,
    );
  return [
    {
      key: [first, second, place],
      subject: { kind: "person", id: facts.person.userId },
      since,
      lastSeenAt: since,
      severity: "high",
      summary: `This person holds both ${first} and ${second} ${where}, which the organisation wants in different hands.`,
      evidence: { first, second, within, place, held: [...held(one), ...held(other)] },
      eventIds: [],
    },
  ];
}

export const dutiesApart: PersonRule = {
  about: "person",
  metadata: {
    id: "duties-apart",
    title: "Duties in one hand that belong apart",
    severity: "high",
    pack: "over-broad",
    description:
      "A person holds two permission sets that the organisation wants in different hands.",
    revision: 1,
  },
  parameters: {},
  evaluate(facts) {
    const pairs = facts.settings.dutiesApart;
    if (pairs.length === 0) {
      const withheld = ["no pairs were told: set CURFEW_DUTIES_APART"];
      return { detections: [], nextDecisionAt: null, withheld };
    }
    const holdings = holdingsOf(facts.access);
    const accounts = [...new Set(holdings.map(({ row }) => row.accountId))];
    const named = (name: string, accountId: string | null): Holding[] =>
      holdings.filter(
        ({ row }) =>
          row.permissionSetName === name && (accountId === null || row.accountId === accountId),
      );
    const detections = pairs.flatMap((pair) => {
      const places = pair.within === "account" ? accounts : [null];
      return places.flatMap((place) =>
        conflict(
          facts,
          pair,
          place ?? "anywhere",
          named(pair.first, place),
          named(pair.second, place),
        ),
      );
    });
    return { detections, nextDecisionAt: null, withheld: [] };
  },
};
