/** A process that lives long counts what another process entered from its next judging run on, without being told. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { PostgresDurationStore } from "#core/adapters/postgres/people/duration-store";
import { PostgresSessionStore } from "#core/adapters/postgres/people/session-store";
import { PostgresSweepStore } from "#core/adapters/postgres/people/sweep-store";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { settingsOf } from "#core/domain/sessions/durations";
import { parseInstant } from "#core/domain/time";
import { enterDuration } from "#core/flows/enter-duration";
import { ingestFiles } from "#core/flows/ingest/ingest-files";
import { sweepPeople } from "#core/flows/sweep-people";
import { EnteredSettings } from "#services/cli/sessions/entered-settings";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import * as records from "#test/support/records";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test("an entry of another process gives sessions their end with the next run", async () => {
  const clock = { now: () => Date.parse("2026-03-02T09:00:00Z") };
  const day = [
    records.signIn("2026-03-02T08:00:00Z"),
    records.portal("2026-03-02T08:00:02Z", "Authenticate"),
  ];
  const file = { path: "day.json", bytes: Buffer.from(JSON.stringify({ Records: day })) };
  await ingestFiles([file], new PostgresTrailStore(database), clock);
  const settings = new EnteredSettings(new PostgresDurationStore(database), settingsOf(null));
  const ports = {
    sweep: settings.readBefore(new PostgresSweepStore(database)),
    access: new PostgresAccessStore(database),
    observations: new PostgresObservationStore(database),
    catalogue: [],
    settings,
    channels: [],
    clock,
  };
  const end = async () => {
    const [session] = await new PostgresSessionStore(database).list({ kind: "portal" }, 1);
    return session?.endsAt.at;
  };
  expect((await sweepPeople(ports)).judged).toBe(1);
  expect(await end()).toBeNull();
  await enterDuration(
    { durations: new PostgresDurationStore(database), clock },
    {
      kind: "portal",
      minutes: 60,
      effectiveFrom: parseInstant("2026-03-01T00:00:00Z"),
      identityStore: null,
      actor: "another process",
    },
  );
  expect((await sweepPeople(ports)).judged).toBe(1);
  expect(await end()).toBe("2026-03-02T09:00:02.000Z");
});
