/** The way from an event back to its record, over the API. */
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { ingestFiles } from "#core/flows/ingest/ingest-files";
import { eventSchema } from "#services/api/routes/events/route";
import { call, signIn } from "#test/support/records";
import { startTestApi, type TestApi } from "./api.ts";

const signedIn = signIn("2026-11-02T08:00:00Z");
const called = call("2026-11-02T08:01:00Z", "2026-11-02T08:00:30Z");

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  const bytes = gzipSync(JSON.stringify({ Records: [signedIn, called] }));
  const store = new PostgresTrailStore(api.database);
  await ingestFiles([{ path: "AWSLogs/one.json.gz", bytes }], store, {
    now: () => Date.UTC(2026, 10, 20),
  });
});
afterAll(() => api.close());

function ask(eventId: string) {
  return api.app.inject({
    url: `/v1/events/${eventId}`,
    headers: { authorization: `Bearer ${api.tokens.reader}` },
  });
}

test("an event leads to its redacted record, its file and its place, in either spelling of its id", async () => {
  const id = signedIn["eventID"] as string;
  const answer = await ask(id.toUpperCase());
  expect(answer.statusCode).toBe(200);
  const event = eventSchema.parse(answer.json());
  expect(event.kept!.file!.path).toBe("AWSLogs/one.json.gz");
  expect(event.kept!.record["eventID"]).toBe(id);
  expect(answer.body).not.toContain("SECRETCODE");
});

test("a folded call is known, and its record is said not to be kept", async () => {
  const answer = await ask(called["eventID"] as string);
  expect(eventSchema.parse(answer.json()).kept).toBeNull();
});

test("an id that nobody stored is no such event, and what is no id is refused with what would be right", async () => {
  expect((await ask("00000000-0000-4000-8000-ffffffffffff")).json()).toMatchObject({
    status: 404,
    code: "api.not-found",
  });
  expect((await ask("1; drop table events")).json()).toMatchObject({ status: 400 });
});
