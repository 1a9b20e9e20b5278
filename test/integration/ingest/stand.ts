/**
 * Ingest as the services run it, over a database of its own: real stores, real flows, a clock that stands still.
 * Guarantees that every receipt it hands out was checked against the sum rule and against the rows in the database.
 */
import { gzipSync } from "node:zlib";
import { expect } from "vitest";
import { settingsOf } from "#core/domain/sessions/durations";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { PostgresPersonHistory } from "#core/adapters/postgres/people/person-history";
import { PostgresSessionStore } from "#core/adapters/postgres/people/session-store";
import { PostgresSweepStore } from "#core/adapters/postgres/people/sweep-store";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { Fault } from "#core/domain/fault";
import type { Session } from "#core/domain/session";
import { instant, type Instant } from "#core/domain/time";
import { ingestFiles, type TrailBytes } from "#core/flows/ingest/ingest-files";
import type { IngestReceipt } from "#core/flows/ingest/ingest-receipt";
import { judgeEverybody, type JudgePorts } from "#core/flows/judge-people";
import { DigestOfSessions, type ReplayDigest } from "#core/flows/replay";
import { sweepPeople, type SweepReceipt } from "#core/flows/sweep-people";
import { catalogue } from "#core/rules/catalogue";
import { actions } from "#test/support/actions";
import { createTestDatabase, type TestDatabase } from "#test/support/database";

export const NOW = Date.parse("2026-11-09T10:00:00Z");

/** What a file came to: its receipt, or the code of the fault that refused it. */
export type Outcome = IngestReceipt | string;

export interface Stand {
  readonly database: TestDatabase;
  readonly trail: PostgresTrailStore;
  readonly now: Instant;
  /** One file. Fails the test when what was counted is not what was stored. */
  ingest(bytes: Uint8Array | string, path?: string): Promise<Outcome>;
  sweep(): Promise<SweepReceipt>;
  sessions(): Promise<Session[]>;
  replay(): Promise<ReplayDigest>;
  count(table: "event_ids" | "undecodable_records" | "people" | "trail_files"): Promise<number>;
  /** Empties every table, so that cases do not see each other. */
  clear(): Promise<void>;
  drop(): Promise<void>;
}

export async function openStand(
  options: { now?: number; portalSessionMinutes?: number | null } = {},
): Promise<Stand> {
  const database = await createTestDatabase();
  const clock = { now: () => options.now ?? NOW };
  const now = instant(clock.now());
  const trail = new PostgresTrailStore(database);
  const history = new PostgresPersonHistory(database);
  const settings = settingsOf(options.portalSessionMinutes ?? null);
  const sweepPorts = {
    sweep: new PostgresSweepStore(database),
    access: new PostgresAccessStore(database),
    observations: new PostgresObservationStore(database),
    actions,
    catalogue,
    settings,
    channels: [],
    clock,
  };
  const count = (table: string) => countRows(database, table);
  return {
    database,
    trail,
    now,
    ingest: (bytes, path = "case.json") => checkedIngest(database, trail, clock, bytes, path),
    sweep: () => sweepPeople(sweepPorts),
    sessions: () => everySession(database),
    replay: () => rebuilt({ ...sweepPorts, history }, now),
    count,
    clear: async () => {
      await database.pool.query(
        "truncate events, event_ids, role_calls, record_batches, undecodable_records, people, person_names, sessions, coverage, trail_files, followed_files, findings cascade",
      );
    },
    drop: () => database.drop(),
  };
}

async function rebuilt(ports: JudgePorts, now: Instant): Promise<ReplayDigest> {
  const digest = new DigestOfSessions();
  for await (const { sessions, residuals } of judgeEverybody(ports, now)) {
    for (const session of sessions) digest.add(session);
    for (const residual of residuals) digest.addResidual(residual);
  }
  return digest.finish();
}

async function everySession(database: TestDatabase): Promise<Session[]> {
  const sessions: Session[] = [];
  for await (const session of new PostgresSessionStore(database).everything())
    sessions.push(session);
  return sessions;
}

async function countRows(database: TestDatabase, table: string): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(`select count(*) as n from ${table}`);
  return rows[0]!.n;
}

async function checkedIngest(
  database: TestDatabase,
  trail: PostgresTrailStore,
  clock: { now(): number },
  bytes: Uint8Array | string,
  path: string,
): Promise<Outcome> {
  const before = await storedRows(database);
  const file: TrailBytes = { path, bytes: typeof bytes === "string" ? Buffer.from(bytes) : bytes };
  const [outcome] = await ingestFiles([file], trail, clock);
  const after = await storedRows(database);
  if ("refused" in outcome!) {
    expect(outcome.refused).toBeInstanceOf(Fault);
    expect(outcome.refused.message).toMatch(/^[^\n]+\.$/);
    expect(after).toEqual(before);
    return outcome.refused.code;
  }
  const { receipt } = outcome!;
  expectSum(receipt);
  expect(after.events - before.events).toBe(receipt.appended);
  return receipt;
}

/** Every record is counted exactly once. */
export function expectSum(receipt: IngestReceipt): void {
  const { records, appended, duplicates, ignored, undecodable, ignoredByReason } = receipt;
  expect(appended + duplicates + ignored + undecodable).toBe(records);
  expect(Object.values(ignoredByReason).reduce((total, count) => total + count, 0)).toBe(ignored);
}

async function storedRows(database: TestDatabase) {
  const [events, rejects, files] = [
    await countRows(database, "event_ids"),
    await countRows(database, "undecodable_records"),
    await countRows(database, "trail_files"),
  ];
  return { events, rejects, files };
}

/** A trail file as S3 holds it. */
export function trailFile(...records: unknown[]): string {
  return JSON.stringify({ Records: records });
}

export function gzipped(text: string): Buffer {
  return gzipSync(text);
}
