/**
 * A request rate that every process shares. Guarantees that slots of a scope are handed out at least 1/rate apart by the
 * database's clock, whoever asks; a slot whose waiter gave up is lost, never given twice. It does not know what the other side
 * counts: who else spends the same quota is left to the rate that is chosen.
 */
import { setTimeout as timer } from "node:timers/promises";
import type { Database } from "./database.ts";

/** A reservation further ahead than this stems from a clock that was set back, not from waiting callers. */
const BELIEVABLE = "1 hour";

export class PostgresRateBudget {
  readonly #database: Database;
  readonly #wait: (milliseconds: number, signal?: AbortSignal) => Promise<void>;

  /** `wait` lets the time of the slot pass. */
  constructor(database: Database, wait = waitOnClock) {
    this.#database = database;
    this.#wait = wait;
  }

  /** Resolves when the request may leave. Rejects with the signal's reason; the database's errors pass. */
  async slot(scope: string, perSecond: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const milliseconds = await this.#reserve(scope, perSecond);
    if (milliseconds > 0) await this.#wait(milliseconds, signal);
  }

  /** Milliseconds until the slot. One statement, so that two askers queue on the row and get one slot each. */
  async #reserve(scope: string, perSecond: number): Promise<number> {
    const { rows } = await this.#database.pool.query<{ wait: number }>(
      `insert into rate_budgets as b (scope, next_free_at)
       values ($1, clock_timestamp() + $2 * interval '1 second')
       on conflict (scope) do update
          set next_free_at = $2 * interval '1 second' + case
                when b.next_free_at > clock_timestamp() + interval '${BELIEVABLE}' then clock_timestamp()
                else greatest(b.next_free_at, clock_timestamp()) end
       returning (extract(epoch from next_free_at - $2 * interval '1 second' - clock_timestamp()) * 1000)::float8 as wait`,
      [scope, 1 / perSecond],
    );
    return Math.ceil(rows[0]?.wait ?? 0);
  }
}

async function waitOnClock(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await timer(milliseconds, undefined, signal === undefined ? {} : { signal });
}
