/**
 * How far the use of each account is known: since when, and how many hours since then were not read. Pure. An account of which no record
 * was read is known by the portal of the instance's owner alone, which hands out every account's roles. Silence after the last record is
 * no gap: the ledger cannot tell it from a quiet account.
 */
import type { LedgerFacts } from "../coverage/facts.ts";
import { Evidence } from "../coverage/read-hours.ts";
import { timeSet, union, without, type TimeSet } from "../coverage/time-set.ts";
import { epoch, HOUR, type Instant } from "../time.ts";

export interface Observation {
  /** Null: never. */
  readonly since: Instant | null;
  /** Hours since then, in any Region that was ever read, of which no source read the account's records nor the portal's. */
  readonly gapHours: number;
}

/** @param since of an account; see `observedSince` in `flows/judge-people.ts`. */
export function observations(
  facts: LedgerFacts,
  at: Instant,
  ownerAccountId: string | null,
  since: (accountId: string) => Instant | null,
): (accountId: string) => Observation {
  const gaps = gapsByAccount(facts, at);
  const known = new Map<string, Observation>();
  return (accountId) => {
    let observation = known.get(accountId);
    if (observation === undefined) {
      const from = since(accountId);
      const portal = gaps.get(ownerAccountId ?? "");
      const own = gaps.get(accountId) ?? portal ?? [];
      // A role is taken at the portal before it is used in the account: an hour is missed only where neither was read.
      const missed = portal === undefined ? own : without(own, without(own, portal));
      observation = { since: from, gapHours: from === null ? 0 : hoursIn(missed, from, at) };
      known.set(accountId, observation);
    }
    return observation;
  };
}

/** What no source read in one of the account's Regions, of the time between their first and last record. */
function gapsByAccount(facts: LedgerFacts, at: Instant): Map<string, TimeSet> {
  const evidence = new Evidence(facts, at);
  const regions = new Map<string, { accountId: string; read: TimeSet; gaps: TimeSet }>();
  for (const seen of facts.places) {
    const { accountId, region, source } = seen;
    const hours = evidence.of({ source, accountId, region, seen });
    const read = without(union(hours.seen, hours.proven, hours.believed), hours.broken);
    const key = `${accountId} ${region}`;
    const known = regions.get(key);
    regions.set(key, {
      accountId,
      read: union(known?.read ?? [], read),
      gaps: union(known?.gaps ?? [], hours.gaps),
    });
  }
  const byAccount = new Map<string, TimeSet>();
  for (const { accountId, read, gaps } of regions.values()) {
    // What one source missed another may have read.
    byAccount.set(accountId, union(byAccount.get(accountId) ?? [], without(gaps, read)));
  }
  return byAccount;
}

/** Begun hours of what lies within the period. */
function hoursIn(set: TimeSet, from: Instant, to: Instant): number {
  const [first, last] = [epoch(from), epoch(to)];
  const within = timeSet(
    set.map(([begin, end]) => [Math.max(begin, first), Math.min(end, last)] as const),
  );
  return Math.ceil(within.reduce((sum, [begin, end]) => sum + (end - begin), 0) / HOUR);
}
