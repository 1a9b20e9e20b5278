/**
 * Tables of record for what was read: events (never changed), what could not be decoded, the files and cursors they came by,
 * and how far each source has been read.
 */
import {
  bigint,
  bigserial,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { sql } from "drizzle-orm";
import { bytes, time, times } from "./columns.ts";

/** Texts that many events share, each stored once; never changed and never removed. */
export const eventTerms = pgTable(
  "event_terms",
  {
    termNo: integer("term_no").primaryKey().generatedByDefaultAsIdentity(),
    /** First half of the SHA-256 of `<kind> <value>`. */
    digest: uuid("digest").notNull(),
    kind: text("kind").notNull(),
    value: text("value").notNull(),
    /** Name of a role session: the person's user name at that time. */
    name: text("name"),
  },
  (table) => [
    uniqueIndex("event_terms_digest").on(table.digest),
    index("event_terms_name")
      .on(table.name)
      .where(sql`name is not null`),
    check("event_terms_kind", sql`kind in ('type','person','agent','role-session')`),
  ],
);

/**
 * Every id that was ever appended and is still within the retention: the one place where an id is unique, over all partitions. A folded
 * call has its id here and in `role_calls`, but no batch.
 */
export const eventIds = pgTable("event_ids", {
  eventId: uuid("event_id").primaryKey(),
  occurredAt: time("occurred_at").notNull(),
  batchNo: bigint("batch_no", { mode: "number" }),
  ordinal: integer("ordinal"),
  /** SHA-256 of the redacted record in canonical JSON: equal ids with unequal content are a conflict, never dropped. */
  contentSha256: bytes("content_sha256").notNull(),
});

/** Events that are kept whole. Partitioned by month of `occurred_at`; see migrations/0004. */
export const events = pgTable(
  "events",
  {
    occurredAt: time("occurred_at").notNull(),
    eventId: uuid("event_id").notNull(),
    typeNo: integer("type_no").notNull(),
    personNo: integer("person_no"),
    agentNo: integer("agent_no"),
    roleSessionNo: integer("role_session_no"),
    /** Changes who may do what: few, and asked for by time. */
    administrative: boolean("administrative").notNull(),
    subjectUserId: text("subject_user_id"),
    /** What is the event's own, as a JSON array whose keys the type names. */
    body: text("body").notNull(),
  },
  (table) => [
    index("events_person")
      .on(table.personNo, table.occurredAt)
      .where(sql`person_no is not null`),
    index("events_role_session")
      .on(table.roleSessionNo)
      .where(sql`role_session_no is not null`),
    index("events_subject")
      .on(table.subjectUserId)
      .where(sql`subject_user_id is not null`),
    index("events_administrative")
      .on(table.occurredAt)
      .where(sql`administrative`),
  ],
);

/** Calls of one role session that differ in nothing but id and second, within one hour and one batch. Partitioned as `events` is. */
export const roleCalls = pgTable(
  "role_calls",
  {
    firstAt: time("first_at").notNull(),
    lastAt: time("last_at").notNull(),
    typeNo: integer("type_no").notNull(),
    personNo: integer("person_no"),
    agentNo: integer("agent_no"),
    roleSessionNo: integer("role_session_no").notNull(),
    body: text("body").notNull(),
    eventIds: uuid("event_ids").array().notNull(),
    /** Milliseconds after the first. */
    offsets: integer("offsets").array().notNull(),
  },
  (table) => [
    index("role_calls_person")
      .on(table.personNo, table.firstAt)
      .where(sql`person_no is not null`),
    index("role_calls_role_session").on(table.roleSessionNo),
  ],
);

/** Redacted records of one transaction, compressed together. Partitioned by month of `newest_at`. */
export const recordBatches = pgTable(
  "record_batches",
  {
    batchNo: bigserial("batch_no", { mode: "number" }).notNull(),
    newestAt: time("newest_at").notNull(),
    /** When the source showed them: delivery, or when LookupEvents answered. */
    receivedAt: time("received_at").notNull(),
    recordedAt: time("recorded_at").notNull().defaultNow(),
    source: text("source").notNull(),
    /** `file:<sha256>` or a listing's name; a record names its origin by its place here. */
    origins: text("origins").array().notNull(),
    /** Lines of ordinal, origin, position and record between tabs, as raw DEFLATE (RFC 1951). */
    records: bytes("records").notNull(),
  },
  (table) => [primaryKey({ columns: [table.batchNo, table.newestAt] })],
);

/** What could not be decoded: kept with its place, its digest and its text redacted by pattern. */
export const undecodableRecords = pgTable(
  "undecodable_records",
  {
    origin: text("origin").notNull(),
    position: integer("position").notNull(),
    recordSha256: text("record_sha256").notNull(),
    reason: text("reason").notNull(),
    /** At most 8 KiB, redacted by pattern. */
    excerpt: text("excerpt").notNull(),
    eventId: text("event_id"),
    recordedAt: time("recorded_at").notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.origin, table.position, table.recordSha256] })],
);

