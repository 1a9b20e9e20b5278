/**
 * The outbox in Postgres. A claim is a row lock that lasts as long as the attempt: a process that dies sets the row free with its
 * connection, so that the alert goes out again under the same id. At least once, never lost; dropping repeats is the receiver's.
 */
import { Fault } from "../../../domain/fault.ts";
import type { Instant } from "../../../domain/time.ts";
import type {
  Delivery,
  DeliveryState,
  DeliveryStore,
  Settlement,
} from "../../../ports/delivery-store.ts";
import type { Database } from "../database.ts";
import { transaction } from "../transaction.ts";

interface DeliveryRow {
  readonly id: string;
  readonly channel: string;
  readonly finding_id: string;
  readonly payload: Record<string, unknown>;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly next_attempt_at: Instant;
  readonly last_error: string | null;
  readonly created_at: Instant;
  readonly delivered_at: Instant | null;
}

function deliveryOf(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    channel: row.channel,
    findingId: row.finding_id,
    payload: row.payload,
    state: row.state,
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at,
    lastError: row.last_error,
    createdAt: row.created_at,
    deliveredAt: row.delivered_at,
  };
}

/**
 * The longest waiting row that nobody holds. While an older alert of the same finding is pending on the channel the newer one
 * waits, so that "resolved" never overtakes "opened"; a dead one holds nothing up.
 */
const CLAIM = `
  select d.* from deliveries d
   where d.state = 'pending' and d.next_attempt_at <= $2 and d.channel = $1
     and not exists (select 1 from deliveries e
                      where e.finding_id = d.finding_id and e.channel = d.channel and e.state = 'pending'
                        and e.created_at < d.created_at)
   order by d.next_attempt_at, d.id
   limit 1 for update of d skip locked`;

/** A reason is for a person to read: what a receiver sends back is cut. */
const REASON_CHARACTERS = 500;

export class PostgresDeliveryStore implements DeliveryStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  attemptNext(
    channel: string,
    now: Instant,
    attempt: (delivery: Delivery) => Promise<Settlement>,
  ): Promise<boolean> {
    return transaction(this.#database, async (client) => {
      const { rows } = await client.query<DeliveryRow>(CLAIM, [channel, now]);
      const row = rows[0];
      if (row === undefined) return false;
      const settled = await attempt(deliveryOf(row));
      await client.query(
        `update deliveries
            set state = $2, attempts = attempts + 1, next_attempt_at = $3, last_error = $4, delivered_at = $5
          where id = $1`,
        [
          row.id,
          settled.state,
          settled.state === "pending" ? settled.nextAttemptAt : row.next_attempt_at,
          settled.state === "delivered" ? null : settled.reason.slice(0, REASON_CHARACTERS),
          settled.state === "delivered" ? now : null,
        ],
      );
      return true;
    });
  }

  async list(state: DeliveryState, limit: number, after: string | null): Promise<Delivery[]> {
    if (!Number.isInteger(limit) || limit < 1 || limit > 500) {
      throw new Fault("input.invalid", "The limit has to be a whole number from 1 to 500.");
    }
    const { rows } = await this.#database.pool.query<DeliveryRow>(
      `select * from deliveries
        where state = $1
          and ($2::text is null or (created_at, id) < (select created_at, id from deliveries where id = $2))
        order by created_at desc, id desc limit $3`,
      [state, after, limit],
    );
    return rows.map(deliveryOf);
  }

  async replay(id: string, now: Instant): Promise<boolean> {
    const { rowCount } = await this.#database.pool.query(
      `update deliveries set state = 'pending', attempts = 0, next_attempt_at = $2
        where id = $1 and state = 'dead'`,
      [id, now],
    );
    return rowCount === 1;
  }
}
