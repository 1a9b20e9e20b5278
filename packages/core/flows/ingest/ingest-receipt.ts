/** What became of records that were read: every one is counted exactly once. */
import type { AppendResult } from "../../ports/trail/trail-store.ts";

/** `appended + duplicates + ignored + undecodable = records`. */
export interface IngestReceipt {
  readonly records: number;
  readonly appended: number;
  readonly duplicates: number;
  readonly ignored: number;
  readonly ignoredByReason: Readonly<Record<string, number>>;
  readonly undecodable: number;
}

export const NOTHING: IngestReceipt = {
  records: 0,
  appended: 0,
  duplicates: 0,
  ignored: 0,
  ignoredByReason: {},
  undecodable: 0,
};

/** Sums two receipts. */
export function sum(left: IngestReceipt, right: IngestReceipt): IngestReceipt {
  const ignoredByReason: Record<string, number> = { ...left.ignoredByReason };
  for (const [reason, count] of Object.entries(right.ignoredByReason)) {
    ignoredByReason[reason] = (ignoredByReason[reason] ?? 0) + count;
  }
  return {
    records: left.records + right.records,
    appended: left.appended + right.appended,
    duplicates: left.duplicates + right.duplicates,
    ignored: left.ignored + right.ignored,
    ignoredByReason,
    undecodable: left.undecodable + right.undecodable,
  };
}

/** The receipt of what one transaction did. */
export function receipt(result: AppendResult): IngestReceipt {
  const ignored = Object.values(result.ignored).reduce((total, count) => total + count, 0);
  return {
    records: result.appended + result.duplicates + ignored + result.undecodable,
    appended: result.appended,
    duplicates: result.duplicates,
    ignored,
    ignoredByReason: result.ignored,
    undecodable: result.undecodable,
  };
}
