import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { awsDirectory } from "#core/adapters/aws/directory";
import { PostgresCrawlStore } from "#core/adapters/postgres/access/crawl-store";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { factsOf } from "#core/domain/access/facts";
import { HOUR, instant } from "#core/domain/time";
import { takeSnapshot } from "#core/flows/take-snapshot";
import type { CrawlStore } from "#core/ports/access/crawl-store";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import {
  openScriptedAws,
  ScriptedError,
  type Script,
  type ScriptedAws,
} from "../aws/scripted-aws.ts";
import { INSTANCE_ARN, SMALL_ORGANISATION } from "../aws/small-organisation.ts";

let aws: ScriptedAws;
let database: TestDatabase;
let now = Date.UTC(2026, 10, 1);
let runs = 0;
/** What AWS answers in a test, beside the small organisation. */
let answers: Script = {};

const script = new Proxy(SMALL_ORGANISATION, {
  get: (sound, name: string) => answers[name] ?? sound[name],
});

beforeAll(async () => {
  aws = await openScriptedAws(script);
});
afterAll(() => aws.close());
beforeEach(async () => {
  database = await createTestDatabase();
  answers = {};
});
afterEach(() => database.drop());

class Killed extends Error {}

/** The store of a process that is killed as it writes its `nth` unit: before or after the unit is there. */
function dyingStore(nth: number, after: boolean): CrawlStore {
  const store = new PostgresCrawlStore(database);
  let units = 0;
  return new Proxy(store, {
    get: (target, name: keyof CrawlStore) => {
      if (name !== "write") return (target[name] as () => unknown).bind(target);
      return async (...args: Parameters<CrawlStore["write"]>) => {
        units += 1;
        if (units > nth || (units === nth && !after)) throw new Killed();
        await target.write(...args);
        if (units === nth) throw new Killed();
      };
    },
  });
}

const take = (store: CrawlStore = new PostgresCrawlStore(database)) =>
  takeSnapshot({
    directory: awsDirectory({ clientsOf: () => aws.clients, regions: ["eu-central-1"] }),
    store,
    clock: { now: () => (now += 1_000) },
    newId: () => `snp_${(runs += 1)}`,
    progress: () => undefined,
  });

async function published() {
  const snapshot = await new PostgresAccessStore(database).asOf(instant(now));
  return snapshot === null ? null : factsOf(snapshot);
}

async function rowsOf(table: string): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(`select count(*) as n from ${table}`);
  return rows[0]?.n ?? 0;
}

test("publishes the same facts wherever the process before was killed, and nothing until then", async () => {
  const whole = await take();
  const facts = await published();
  expect(facts?.length).toBeGreaterThan(15);
  const { rows } = await database.pool.query("select from crawl_runs");
  expect(rows).toHaveLength(0);
  let units = 0;
  for (; ; units += 1) {
    await database.pool.query("truncate access_facts, access_snapshots cascade");
    const killed = await take(dyingStore(units + 1, units % 2 === 0)).then(
      () => false,
      (error: unknown) => {
        if (!(error instanceof Killed)) throw error;
        return true;
      },
    );
    if (!killed) break;
    expect(await rowsOf("access_facts")).toBe(0);
    const receipt = await take();
    expect(receipt.resumed).toBe(true);
    expect(receipt.counts).toEqual(whole.counts);
    expect(await published()).toEqual(facts);
  }
  expect(units).toBeGreaterThan(15);
});

test("does not read again what was read, and counts the calls of both processes", async () => {
  await expect(take(dyingStore(12, true))).rejects.toBeInstanceOf(Killed);
  const { rows } = await database.pool.query<{ unit: string }>("select unit from crawl_units");
  const read = rows.map((row) => row.unit);
  aws.calls.length = 0;
  const receipt = await take();
  // Once for each group that was not read, and for none that was.
  const groups = 3 - read.filter((unit) => unit.startsWith("memberships/")).length;
  expect(aws.calls.filter((call) => call === "ListGroupMemberships")).toHaveLength(groups);
  expect(receipt.apiCalls["identitystore:ListGroupMemberships"]).toBeGreaterThanOrEqual(3);
});

test("begins anew where the crawl before stood still for long", async () => {
  await expect(take(dyingStore(12, true))).rejects.toBeInstanceOf(Killed);
  now += 3 * HOUR;
  aws.calls.length = 0;
  const receipt = await take();
  expect(receipt.resumed).toBe(false);
  expect(aws.calls.filter((call) => call === "ListGroupMemberships")).toHaveLength(3);
  expect(await rowsOf("crawl_facts")).toBe(0);
});

test("lets one process crawl an instance at a time, and the next one when it is done", async () => {
  const store = new PostgresCrawlStore(database);
  await store.exclusively(INSTANCE_ARN, async () => {
    await expect(take()).rejects.toMatchObject({ code: "snapshot.running", retry: "later" });
  });
  await expect(take()).resolves.toMatchObject({ instanceArn: INSTANCE_ARN });
});

test("lets a process whose crawl was taken over write nothing more", async () => {
  const store = new PostgresCrawlStore(database);
  const first = await store.begin("snp_a", INSTANCE_ARN, instant(now), null);
  const second = await store.begin("snp_b", INSTANCE_ARN, instant(now), null);
  const unit = { unit: "users", facts: [], notes: [] };
  const late = store.write(first.id, unit, instant(now), {});
  await expect(late).rejects.toMatchObject({ code: "snapshot.running" });
  await store.write(second.id, unit, instant(now), {});
  const publication = { completedAt: instant(now), apiCalls: {}, notes: [], replaces: null };
  await expect(store.publish(first.id, publication)).rejects.toMatchObject({
    code: "snapshot.running",
  });
});

test("outlasts throttling in every service with the same facts", async () => {
  await take();
  const facts = await published();
  aws.waits.length = 0;
  const throttled = (operation: string): Script => {
    let refused = 0;
    return {
      [operation]: (input, n) => {
        if ((refused += 1) <= 2) throw new ScriptedError("ThrottlingException");
        return SMALL_ORGANISATION[operation]?.(input, n) ?? {};
      },
    };
  };
  answers = {
    ...throttled("ListGroupMemberships"),
    ...throttled("ListAccountAssignments"),
    ...throttled("ListAccountsForParent"),
  };
  await take();
  expect(await published()).toEqual(facts);
  // Never in a hot loop.
  expect(aws.waits).toHaveLength(6);
  expect(Math.min(...aws.waits)).toBeGreaterThanOrEqual(500);
});
