/**
 * Reads the members of a request and refuses what has another shape, with a sentence that names the member.
 * It knows shapes only; whether a thing of that id exists is the operation's question.
 */
import { InvalidInput } from "./wire-error.ts";

/** The members of one request, as sent. */
export type Members = Readonly<Record<string, unknown>>;

/** A text that must be there and not be empty. */
export function text(members: Members, name: string): string {
  const value = members[name];
  if (typeof value !== "string" || value === "")
    throw new InvalidInput(`${name} must be a non-empty string.`);
  return value;
}

/** A text that may be absent. */
export function optionalText(members: Members, name: string): string | null {
  return members[name] === undefined || members[name] === null ? null : text(members, name);
}

/** A text that must be one of a few. */
export function oneOf<const T extends string>(
  members: Members,
  name: string,
  allowed: readonly T[],
): T {
  const value = text(members, name);
  const found = allowed.find((one) => one === value);
  if (found === undefined)
    throw new InvalidInput(`${name} must be one of ${allowed.join(", ")}; it is ${value}.`);
  return found;
}

/** A whole number in a range; `otherwise` when it is absent. */
export function wholeNumber(
  members: Members,
  name: string,
  range: { least: number; most: number; otherwise: number },
): number {
  const value = members[name];
  if (value === undefined || value === null) return range.otherwise;
  if (
    typeof value !== "number" ||
    !Number.isInteger(value) ||
    value < range.least ||
    value > range.most
  ) {
    throw new InvalidInput(`${name} must be a whole number from ${range.least} to ${range.most}.`);
  }
  return value;
}

/** A structure that must be there. */
export function structure(members: Members, name: string): Members {
  const value = members[name];
  if (!isMembers(value)) throw new InvalidInput(`${name} must be a structure.`);
  return value;
}

/** A structure that may be absent. */
export function optionalStructure(members: Members, name: string): Members | null {
  return members[name] === undefined || members[name] === null ? null : structure(members, name);
}

/** A list of texts of a bounded length. */
export function texts(members: Members, name: string, most: number): string[] {
  const value = members[name];
  if (
    !Array.isArray(value) ||
    value.length === 0 ||
    value.length > most ||
    !value.every((one) => typeof one === "string")
  ) {
    throw new InvalidInput(`${name} must be a list of 1 to ${most} strings.`);
  }
  return value;
}

export function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
