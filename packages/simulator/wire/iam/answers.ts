/** What IAM's answers have in common: instants in words, documents as they go through an address, pages with a marker. */
import { text, type Members } from "../http/input.ts";
import { page } from "../http/paging.ts";
import { InvalidInput, WireError } from "../http/wire-error.ts";
import type { Call } from "../service.ts";

/** AWS: IAM API reference, MaxItems. */
const PAGE = { otherwise: 100, most: 1000 };

/** IAM's own error for what is not there. */
export function noSuchEntity(what: string): WireError {
  return new WireError("NoSuchEntity", what, {}, 404);
}

export function forbidden(call: Call, resource: string): WireError {
  return new WireError(
    "AccessDenied",
    `User: ${call.caller.arn} is not authorized to perform: iam:${call.operation} on resource: ${resource}`,
    {},
    403,
  );
}

/** An instant as XML writes it. */
export function instant(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}

/** Documents are sent as they would stand in an address. AWS: GetPolicyVersion API reference, RFC 3986. */
export function inAddress(document: string): string {
  return encodeURIComponent(document);
}

/** The page that `MaxItems` and `Marker` ask for, with what tells whether there is another. */
export function markedPage<T>(
  call: Call,
  items: readonly T[],
  keyOf: (item: T) => string,
): { items: T[]; more: { IsTruncated: boolean; Marker: string | undefined } } {
  const { Marker, MaxItems, ...rest } = call.members;
  const asked: Members = {
    ...rest,
    MaxResults: Math.min(PAGE.most, size(MaxItems)),
    ...(Marker === undefined ? {} : { NextToken: text(call.members, "Marker") }),
  };
  const paged = page(items, keyOf, { scope: call.operation, members: asked, most: PAGE.most });
  return {
    items: paged.items,
    more: { IsTruncated: paged.nextToken !== null, Marker: paged.nextToken ?? undefined },
  };
}

function size(asked: unknown): number {
  if (asked === undefined) return PAGE.otherwise;
  const number = Number(asked);
  if (!Number.isInteger(number) || number < 1 || number > PAGE.most)
    throw new InvalidInput(`MaxItems must be a whole number from 1 to ${PAGE.most}.`);
  return number;
}
