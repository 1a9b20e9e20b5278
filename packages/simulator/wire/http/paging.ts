/**
 * Pages of a list, bound to the parameters they were asked with.
 * A token names the last key that was answered, so a list that changes meanwhile skips and repeats nothing that stayed;
 * as with AWS, a walk through the pages is no snapshot.
 */
import { createHash } from "node:crypto";
import type { Members } from "./input.ts";
import { optionalText, wholeNumber } from "./input.ts";
import { InvalidPageToken } from "./wire-error.ts";

/** One page; `nextToken` is null on the last. */
export interface Page<T> {
  items: T[];
  nextToken: string | null;
}

/** A digest of what a token is bound to. */
export function boundTo(parameters: unknown): string {
  return createHash("sha256").update(canonical(parameters)).digest("base64url").slice(0, 22);
}

/** Makes a token that only a request with the same binding may use. */
export function sealToken(binding: string, position: string): string {
  const check = createHash("sha256")
    .update(`${binding} ${position}`)
    .digest("base64url")
    .slice(0, 22);
  return Buffer.from(JSON.stringify([check, position]), "utf8").toString("base64url");
}

/** The position in a token. Throws InvalidPageToken when the token is damaged or was issued for something else. */
export function openToken(binding: string, token: string): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
  } catch {
    throw new InvalidPageToken();
  }
  const position: unknown = Array.isArray(parsed) ? parsed[1] : null;
  if (typeof position !== "string" || sealToken(binding, position) !== token)
    throw new InvalidPageToken();
  return position;
}

/**
 * The page that a list request asks for (`MaxResults`, `NextToken`), in the order of the items' keys.
 * `most` is the largest page of the operation, and its size when none is asked for.
 */
export function page<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  request: { scope: string; members: Members; most: number },
): Page<T> {
  const { NextToken: _token, MaxResults: _size, ...rest } = request.members;
  const binding = boundTo([request.scope, rest]);
  const token = optionalText(request.members, "NextToken");
  const size = wholeNumber(request.members, "MaxResults", {
    least: 1,
    most: request.most,
    otherwise: request.most,
  });
  const after = token === null ? null : openToken(binding, token);
  const keyed = following(items, keyOf, after);
  const taken = keyed.slice(0, size);
  const last = taken.at(-1);
  return {
    items: taken.map((one) => one.item),
    nextToken: last !== undefined && keyed.length > size ? sealToken(binding, last.key) : null,
  };
}

/** What comes after a key, in the order of keys; a list that is in that order already is not sorted again. */
function following<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  after: string | null,
): { key: string; item: T }[] {
  const keyed: { key: string; item: T }[] = [];
  let isOrdered = true;
  let previous = "";
  for (const item of items) {
    const key = keyOf(item);
    if (key < previous) isOrdered = false;
    previous = key;
    if (after === null || key > after) keyed.push({ key, item });
  }
  if (!isOrdered) keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed;
}

/** The member that answers a token, absent on the last page. */
export function nextToken(of: Page<unknown>): { NextToken?: string } {
  return of.nextToken === null ? {} : { NextToken: of.nextToken };
}

/** JSON with sorted keys, so that the order of members on the wire does not matter. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
