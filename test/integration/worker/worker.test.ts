/** The worker over a real queue: what is due gets done although nobody nudges, and a job that fails stops no other. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { settingsOf } from "#core/domain/sessions/durations";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { PostgresDeliveryStore } from "#core/adapters/postgres/people/delivery-store";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { PostgresReportStore } from "#core/adapters/postgres/report-store";
import { PostgresOrganisationStore } from "#core/adapters/postgres/people/organisation-store";
import { PostgresSweepStore } from "#core/adapters/postgres/people/sweep-store";
import { openQueue, type OpenedQueue } from "#core/adapters/queue/open-queue";
import { createLogger } from "#core/platform/logger";
import { instant } from "#core/domain/time";
import type { WorkerDependencies } from "#services/worker/dependencies";
import { startWorker, type RunningWorker } from "#services/worker/main";
import { SCHEDULES } from "#services/worker/schedules";
import { actions } from "#test/support/actions";
import { createTestDatabase, type TestDatabase } from "#test/support/database";

const NOW = Date.parse("2026-03-02T09:00:00.000Z");
const clock = { now: () => NOW };
let database: TestDatabase;
let queue: OpenedQueue;
let worker: RunningWorker | null = null;

beforeAll(async () => {
  database = await createTestDatabase();
  queue = await openQueue({
    databaseUrl: database.url,
    redisUrl: null,
    onProblem: () => undefined,
  });
});
afterEach(async () => {
  await worker?.stop();
  worker = null;
  await database.pool.query(
    "truncate bullmq.job, bullmq.scheduler, bullmq.dedup, bullmq.dedup_next cascade",
  );
});
afterAll(async () => {
  await queue.close();
  await database.drop();
});

/** Lines of the worker's log, and a way to wait for one. */
class Lines {
  readonly all: Record<string, unknown>[] = [];
  #waiting: { event: string; resolve: () => void }[] = [];
  write(text: string): void {
    const line = JSON.parse(text) as Record<string, unknown>;
    this.all.push(line);
    for (const { event, resolve } of this.#waiting) if (event === line["event"]) resolve();
  }
  seen(event: string): Promise<void> {
    if (this.all.some((line) => line["event"] === event)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ event, resolve }));
  }
}

function dependencies(lines: Lines, own: Partial<WorkerDependencies> = {}): WorkerDependencies {
  const access = new PostgresAccessStore(database);
  const observations = new PostgresObservationStore(database);
  const settings = settingsOf(null);
  const reports = new PostgresReportStore(database);
  const catalogue: WorkerDependencies["sweep"]["people"]["catalogue"] = [];
  return {
    queue,
    sweep: {
      people: {
        sweep: new PostgresSweepStore(database),
        access,
        observations,
        actions,
        catalogue,
        settings,
        channels: [],
        clock,
      },
      organisation: {
        organisations: new PostgresOrganisationStore(database),
        access,
        observations,
        actions,
        catalogue,
        channels: [],
        clock,
      },
    },
    deliver: { deliveries: new PostgresDeliveryStore(database), sinks: [], clock },
    revocations: null,
    forget: () => Promise.resolve(0),
    seal: { facts: { factsAsOf: () => Promise.resolve(null) }, reports, clock },
    log: createLogger({ service: "worker", level: "info", destination: lines }),
    ...own,
  };
}

const duePerson = (userId: string): Promise<unknown> =>
  database.pool.query(
    "insert into people (identity_store_arn, user_id, due_at) values ($1, $2, $3)",
    [
      "arn:aws:identitystore::111122223333:identitystore/d-1234567890",
      userId,
      instant(NOW - 1_000),
    ],
  );

test("somebody who is due is judged by the schedule alone", async () => {
  const lines = new Lines();
  await duePerson("0a1b2c3d-0000-4000-8000-000000000001");
  worker = await startWorker(dependencies(lines));
  await lines.seen("worker.sweep-people");
  const { rows } = await database.pool.query(
    "select count(*) from people where due_at is not null",
  );
  expect(rows[0].count).toBe(0);
  expect(lines.all).toContainEqual(
    expect.objectContaining({ event: "worker.sweep-people", people: 1 }),
  );
});

test("a nudge is followed before the schedule comes round", async () => {
  const lines = new Lines();
  worker = await startWorker(dependencies(lines));
  await duePerson("0a1b2c3d-0000-4000-8000-000000000002");
  await queue.nudge("sweep-people");
  await lines.seen("worker.sweep-people");
  expect(lines.all[0]).toMatchObject({ event: "worker.sweep-people", people: 1 });
});

test("a job that cannot be done stops no other", async () => {
  const lines = new Lines();
  const facts = { factsAsOf: () => Promise.reject(new Error("the directory is unreadable")) };
  const broken = { facts, reports: new PostgresReportStore(database), clock };
  await duePerson("0a1b2c3d-0000-4000-8000-000000000003");
  worker = await startWorker(dependencies(lines, { seal: broken }));
  await lines.seen("worker.sweep-people");
  expect(lines.all.some((line) => line["people"] === 1)).toBe(true);
});

test("a run that finds nothing to do writes no line", async () => {
  const lines = new Lines();
  worker = await startWorker(dependencies(lines));
  await worker.stop();
  expect(lines.all).toEqual([]);
});

test("every job has a schedule of at most five minutes", () => {
  const seconds = Object.values(SCHEDULES).map(({ everySeconds }) => everySeconds);
  expect(Math.max(...seconds)).toBeLessThanOrEqual(300);
});
