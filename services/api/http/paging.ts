/**
 * Pages by key, never by offset: a row that appears between two pages moves no other. A cursor is opaque, belongs to one route and
 * holds only keys of rows the caller was shown, so that a forged one gives nothing that a filter would not.
 */
import { z } from "zod";
import { Fault } from "#core/domain/fault";
import { parseInstant, type Instant } from "#core/domain/time";

export const DEFAULT_LIMIT = 50;
export const LARGEST_LIMIT = 200;

/** A UTC instant or one with an offset, normalised. */
export const instantText = z
  .string()
  .max(40)
  .transform((text, context): Instant => {
    const at = parseInstant(text);
    if (at !== null) return at;
    context.addIssue({
      code: "custom",
      message: "give an instant such as 2026-03-02T09:30:00Z",
    });
    return z.NEVER;
  })
  .meta({ format: "date-time" });

/** The query fields of every list. */
export const PAGE_QUERY = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, `give a whole number from 1 to ${LARGEST_LIMIT}`)
    .transform(Number)
    .refine((limit) => limit <= LARGEST_LIMIT, `give a whole number from 1 to ${LARGEST_LIMIT}`)
    .default(DEFAULT_LIMIT)
    .describe(`Items a page, 1 to ${LARGEST_LIMIT}.`),
  cursor: z
    .string()
    .max(2_000, "give the nextCursor of the page before")
    .optional()
    .describe("`nextCursor` of the page before."),
};

export interface Page<T> {
  readonly items: readonly T[];
  /** Null on the last page. */
  readonly nextCursor: string | null;
}

/** One kind of cursor: its route and the form of its key. */
export interface CursorKind<K> {
  write(key: K): string;
  /** Null for no cursor. Fault `input.invalid` for anything that this kind did not write. */
  read(cursor: string | undefined): K | null;
}

export function cursorKind<K>(route: string, key: z.ZodType<K>): CursorKind<K> {
  const form = z.tuple([z.literal(route), key]);
  return {
    write: (value) => Buffer.from(JSON.stringify([route, value])).toString("base64url"),
    read(cursor) {
      if (cursor === undefined) return null;
      const parsed = form.safeParse(decoded(cursor));
      if (parsed.success) return parsed.data[1];
      throw new Fault(
        "input.invalid",
        "The cursor is not one of this list: give the nextCursor of the page before, unchanged.",
      );
    },
  };
}

function decoded(cursor: string): unknown {
  if (!/^[A-Za-z0-9_-]+$/.test(cursor)) return null;
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    return null;
  }
}

/** A page from `limit + 1` rows: the one too many only says that there is more. */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
  cursorOf: (last: T) => string,
): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}
