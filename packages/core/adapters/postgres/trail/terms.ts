/**
 * Texts that many events share, each stored once under a number. A term is committed by itself before any row refers to it: numbers
 * may be remembered at once, no lock outlasts a statement, and a term that no row came to use harms nothing. Terms are never removed.
 */
import { createHash } from "node:crypto";
import type pg from "pg";

export type TermKind = "type" | "person" | "agent" | "role-session";

export interface Term {
  readonly kind: TermKind;
  readonly value: string;
  /** By what role sessions are found: the session's name. */
  readonly name: string | null;
}

type Queryable = Pick<pg.Pool, "query">;

/** Numbers remembered by a process; the oldest half is forgotten beyond it. */
const REMEMBERED = 200_000;

export class TermNumbers {
  readonly #pool: Queryable;
  /** By `<kind> <value>`. */
  readonly #numbers = new Map<string, number>();

  constructor(pool: Queryable) {
    this.#pool = pool;
  }

  /** After this, `of` knows the number of each of the terms. Rejects with what the database refuses (class 54: a text too long). */
  async learn(terms: Iterable<Term>): Promise<void> {
    const unknown = new Map<string, Term>();
    for (const term of terms) {
      const key = keyOf(term.kind, term.value);
      if (!this.#numbers.has(key)) unknown.set(key, term);
    }
    if (unknown.size === 0) return;
    this.#forget(unknown.size);
    const keys = [...unknown.keys()];
    const given = [...unknown.values()];
    const { rows } = await this.#pool.query<{ ordinal: number; term_no: number }>(LEARN, [
      keys.map(digestOf),
      given.map((term) => term.kind),
      given.map((term) => term.value),
      given.map((term) => term.name),
    ]);
    for (const row of rows) this.#numbers.set(keys[row.ordinal - 1]!, row.term_no);
  }

  /** Null for null. Throws for a term that was not learned. */
  of(kind: TermKind, value: string | null): number | null {
    if (value === null) return null;
    const number = this.#numbers.get(keyOf(kind, value));
    if (number === undefined) throw new RangeError(`the ${kind} ${value} was not learned`);
    return number;
  }

  #forget(coming: number): void {
    if (this.#numbers.size + coming <= REMEMBERED) return;
    let spare = REMEMBERED / 2;
    for (const key of this.#numbers.keys()) {
      if (spare-- <= 0) return;
      this.#numbers.delete(key);
    }
  }
}

function keyOf(kind: TermKind, value: string): string {
  return `${kind} ${value}`;
}

/** 128 bits of SHA-256, as a uuid: an index of them is a fifth of one of the texts, and no text is too long for it. */
export function digestOf(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 32);
}

/**
 * Numbers of terms, new ones made. What is known is looked up first, so that repetitions use up no numbers; the update of a row that
 * another process has just inserted changes nothing and only makes its number visible to this statement.
 */
const LEARN = `
  with given as materialized (
    select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) with ordinality as g(digest, kind, value, name, ordinal)),
  known as materialized (
    select g.ordinal, t.term_no from given g join event_terms t using (digest)),
  made as (
    insert into event_terms as t (digest, kind, value, name)
    select digest, kind, value, name from given g
     where not exists (select 1 from known k where k.ordinal = g.ordinal)
     order by digest
    on conflict (digest) do update set value = excluded.value
    returning t.digest, t.term_no)
  select ordinal, term_no from known
  union all
  select g.ordinal, m.term_no from made m join given g using (digest)`;

/** Values of terms by their numbers. */
export async function termValues(
  client: Pick<pg.PoolClient, "query">,
  numbers: Iterable<number>,
): Promise<Map<number, string>> {
  const wanted = [...new Set(numbers)];
  if (wanted.length === 0) return new Map();
  const { rows } = await client.query<{ term_no: number; value: string }>(
    "select term_no, value from event_terms where term_no = any($1::int[])",
    [wanted],
  );
  return new Map(rows.map((row) => [row.term_no, row.value]));
}
