/** The keys of a record, and of what holds records, that are known by their bytes alone. */
import { CELL } from "./items.ts";

const MEMBERS: readonly (readonly [string, number])[] = [
  ["eventSource", CELL.eventSource],
  ["eventName", CELL.eventName],
  ["eventTime", CELL.eventTime],
  ["awsRegion", CELL.awsRegion],
  ["recipientAccountId", CELL.recipientAccountId],
  ["eventCategory", CELL.eventCategory],
];

/**
 * Keys whose list holds records: of a trail file, of the answer of LookupEvents, of the answer of GetQueryResults, and the name under
 * which `jq` and consoles save rows.
 */
export const LISTS: readonly string[] = ["Records", "Events", "QueryResultRows"];

interface Key {
  readonly bytes: Buffer;
  readonly cell: number;
}

/** By the length of the key: at most a few have the same. */
function byLength(keys: readonly (readonly [string, number])[]): readonly (readonly Key[])[] {
  const longest = Math.max(...keys.map(([key]) => key.length));
  return Array.from({ length: longest + 1 }, (_, length) =>
    keys
      .filter(([key]) => key.length === length)
      .map(([key, cell]) => ({ bytes: Buffer.from(key), cell })),
  );
}

const MEMBERS_BY_LENGTH = byLength(MEMBERS);
const LISTS_BY_LENGTH = byLength(LISTS.map((key) => [key, 1]));

function lookUp(
  table: readonly (readonly Key[])[],
  bytes: Buffer,
  start: number,
  end: number,
): number {
  const length = end - start;
  if (length >= table.length) return 0;
  const candidates = table[length]!;
  for (let index = 0; index < candidates.length; index++) {
    const key = candidates[index]!;
    let at = length - 1;
    while (at >= 0 && bytes[start + at] === key.bytes[at]) at -= 1;
    if (at < 0) return key.cell;
  }
  return 0;
}

/** The cell of a record's member by its key; 0: none is kept. */
export function cellOfKey(bytes: Buffer, start: number, end: number): number {
  return lookUp(MEMBERS_BY_LENGTH, bytes, start, end);
}

export function isListKey(bytes: Buffer, start: number, end: number): boolean {
  return lookUp(LISTS_BY_LENGTH, bytes, start, end) !== 0;
}