/** One row for each content of a trail file: progress while it is read, counts when it is done. */
export const trailFiles = pgTable(
  "trail_files",
  {
    /** SHA-256 of the file's bytes as stored. */
    sha256: text("sha256").primaryKey(),
    /** SHA-256 of the unpacked bytes, which a digest names; null for what was read before it was kept. */
    unpackedSha256: text("unpacked_sha256"),
    path: text("path").notNull(),
    bytes: bigint("bytes", { mode: "number" }).notNull(),
    records: integer("records").notNull(),
    /** Records before this place are committed. */
    position: integer("position").notNull().default(0),
    appended: integer("appended").notNull().default(0),
    duplicates: integer("duplicates").notNull().default(0),
    undecodable: integer("undecodable").notNull().default(0),
    /** Count by reason. */
    ignored: jsonb("ignored").$type<Record<string, number>>().notNull().default({}),
    completedAt: time("completed_at"),
  },
  () => [
    check(
      "trail_files_sum",
      sql`appended >= 0 and duplicates >= 0 and undecodable >= 0 and position <= records`,
    ),
  ],
);

/** A path that a followed folder has shown, so that a file is opened again only when it changed. */
export const followedFiles = pgTable(
  "followed_files",
  {
    folder: text("folder").notNull(),
    path: text("path").notNull(),
    bytes: bigint("bytes", { mode: "number" }).notNull(),
    modifiedAt: time("modified_at").notNull(),
    sha256: text("sha256"),
    /** Why the file was refused; null when it was read. */
    problem: text("problem"),
  },
  (table) => [
    primaryKey({ columns: [table.folder, table.path] }),
    index("followed_files_sha256").on(table.sha256),
  ],
);

/** What each source has shown of each account and Region, ignored records included. */
export const coverage = pgTable(
  "coverage",
  {
    source: text("source").notNull(),
    accountId: text("account_id").notNull(),
    region: text("region").notNull(),
    firstEventAt: time("first_event_at").notNull(),
    lastEventAt: time("last_event_at").notNull(),
    /** Hours in which a record was seen: what lies between them is a gap. */
    hoursSeen: times("hours_seen")
      .notNull()
      .default(sql`'{}'`),
    records: bigint("records", { mode: "number" }).notNull(),
    /** Newest receipt: the lag is now minus this. */
    lastReceivedAt: time("last_received_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.source, table.accountId, table.region] }),
    index("coverage_account").on(table.accountId),
  ],
);

/** Slots of a shared rate: the next request of a scope may leave at `nextFreeAt`, whatever process asks. */
export const rateBudgets = pgTable("rate_budgets", {
  scope: text("scope").primaryKey(),
  nextFreeAt: time("next_free_at").notNull(),
});

/** Chain of what Curfew and its users did: written in the transaction of the change it tells of, never changed. */
export const auditRecords = pgTable(
  "audit_records",
  {
    sequence: bigserial("sequence", { mode: "number" }).primaryKey(),
    at: time("at").notNull(),
    actor: text("actor").notNull(),
    action: text("action").notNull(),
    subject: text("subject").notNull(),
    body: jsonb("body").$type<Record<string, unknown>>().notNull(),
    previousHash: text("previous_hash").notNull(),
    hash: text("hash").notNull().unique(),
  },
  (table) => [index("audit_records_subject").on(table.subject, table.sequence)],
);
