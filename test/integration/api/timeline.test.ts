/** A person's timeline over HTTP: every event of theirs once and in order, whatever the size of its pages and of its pieces. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { PostgresPersonEvents } from "#core/adapters/postgres/people/person-events";
import { PostgresPersonHistory } from "#core/adapters/postgres/people/person-history";
import { PostgresSweepStore } from "#core/adapters/postgres/people/sweep-store";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import type { Person } from "#core/domain/person";
import { settingsOf } from "#core/domain/sessions/durations";
import { instant, plus } from "#core/domain/time";
import { ingestFiles } from "#core/flows/ingest/ingest-files";
import { sweepPeople } from "#core/flows/sweep-people";
import { catalogue } from "#core/rules/catalogue";
import { listSchema, timelineItemSchema } from "#services/api/http/schemas";
import { actions } from "#test/support/actions";
import * as records from "#test/support/records";
import { START, startTestApi, type TestApi } from "./api.ts";

const OTHER_STORE = "arn:aws:identitystore::444455556666:identitystore/d-9876543210";
const PATH = `/v1/people/${records.USER}/timeline`;
const ISSUED = "2026-03-02T08:05:01Z";

let api: TestApi;
let ada: Person;
beforeAll(async () => {
  api = await startTestApi();
  const { database } = api;
  const clock = { now: () => START };
  const second = (count: number) => `2026-03-02T08:10:${String(count).padStart(2, "0")}Z`;
  const day = [
    records.signIn("2026-03-02T08:00:00Z"),
    records.portal("2026-03-02T08:00:02Z", "Authenticate"),
    records.vend("2026-03-02T08:05:00Z", "Federate", records.PORTAL),
    records.assumeRole(ISSUED),
    // Alike and at one instant: they are kept folded, and no page may lose or repeat one.
    ...Array.from({ length: 12 }, () => records.call("2026-03-02T08:09:00Z", ISSUED)),
    ...Array.from({ length: 20 }, (_, count) => records.call(second(count), ISSUED, {}, count < 9)),
    records.record("2026-03-02T08:30:00Z", "sso-directory.amazonaws.com", "DisableUser", {
      userIdentity: {
        type: "AssumedRole",
        principalId: "AROAEXAMPLEEXAMPLE123:ops",
        arn: "arn:aws:sts::111122223333:assumed-role/ops/ops",
        accountId: records.OWNER,
      },
      requestParameters: { userId: records.USER, identityStoreId: "d-90670abc12" },
    }),
  ];
  const file = { path: "day.json", bytes: Buffer.from(JSON.stringify({ Records: day })) };
  await ingestFiles([file], new PostgresTrailStore(database), clock);
  await sweepPeople({
    sweep: new PostgresSweepStore(database),
    access: new PostgresAccessStore(database),
    observations: new PostgresObservationStore(database),
    actions,
    catalogue,
    settings: settingsOf(480),
    channels: [],
    clock,
  });
  ada = { identityStoreArn: records.STORE, userId: records.USER, userName: records.NAME };
});
afterAll(() => api.close());

type Item = ReturnType<typeof timelineItemSchema.parse>;

async function everyPage(limit: number, query = ""): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const more: string = cursor === null ? "" : `&cursor=${cursor}`;
    const answer = await api.get(`${PATH}?limit=${limit}${query}${more}`);
    expect(answer.statusCode, answer.body).toBe(200);
    const page = answer.json<{ items: Item[]; nextCursor: string | null }>();
    listSchema(timelineItemSchema).parse(page);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}

test("holds every event of the person once, in order, with pages of any size", async () => {
  const whole = await everyPage(200);
  const theirs = await new PostgresPersonHistory(api.database).eventsOf(ada, instant(START));
  const shown = whole.filter(({ type }) => type === "event").map(({ eventId }) => String(eventId));
  expect(theirs.length).toBeGreaterThan(36);
  expect(shown.toSorted()).toEqual(theirs.map(({ eventId }) => eventId).toSorted());
  expect(whole.map(({ at }) => at)).toEqual(whole.map(({ at }) => at).toSorted());
  for (const limit of [1, 3, 7]) expect(await everyPage(limit)).toEqual(whole);
});

test("tells beginnings, ends and what outlived a removal, and to which session an event belongs", async () => {
  const whole = await everyPage(200);
  const types = new Set(whole.map(({ type }) => type));
  expect([...types]).toEqual(
    expect.arrayContaining(["session-began", "event", "session-ended", "removal-outlived"]),
  );
  const call = whole.find(({ eventName }) => eventName === "ListBuckets");
  expect(call?.sessions).toMatchObject([{ kind: "role", basis: "exact" }]);
  const record = await api.get(
    `/v1/events/${String(whole.find((one) => one.eventName === "DisableUser")?.eventId)}`,
  );
  expect(record.json()).toMatchObject({ kept: { record: { eventName: "DisableUser" } } });
});

test("from and to cut it, and nothing of the future is told", async () => {
  const cut = await everyPage(5, "&from=2026-03-02T08:05:00Z&to=2026-03-02T08:10:03Z");
  const whole = await everyPage(200);
  expect(cut).toEqual(
    whole.filter(({ at }) => at >= "2026-03-02T08:05:00.000Z" && at < "2026-03-02T08:10:03.000Z"),
  );
  expect(await everyPage(200, "&to=2999-01-01T00:00:00Z")).toEqual(whole);
});

test("a piece that could not hold everything says up to where it is whole", async () => {
  const events = new PostgresPersonEvents(api.database);
  const from = instant(START - 3_600_000);
  const whole = await events.between(ada, from, instant(START), 1_000);
  expect(whole.completeBefore).toBe(instant(START));
  for (const rows of [1, 2, 3]) {
    const piece = await events.between(ada, from, instant(START), rows);
    expect(piece.completeBefore < instant(START)).toBe(true);
    const expected = whole.events.filter(({ occurredAt }) => occurredAt < piece.completeBefore);
    expect(new Set(piece.events.map(({ eventId }) => eventId))).toEqual(
      new Set(expected.map(({ eventId }) => eventId)),
    );
  }
  expect((await events.between(ada, plus(from, -1), from, 10)).events).toEqual([]);
});

test("nobody's userId is 404, and one of several identity stores has to be told", async () => {
  const none = await api.get("/v1/people/0a1b2c3d-0000-4000-8000-000000000000/timeline");
  expect(none.json()).toMatchObject({ status: 404, code: "input.unknown-person" });
  await api.database.pool.query(
    "insert into people (identity_store_arn, user_id) values ($1, $2)",
    [OTHER_STORE, records.USER],
  );
  expect((await api.get(PATH)).json()).toMatchObject({ status: 400, code: "input.invalid" });
  expect(await everyPage(200, "&store=d-9876543210")).toEqual([]);
  expect((await everyPage(200, `&store=${records.STORE}`)).length).toBeGreaterThan(36);
});
