/**
 * The monthly partitions of what was read. A month is made before the first of its rows is written, by a function of the database that
 * is allowed to, so that no service needs the right to make tables; rows of a month that nobody made go to a partition of their own.
 */
import type pg from "pg";
import type { Instant } from "../../../domain/time.ts";

export class Months {
  readonly #pool: Pick<pg.Pool, "query">;
  readonly #made = new Set<string>();

  constructor(pool: Pick<pg.Pool, "query">) {
    this.#pool = pool;
  }

  /** After this, each of the instants has its month, but for months that lie ahead of the server's clock by more than one. */
  async make(instants: Iterable<Instant>): Promise<void> {
    const months = new Set<string>();
    for (const at of instants) months.add(at.slice(0, 7));
    for (const month of months) {
      if (this.#made.has(month)) continue;
      await this.#pool.query("select curfew_make_month($1::timestamptz)", [
        `${month}-01T00:00:00Z`,
      ]);
      this.#made.add(month);
    }
  }
}
