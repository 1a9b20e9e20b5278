/**
 * Reading the parameters of a request. Guarantees that `InstanceArn` and `instanceArn` are one name: the wire protocols write
 * the first, CloudTrail the second. Judges no values.
 */

/** The value under a name, whatever the case of its letters. */
export function field(record: Record<string, unknown> | null, name: string): unknown {
  if (record === null) return undefined;
  const wanted = name.toLowerCase();
  const key = Object.keys(record).find((candidate) => candidate.toLowerCase() === wanted);
  return key === undefined ? undefined : record[key];
}

/** The text under a name; empty where there is none. */
export function textField(record: Record<string, unknown> | null, name: string): string {
  const value = field(record, name);
  return typeof value === "string" ? value : "";
}
