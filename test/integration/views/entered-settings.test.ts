/** A process that lives long counts what another process entered from its next judging run on, without being told. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { PostgresDurationStore } from "#core/adapters/postgres/people/duration-store";
import { PostgresSessionStore } from "#core/adapters/postgres/people/session-store";
import { PostgresSweepStore } from "#core/adapters/postgres/people/sweep-store";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { settingsOf } from "#core/domain/sessions/durations";
import { parseInstant, type Instant } from "#core/domain/time";
import { enterDuration } from "#core/flows/enter-duration";
import { ingestFiles } from "#core/flows/ingest/ingest-files";
import { sweepPeople } from "#core/flows/sweep-people";
import type { Clock } from "#core/ports/clock";
import { EnteredSettings } from "#services/cli/sessions/entered-settings";
import { actions } from "#test/support/actions";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import * as records from "#test/support/records";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test("an entry of another process gives sessions their end with the next run", async () => {
  const { ports, end } = await dayOf({ now: () => Date.parse("2026-03-02T09:00:00Z") });
  expect((await sweepPeople(ports)).judged).toBe(1);
  expect(await end()).toBeNull();
  await anotherProcessEnters(60, ports.clock);
  expect((await sweepPeople(ports)).judged).toBe(1);
  expect(await end()).toBe("2026-03-02T09:00:02.000Z");
});

test("an entry that comes while a run judges, from a clock that is behind, leaves nobody judged by what counted before", async () => {
  let now = Date.parse("2026-03-02T09:00:00Z");
  const { ports, end } = await dayOf({ now: () => now });
  const behind = { now: () => now - 60_000 };
  const sweep = {
    ...ports.sweep,
    // Between the reading of the settings and the claiming of people.
    dueCount: async (at: Instant) => {
      const count = await ports.sweep.dueCount(at);
      await anotherProcessEnters(60, behind);
      return count;
    },
  };
  expect((await sweepPeople({ ...ports, sweep })).judged).toBe(1);
  expect(await end()).toBeNull();
  now += 1_000;
  expect((await sweepPeople(ports)).judged).toBe(1);
  expect(await end()).toBe("2026-03-02T09:00:02.000Z");
  now += 1_000;
  expect((await sweepPeople(ports)).judged).toBe(0);
});

test("a change of the configuration that comes while a run judges is judged by too", async () => {
  let now = Date.parse("2026-03-02T09:00:00Z");
  const { ports, end } = await dayOf({ now: () => now });
  await anotherProcessEnters(60, ports.clock);
  const changed = records.record(
    "2026-03-02T07:00:00Z",
    "sso.amazonaws.com",
    "UpdateSSOConfiguration",
    {
      userIdentity: {
        type: "AssumedRole",
        arn: `arn:aws:sts::${records.OWNER}:assumed-role/admin/x`,
      },
    },
  );
  const sweep = {
    ...ports.sweep,
    dueCount: async (at: Instant) => {
      const count = await ports.sweep.dueCount(at);
      await ingest(ports.clock, changed);
      return count;
    },
  };
  expect((await sweepPeople({ ...ports, sweep })).judged).toBe(1);
  expect(await end()).toBe("2026-03-02T09:00:02.000Z");
  now += 1_000;
  await sweepPeople(ports);
  expect(await end()).toBeNull();
});

async function dayOf(clock: Clock) {
  await database.pool.query(
    "truncate events, event_ids, role_calls, record_batches, people, person_names, sessions, trail_files, session_durations cascade",
  );
  const day = [
    records.signIn("2026-03-02T08:00:00Z"),
    records.portal("2026-03-02T08:00:02Z", "Authenticate"),
  ];
  await ingest(clock, ...day);
  const settings = new EnteredSettings(new PostgresDurationStore(database), settingsOf(null));
  const ports = {
    sweep: settings.readBefore(new PostgresSweepStore(database)),
    access: new PostgresAccessStore(database),
    observations: new PostgresObservationStore(database),
    actions,
    catalogue: [],
    settings,
    channels: [],
    clock,
  };
  const end = async () => {
    const [session] = await new PostgresSessionStore(database).list({ kind: "portal" }, 1);
    return session?.endsAt.at;
  };
  return { ports, end };
}

async function ingest(clock: Clock, ...day: unknown[]): Promise<void> {
  const file = { path: "day.json", bytes: Buffer.from(JSON.stringify({ Records: day })) };
  await ingestFiles([file], new PostgresTrailStore(database), clock);
}

async function anotherProcessEnters(minutes: number, clock: Clock): Promise<void> {
  await enterDuration(
    { durations: new PostgresDurationStore(database), clock },
    {
      kind: "portal",
      minutes,
      effectiveFrom: parseInstant("2026-03-01T00:00:00Z"),
      identityStore: null,
      actor: "another process",
    },
  );
}
