/** Narrows the ledger to a source, an account or a Region; what concerns a whole source stays with each of its parts. */
import type { LedgerRow } from "./ledger.ts";
import type { CoverageProblem } from "./problems.ts";

export interface Selection {
  readonly source?: string | undefined;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
}

export function rowsOf(rows: readonly LedgerRow[], asked: Selection): LedgerRow[] {
  return rows.filter(
    ({ source, accountId, region }) =>
      (asked.source ?? source) === source &&
      (asked.account ?? accountId) === accountId &&
      (asked.region ?? region) === region,
  );
}

/** True for what concerns something of the selection. `s3/<bucket>` is a part of `s3`. */
export function concerns(problem: CoverageProblem, asked: Selection): boolean {
  const { source, accountId, region } = problem;
  return (
    (asked.source === undefined ||
      source === asked.source ||
      source.startsWith(`${asked.source}/`)) &&
    (accountId === null || (asked.account ?? accountId) === accountId) &&
    (region === null || (asked.region ?? region) === region)
  );
}
