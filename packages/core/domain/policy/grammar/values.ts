/** What JSON values are, for readers of policies. Guarantees that what is shown of a document stays on one short line. */

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** IAM takes one value wherever it takes a list. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** A value nested some ten thousand times cannot be written out, and nobody would read it. */
function writtenOut(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "nothing";
  } catch {
    return "a value nested too deep to be shown";
  }
}

const LONGEST_SHOWN = 80;

/** As JSON, cut where it is long. */
export function shown(value: unknown): string {
  const text = writtenOut(value);
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}…`;
}
