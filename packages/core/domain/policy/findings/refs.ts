/** The statements of a finding: each once, in the order of their documents' names and of their places. */
import type { StatementRef } from "../verdict.ts";

export function refsOf(
  holders: readonly { readonly ref: StatementRef }[],
): readonly StatementRef[] {
  const byPlace = new Map(
    holders.map(({ ref }) => [JSON.stringify([ref.document, ref.statement]), ref]),
  );
  return [...byPlace.values()].toSorted(
    (left, right) =>
      (left.document < right.document ? -1 : left.document > right.document ? 1 : 0) ||
      left.statement - right.statement,
  );
}
