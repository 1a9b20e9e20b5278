/**
 * A request rate that every process shares. Guarantees that slots of a scope are handed out at least 1/rate apart by the
 * database's clock, whoever asks, and that nobody leaves long after a slot: who was held up takes a new one, else two requests
 * would come close together. A slot whose waiter gave up is lost, never given twice. It does not know what the other side counts:
 * who else spends the same quota is left to the rate that is chosen.
 */
import { setTimeout as timer } from "node:timers/promises";
import type { Database } from "./database.ts";

/** A reservation further ahead than this stems from a clock that was set back, not from waiting callers. */
const BELIEVABLE = "1 hour";
/** A process that rested makes its connection first, so that the request arrives late: its slot is longer by this share. */
const AFTER_A_REST = 0.3;
const REST_MILLISECONDS = 5_000;
/** Later than this after its slot a request would come too close to the next ones. */
const BELATED_MILLISECONDS = 10;

interface Slot {
  /** By this process's monotonic clock, in milliseconds: never before the slot by the database's. */
  readonly at: number;
  /** Before this it cannot lie by the database's clock: in between its answer was on the way. */
  readonly earliest: number;
  /** Where the slot ends by the database's clock, as the database writes it. */
  readonly end: string;
}

export class PostgresRateBudget {
  readonly #database: Database;
  readonly #wait: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** The last asker of each scope: one of a process reserves at a time, so that a late one holds up nobody behind it. */
  readonly #last = new Map<string, Promise<void>>();
  /** When this process last left, by scope. */
  readonly #left = new Map<string, number>();
  /** How long after its slot that was, at most, in milliseconds: the next one keeps as much more away. */
  readonly #late = new Map<string, number>();

  /** `wait` lets the time of the slot pass. */
  constructor(database: Database, wait = waitOnClock) {
    this.#database = database;
    this.#wait = wait;
  }

  /** Resolves when the request may leave. Rejects with the signal's reason; the database's errors pass. */
  async slot(scope: string, perSecond: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const before = this.#last.get(scope);
    const mine = this.#take(scope, perSecond, before, signal);
    const settled = mine.catch(() => undefined);
    this.#last.set(scope, settled);
    try {
      await mine;
    } finally {
      if (this.#last.get(scope) === settled) this.#last.delete(scope);
    }
  }

  async #take(
    scope: string,
    perSecond: number,
    before: Promise<void> | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    await before;
    const rested = performance.now() - (this.#left.get(scope) ?? -Infinity) > REST_MILLISECONDS;
    const seconds = (rested ? 1 + AFTER_A_REST : 1) / perSecond;
    let missed: string | null = null;
    let slot: Slot;
    for (;;) {
      signal?.throwIfAborted();
      slot = await this.#reserve(scope, seconds, missed);
      const wait = slot.at - performance.now();
      if (wait > 0) await this.#wait(Math.ceil(wait), signal);
      if (performance.now() - slot.at <= BELATED_MILLISECONDS) break;
      missed = slot.end;
    }
    const now = performance.now();
    this.#left.set(scope, now);
    this.#late.set(scope, Math.max(0, now - slot.earliest - BELATED_MILLISECONDS));
  }

  /**
   * One statement, so that two askers queue on the row and get one slot each. Where nobody stands behind a missed slot, the
   * schedule moves up to now and nothing more is lost than the delay.
   */
  async #reserve(scope: string, seconds: number, missed: string | null): Promise<Slot> {
    const asked = performance.now();
    const { rows } = await this.#database.pool.query<{ wait: number; end: string }>(
      `insert into rate_budgets as b (scope, next_free_at)
       values ($1, clock_timestamp() + $2 * interval '1 second')
       on conflict (scope) do update
          set next_free_at = $2 * interval '1 second' + case
                when b.next_free_at > clock_timestamp() + interval '${BELIEVABLE}' then clock_timestamp()
                when b.next_free_at = $3::timestamptz then clock_timestamp()
                else greatest(b.next_free_at + $4 * interval '1 millisecond', clock_timestamp()) end
       returning next_free_at::text as end,
                 (extract(epoch from next_free_at - $2 * interval '1 second' - clock_timestamp()) * 1000)::float8 as wait`,
      [scope, seconds, missed, this.#late.get(scope) ?? 0],
    );
    const { wait, end } = rows[0]!;
    const ahead = Math.max(0, wait);
    return { at: performance.now() + ahead, earliest: asked + ahead, end };
  }
}

async function waitOnClock(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await timer(milliseconds, undefined, signal === undefined ? {} : { signal });
}
