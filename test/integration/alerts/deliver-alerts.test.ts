import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PostgresDeliveryStore } from "#core/adapters/postgres/people/delivery-store";
import { HOUR, instant } from "#core/domain/time";
import { deliverAlerts, MAXIMUM_ATTEMPTS } from "#core/flows/deliver-alerts";
import type { AlertMessage, AlertSink, SendOutcome } from "#core/ports/alert-sink";
import { createTestDatabase, type TestDatabase } from "#test/support/database";

const START = Date.parse("2026-03-05T00:00:00.000Z");
let database: TestDatabase;
let store: PostgresDeliveryStore;
const clock = { at: START, now: () => clock.at };

beforeAll(async () => {
  database = await createTestDatabase();
  store = new PostgresDeliveryStore(database);
  await database.pool.query("insert into people (identity_store_arn, user_id) values ('arn', 'u')");
});
afterAll(() => database.drop());
beforeEach(async () => {
  clock.at = START;
  await database.pool.query("truncate findings, deliveries");
});

/** Puts alerts into the outbox, one finding each unless said otherwise. */
async function pending(ids: readonly string[], channel = "siem", finding?: string): Promise<void> {
  for (const [index, id] of ids.entries()) {
    const findingId = finding ?? `fin_${id}`;
    await database.pool.query(
      `insert into findings values ($1, 'r', 'v', 'low', 'arn', 'u', 'person', 'u', 'open', now(), now(), null, 's', '{}', '[]')
       on conflict do nothing`,
      [findingId],
    );
    await database.pool.query(
      `insert into deliveries (id, delivery_key, channel, finding_id, payload, next_attempt_at, created_at)
       values ($1, $1, $2, $3, jsonb_build_object('n', $1::text), $4, $5)`,
      [id, channel, findingId, instant(START), instant(START + index)],
    );
  }
}

class Receiver implements AlertSink {
  readonly channel: string;
  readonly sent: AlertMessage[] = [];
  answer: (message: AlertMessage) => SendOutcome | Promise<SendOutcome>;

  constructor(answer: Receiver["answer"] = () => ({ outcome: "delivered" }), channel = "siem") {
    this.channel = channel;
    this.answer = answer;
  }

  async send(message: AlertMessage): Promise<SendOutcome> {
    this.sent.push(message);
    return this.answer(message);
  }
}
const deliver = (...sinks: AlertSink[]) => deliverAlerts({ deliveries: store, sinks, clock });

describe("delivering alerts", () => {
  test("sends each due alert of its channels once, and nothing twice", async () => {
    await pending(["dlv_a", "dlv_b"]);
    await pending(["dlv_c"], "nobody-listens");
    const receiver = new Receiver();
    expect(await deliver(receiver)).toEqual({ delivered: 2, refused: 0, dead: [] });
    expect(receiver.sent).toEqual(
      [
        { id: "dlv_a", payload: { n: "dlv_a" } },
        { id: "dlv_b", payload: { n: "dlv_b" } },
      ].map((message) => expect.objectContaining(message)),
    );
    await deliver(receiver);
    expect(receiver.sent).toHaveLength(2);
    expect((await store.list("pending", 10, null)).map(({ id }) => id)).toEqual(["dlv_c"]);
    expect(await store.list("delivered", 10, null)).toHaveLength(2);
  });

  test("has one effect a key with eight deliverers at once", async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `dlv_${index}`);
    await pending(ids);
    const receiver = new Receiver();
    await Promise.all(Array.from({ length: 8 }, () => deliver(receiver)));
    expect(receiver.sent.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });

  test("sends the same id again when it dies between sending and recording", async () => {
    await pending(["dlv_a"]);
    const receiver = new Receiver();
    const killed = store.attemptNext("siem", instant(clock.at), async (delivery) => {
      await receiver.send(delivery);
      await database.pool.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction' and datname = current_database()",
      );
      return { state: "delivered" };
    });
    await expect(killed).rejects.toThrow(/terminat|connection/i);
    await deliver(receiver);
    expect(receiver.sent.map(({ id }) => id)).toEqual(["dlv_a", "dlv_a"]);
    expect(await store.list("delivered", 10, null)).toHaveLength(1);
  });

  test("backs off, then gives up after twenty attempts and says why", async () => {
    await pending(["dlv_a"]);
    const receiver = new Receiver(() => ({
      outcome: "refused",
      reason: "the receiver answered 500",
    }));
    await deliver(receiver);
    clock.at += 9_999;
    await deliver(receiver);
    expect(receiver.sent).toHaveLength(1);
    let receipt = await deliver(receiver);
    for (let attempt = 1; attempt < MAXIMUM_ATTEMPTS; attempt += 1) {
      clock.at += HOUR;
      receipt = await deliver(receiver);
    }
    expect(receiver.sent).toHaveLength(MAXIMUM_ATTEMPTS);
    const reason = "given up after 20 attempts: the receiver answered 500";
    expect(receipt.dead).toEqual([{ id: "dlv_a", channel: "siem", reason }]);
    expect(await store.list("dead", 10, null)).toMatchObject([{ attempts: 20, lastError: reason }]);
    clock.at += HOUR;
    await deliver(receiver);
    expect(receiver.sent).toHaveLength(MAXIMUM_ATTEMPTS);
  });

  test("takes up a dead alert again under its id when an operator asks", async () => {
    await pending(["dlv_a"]);
    await deliver(new Receiver(() => ({ outcome: "dead", reason: "gone" })));
    expect(await store.replay("dlv_a", instant(clock.at))).toBe(true);
    expect(await store.replay("dlv_a", instant(clock.at))).toBe(false);
    const receiver = new Receiver();
    await deliver(receiver);
    expect(receiver.sent.map(({ id }) => id)).toEqual(["dlv_a"]);
  });

  test("lets a receiver that is down rest after three refusals, and other channels pass it", async () => {
    await pending(["dlv_a", "dlv_b", "dlv_c", "dlv_d", "dlv_e"]);
    await pending(["dlv_x"], "chat");
    const down = new Receiver(() => ({ outcome: "refused", reason: "down" }));
    let release = (): void => undefined;
    const answered = new Promise<void>((done) => (release = done));
    const chat = new Receiver(() => (release(), { outcome: "delivered" }), "chat");
    down.answer = async () => {
      await answered;
      return { outcome: "refused", reason: "down" };
    };
    expect(await deliver(down, chat)).toEqual({ delivered: 1, refused: 3, dead: [] });
    expect(down.sent).toHaveLength(3);
  });

  test("never lets the end of a finding overtake its beginning", async () => {
    await pending(["dlv_2opened", "dlv_1resolved"], "siem", "fin_one");
    const refusing = new Receiver(() => ({ outcome: "refused", reason: "busy" }));
    await deliver(refusing);
    expect(refusing.sent.map(({ id }) => id)).toEqual(["dlv_2opened"]);
    clock.at += HOUR;
    const receiver = new Receiver();
    await deliver(receiver);
    expect(receiver.sent.map(({ id }) => id)).toEqual(["dlv_2opened", "dlv_1resolved"]);
  });

  test("pages dead letters without losing one", async () => {
    await pending(["dlv_a", "dlv_b", "dlv_c"]);
    await deliver(new Receiver(() => ({ outcome: "dead", reason: "gone" })));
    const ids: string[] = [];
    for (let after: string | null = null; ;) {
      const page = await store.list("dead", 2, after);
      ids.push(...page.map(({ id }) => id));
      after = page.at(-1)?.id ?? null;
      if (page.length < 2) break;
    }
    expect(ids).toEqual(["dlv_c", "dlv_b", "dlv_a"]);
  });
});
