/**
 * Texts that many events share, each stored once under a number. A term is committed by itself before any row refers to it: numbers
 * may be remembered at once, no lock outlasts a statement, and a term that no row came to use harms nothing. Terms are never removed.
 */
import { hash } from "node:crypto";
import type pg from "pg";

export type TermKind = "type" | "person" | "agent" | "role-session";

export interface Term {
  readonly kind: TermKind;
  readonly value: string;
  /** By what role sessions are found: the session's name. */
  readonly name: string | null;
}

type Queryable = Pick<pg.Pool, "query">;

/** Numbers remembered by a process, roughly: half of them at least, those that were used last. */
const REMEMBERED = 200_000;

/** One map a kind: a text is hashed once, however often it is looked up, and never joined to another. */
type Numbers = Readonly<Record<TermKind, Map<string, number>>>;

const none = (): Numbers => ({
  type: new Map(),
  person: new Map(),
  agent: new Map(),
  "role-session": new Map(),
});

export class TermNumbers {
  readonly #pool: Queryable;
  #recent = none();
  /** What was recent before: still known, so that a batch under way loses nothing when another one makes room. */
  #former = none();

  constructor(pool: Queryable) {
    this.#pool = pool;
  }

  /** False when the term has to be learned. What is known stays remembered by being asked for. */
  knows(kind: TermKind, value: string): boolean {
    const recent = this.#recent[kind];
    if (recent.has(value)) return true;
    const number = this.#former[kind].get(value);
    if (number !== undefined) recent.set(value, number);
    return number !== undefined;
  }

  /** After this, `of` knows the number of each of the terms. Rejects with what the database refuses (class 54: a text too long). */
  async learn(terms: Iterable<Term>): Promise<void> {
    this.#makeRoom();
    const unknown = new Map<string, Term>();
    for (const term of terms) {
      if (!this.knows(term.kind, term.value)) unknown.set(`${term.kind} ${term.value}`, term);
    }
    if (unknown.size === 0) return;
    const given = [...unknown.values()];
    const { rows } = await this.#pool.query<{ ordinal: number; term_no: number }>(LEARN, [
      [...unknown.keys()].map(digestOf),
      given.map((term) => term.kind),
      given.map((term) => term.value),
      given.map((term) => term.name),
    ]);
    for (const row of rows) {
      const { kind, value } = given[row.ordinal - 1]!;
      this.#recent[kind].set(value, row.term_no);
    }
  }

  /** Null for null. Throws for a term that was not learned. */
  of(kind: TermKind, value: string | null): number | null {
    if (value === null) return null;
    const number = this.#recent[kind].get(value) ?? this.#former[kind].get(value);
    if (number === undefined) throw new RangeError(`the ${kind} ${value} was not learned`);
    return number;
  }

  #makeRoom(): void {
    const size = Object.values(this.#recent).reduce((total, map) => total + map.size, 0);
    if (size <= REMEMBERED / 2) return;
    this.#former = this.#recent;
    this.#recent = none();
  }
}

/** 128 bits of SHA-256, as a uuid: an index of them is a fifth of one of the texts, and no text is too long for it. */
export function digestOf(key: string): string {
  return hash("sha256", key, "hex").slice(0, 32);
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
