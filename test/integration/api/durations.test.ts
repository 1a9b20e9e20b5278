/** Durations over HTTP: entered once with their audit record, listed page by page, refused with one sentence, and asked about again. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { PostgresDurationStore } from "#core/adapters/postgres/people/duration-store";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { ingestFiles } from "#core/flows/ingest/ingest-files";
import { settingsOf } from "#core/domain/sessions/durations";
import { durationSchema, durationsSchema } from "#services/api/http/schemas";
import { record } from "#test/support/records";
import { START, startTestApi, type TestApi } from "./api.ts";
import { addPerson, person, STORE } from "./seed.ts";

const OTHER = "arn:aws:identitystore::444455556666:identitystore/d-9876543210";

let api: TestApi;
let empty: TestApi;
beforeAll(async () => {
  api = await startTestApi({ sessionSettings: settingsOf(600) });
  empty = await startTestApi();
  await addPerson(api.database, 1);
});
afterAll(async () => {
  await api.close();
  await empty.close();
});

const enter = (body: Record<string, unknown>, headers: Record<string, string> = {}) =>
  api.send("POST", "/v1/durations", { kind: "portal", minutes: 480, ...body }, headers);

test("an entry is answered, listed, audited, makes its store's people due and wakes the worker", async () => {
  const made = await enter({ effectiveFrom: "2026-03-01T00:00:00Z" });
  expect(made.statusCode).toBe(201);
  const entry = durationSchema.parse(made.json());
  expect(entry).toMatchObject({
    identityStoreArn: STORE,
    minutes: 480,
    effectiveFrom: "2026-03-01T00:00:00.000Z",
    enteredBy: "test-admin",
  });
  const list = durationsSchema.parse((await api.get("/v1/durations")).json());
  expect(list).toMatchObject({ items: [entry], nextCursor: null, questions: [] });
  expect(list).toMatchObject({ configured: [{ kind: "portal", minutes: 600 }] });
  const { items } = (await api.get(`/v1/audit?subject=${STORE}`)).json();
  expect(items).toMatchObject([{ action: "duration.entered", actor: "test-admin" }]);
  const { rows } = await api.database.pool.query("select due_at from people where user_id = $1", [
    person(1).userId,
  ]);
  expect(rows).toEqual([{ due_at: new Date(START).toISOString() }]);
  expect(api.nudges).toContain("sweep-people");
});

test("a repeated key enters once, and a correction of the same beginning is what counts", async () => {
  const body = { kind: "background", minutes: 1440, effectiveFrom: "2026-03-01T00:00:00Z" };
  const key = { "idempotency-key": "enter-once" };
  const first = await enter(body, key);
  const again = await enter(body, key);
  expect(again.json()).toEqual(first.json());
  await enter({ ...body, minutes: 2880 });
  const store = new PostgresDurationStore(api.database);
  const { durations } = await store.settings(settingsOf(null));
  expect(durations.filter(({ kind }) => kind === "background")).toMatchObject([{ minutes: 2880 }]);
  const pages: unknown[] = [];
  let cursor: string | null = null;
  do {
    const more: string = cursor === null ? "" : `&cursor=${cursor}`;
    const page = (await api.get(`/v1/durations?limit=1${more}`)).json();
    pages.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(pages).toEqual((await api.get("/v1/durations")).json().items);
  expect(pages).toHaveLength(3);
});

test.each([
  [{ minutes: 14 }, 400, "from 15 to 129600 (90 days)"],
  [{ minutes: 129_601 }, 400, "from 15 to 129600 (90 days)"],
  [{ minutes: 60.5 }, 400, "a whole number of minutes"],
  [{ kind: "role" }, 400, "kind in the body is wrong"],
  [{ effectiveFrom: "2026-03-02T09:00:00.001Z" }, 400, "lies in the future"],
  [{ identityStore: "d-0000000000" }, 404, "There is no identity store"],
])("%j is refused with %i and one sentence", async (body, status, words) => {
  const answer = await enter(body);
  expect(answer.json()).toMatchObject({ status, detail: expect.stringContaining(words) });
});

test("before anybody is known there is no store to enter a duration for", async () => {
  const answer = await empty.send("POST", "/v1/durations", { kind: "portal", minutes: 480 });
  expect(answer.json()).toMatchObject({ status: 404, code: "input.unknown-store" });
});

test("where several identity stores are known one has to be named, by its ARN or its id", async () => {
  await api.database.pool.query(
    "insert into people (identity_store_arn, user_id) values ($1, 'u')",
    [OTHER],
  );
  expect((await enter({})).json()).toMatchObject({ code: "input.unknown-store" });
  expect((await enter({ identityStore: OTHER })).json()).toMatchObject({ identityStoreArn: OTHER });
  const named = await enter({ identityStore: "d-9876543210", minutes: 60 });
  expect(named.json()).toMatchObject({ identityStoreArn: OTHER, minutes: 60 });
});

test("a configuration that changed after the newest entry is asked about until it is entered again", async () => {
  const clock = { now: () => START };
  const change = record("2026-03-02T08:30:00Z", "sso.amazonaws.com", "UpdateSSOConfiguration", {
    userIdentity: {
      type: "AssumedRole",
      principalId: "AROAEXAMPLEEXAMPLE123:ops",
      arn: "arn:aws:sts::111122223333:assumed-role/ops/ops",
      accountId: "111122223333",
    },
  });
  const file = { path: "change.json", bytes: Buffer.from(JSON.stringify({ Records: [change] })) };
  await ingestFiles([file], new PostgresTrailStore(api.database), clock);
  const asked = durationsSchema.parse((await api.get("/v1/durations")).json());
  expect(asked).toMatchObject({
    questions: [
      { identityStoreArn: STORE, kind: "portal", eventId: change["eventID"] },
      { identityStoreArn: STORE, kind: "background" },
    ],
  });
  expect(JSON.stringify(asked)).toContain(
    "The configuration changed on 2026-03-02T08:30:00.000Z (arn:aws:identitystore::111122223333:identitystore/d-1234567890): look whether the portal session duration is still the same, and enter the duration again.",
  );
  const event = await api.get(`/v1/events/${String(change["eventID"])}`);
  expect(event.json()).toMatchObject({ kept: { record: { eventName: "UpdateSSOConfiguration" } } });
  await enter({ identityStore: STORE, effectiveFrom: "2026-03-02T08:30:00Z" });
  const left = (await api.get("/v1/durations")).json();
  expect(left.questions).toMatchObject([{ kind: "background" }]);
});
