/** What people did with their access is stored as they are judged, is what a rebuild gives, and goes with the events that showed it. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { PostgresUsageStore } from "#core/adapters/postgres/people/usage-store";
import { usageKey } from "#core/domain/access/usage";
import { personKey } from "#core/domain/person";
import { instant } from "#core/domain/time";
import { judgeEverybody } from "#core/flows/judge-people";
import { PostgresPersonHistory } from "#core/adapters/postgres/people/person-history";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { settingsOf } from "#core/domain/sessions/durations";
import { actions } from "#test/support/actions";
import { assumeRole, call, MEMBER, signIn, STORE, USER } from "#test/support/records";
import { NOW, openStand, trailFile, type Stand } from "../ingest/stand.ts";

let stand: Stand;
let usages: PostgresUsageStore;
const now = instant(NOW);
const PERSON = { identityStoreArn: STORE, userId: USER };

beforeAll(async () => {
  stand = await openStand({ portalSessionMinutes: 480 });
  usages = new PostgresUsageStore(stand.database);
});
beforeEach(() => stand.clear());
afterAll(() => stand.drop());

const used = (...times: string[]): object[] => [
  signIn("2026-11-09T08:00:00Z"),
  assumeRole("2026-11-09T08:10:00Z", 3600 * 4),
  ...times.map((time) => call(`2026-11-09T${time}Z`, "2026-11-09T08:10:00Z")),
];

async function stored() {
  const found = [];
  for await (const one of usages.everything()) found.push(one);
  return found;
}

/** The rows as the database numbers their versions: a row that is not written keeps its own. */
async function versions(): Promise<string[]> {
  const { rows } = await stand.database.pool.query<{ xmin: string }>(
    "select xmin::text from access_usage order by role_name",
  );
  return rows.map((row) => row.xmin);
}

test("use is stored with the sweep, and read with the sessions of the last 30 days", async () => {
  await stand.ingest(trailFile(...used("08:20:00", "09:30:00")));
  await stand.sweep();
  const [{ usage, ...person }] = (await stored()) as [Awaited<ReturnType<typeof stored>>[number]];
  expect(person).toEqual(PERSON);
  expect(usage).toMatchObject({
    accountId: MEMBER,
    firstUsedAt: "2026-11-09T08:10:00.000Z",
    lastUsedAt: "2026-11-09T09:30:00.000Z",
    calls: 2,
    usedDays: 1,
    sessions: 1,
  });
  expect(usage).not.toHaveProperty("uses30d");
  const read = await usages.ofPeople([PERSON], now);
  expect(read.get(personKey(PERSON))?.get(usageKey(MEMBER, usage.roleName))?.uses30d).toBe(1);
  const later = await usages.ofPeople([PERSON], instant(NOW + 31 * 86_400_000));
  expect(later.get(personKey(PERSON))?.get(usageKey(MEMBER, usage.roleName))?.uses30d).toBe(0);
});

test("what is stored is what the events give at once", async () => {
  await stand.ingest(trailFile(...used("08:20:00", "09:30:00")));
  await stand.sweep();
  const ports = {
    history: new PostgresPersonHistory(stand.database),
    access: new PostgresAccessStore(stand.database),
    observations: new PostgresObservationStore(stand.database),
    actions,
    catalogue: [],
    settings: settingsOf(480),
  };
  for await (const { person, usage } of judgeEverybody(ports, now)) {
    const read = await usages.ofPeople([person], now);
    expect([...(read.get(personKey(person)) ?? new Map())]).toEqual([...usage]);
  }
});

test("only use that changed is written, and use that no event shows any more is removed", async () => {
  await stand.ingest(trailFile(...used("08:20:00")));
  await stand.sweep();
  const before = await versions();
  await stand.ingest(trailFile(signIn("2026-11-09T09:00:00Z")));
  expect(await stand.sweep()).toMatchObject({ judged: 1 });
  expect(await versions()).toEqual(before);
  await stand.ingest(trailFile(call("2026-11-09T09:40:00Z", "2026-11-09T08:10:00Z")));
  await stand.sweep();
  expect(await versions()).not.toEqual(before);
  await stand.database.pool.query("truncate events, role_calls");
  await stand.database.pool.query("update people set due_at = now()");
  await stand.database.pool.query("update people set due_at = $1", [instant(NOW - 1)]);
  await stand.sweep();
  expect(await stored()).toEqual([]);
});
