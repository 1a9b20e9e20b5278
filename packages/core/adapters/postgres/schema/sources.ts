/**
 * Tables of record for the sources themselves: which windows of a listing and which objects of a bucket were read, what the digests
 * say of them, and whether each source can be read at all.
 */
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
} from "drizzle-orm/pg-core";
import { sql } from "drizzle-orm";
import { time, times } from "./columns.ts";

/** A polled listing. What is missing from `windowsRead` is read next, whatever was interrupted. */
export const ingestStreams = pgTable("ingest_streams", {
  /** `lookup-events/<account>/<region>/<eventSource>`. */
  stream: text("stream").primaryKey(),
  /** Windows that were read to their end. */
  windowsRead: times("windows_read")
    .notNull()
    .default(sql`'{}'`),
  updatedAt: time("updated_at").notNull().defaultNow(),
});

/** One row for each version of an object that a notification or a listing named. */
export const trailObjects = pgTable(
  "trail_objects",
  {
    bucket: text("bucket").notNull(),
    key: text("key").notNull(),
    /** Without quotes; empty until the object was seen: a notification of a trail's own topic names only the key. */
    etag: text("etag").notNull(),
    versionId: text("version_id"),
    /** What the key says; null when it is not a log file's. */
    accountId: text("account_id"),
    region: text("region"),
    /** Delivery time in the key. */
    deliveredAt: time("delivered_at"),
    bytes: bigint("bytes", { mode: "number" }),
    announcedBy: text("announced_by").notNull(),
    state: text("state").notNull(),
    /** Why it could not be read, in one sentence. */
    problem: text("problem"),
    attempts: integer("attempts").notNull().default(0),
    nextAttemptAt: time("next_attempt_at"),
    /** `trail_files.sha256`, when it was read. */
    sha256: text("sha256"),
    seenAt: time("seen_at").notNull(),
    readAt: time("read_at"),
  },
  (table) => [
    primaryKey({ columns: [table.bucket, table.key, table.etag] }),
    index("trail_objects_waiting")
      .on(table.nextAttemptAt)
      .where(sql`state in ('waiting', 'failing')`),
    index("trail_objects_sha256").on(table.sha256),
    index("trail_objects_place").on(table.accountId, table.region, table.deliveredAt),
    index("trail_objects_lost")
      .on(table.accountId, table.region)
      .where(sql`state in ('refused', 'gone')`),
    check("trail_objects_announced_by", sql`announced_by in ('notification', 'listing')`),
    check(
      "trail_objects_state",
      sql`state in ('waiting', 'read', 'failing', 'refused', 'gone', 'superseded', 'foreign')`,
    ),
  ],
);

/** One row a digest file. */
export const trailDigests = pgTable(
  "trail_digests",
  {
    bucket: text("bucket").notNull(),
    key: text("key").notNull(),
    accountId: text("account_id").notNull(),
    region: text("region").notNull(),
    /** `[startsAt, endsAt)`: the hour it speaks for. */
    startsAt: time("starts_at").notNull(),
    endsAt: time("ends_at").notNull(),
    backfill: boolean("backfill").notNull(),
    /** `valid`, `invalid`, or `unconfirmed`: its signature is not at hand. */
    verdict: text("verdict").notNull(),
    reason: text("reason"),
    previousKey: text("previous_key"),
    checkedAt: time("checked_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.bucket, table.key] }),
    index("trail_digests_place").on(table.accountId, table.region, table.startsAt),
    check("trail_digests_verdict", sql`verdict in ('valid', 'invalid', 'unconfirmed')`),
  ],
);

/** What the digests say of each log file: one row a file that a digest names, or that no digest names. */
export const trailFileVerdicts = pgTable(
  "trail_file_verdicts",
  {
    bucket: text("bucket").notNull(),
    key: text("key").notNull(),
    accountId: text("account_id").notNull(),
    region: text("region").notNull(),
    digestKey: text("digest_key"),
    /** SHA-256 of the unpacked bytes, as the digest has it. */
    expectedSha256: text("expected_sha256"),
    verdict: text("verdict").notNull(),
    reason: text("reason"),
    checkedAt: time("checked_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.bucket, table.key] }),
    index("trail_file_verdicts_place").on(table.accountId, table.region, table.verdict),
    check(
      "trail_file_verdicts_verdict",
      sql`verdict in ('valid', 'invalid', 'missing', 'no-digest')`,
    ),
  ],
);

/** Whether a source can be read, and since when not: one row a source that was ever tried. */
export const sourceStates = pgTable("source_states", {
  /** `files`, `s3/<bucket>`, `sqs/<queue>`, or a stream's name. */
  source: text("source").primaryKey(),
  checkedAt: time("checked_at").notNull(),
  /** When it was last read without a problem. */
  healthyAt: time("healthy_at"),
  /** Code of the fault and its sentence; null while all is well. */
  problemCode: text("problem_code"),
  problem: text("problem"),
  failingSince: time("failing_since"),
});
