/**
 * Tables of record for what was read: events (never changed), what could not be decoded, the files and cursors they came by,
 * and how far each source has been read.
 */
import {
  bigint,
  bigserial,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
} from "drizzle-orm/pg-core";
import { sql } from "drizzle-orm";
import { time, times } from "./columns.ts";

/** One row an eventID. `record` is the redacted record; everything else is taken from it, for the indexes. */
export const events = pgTable(
  "events",
  {
    eventId: text("event_id").primaryKey(),
    occurredAt: time("occurred_at").notNull(),
    /** When the source showed it: delivery time of the file, or when LookupEvents answered it. */
    receivedAt: time("received_at").notNull(),
    recordedAt: time("recorded_at").notNull().defaultNow(),
    kind: text("kind").notNull(),
    eventName: text("event_name").notNull(),
    eventSource: text("event_source").notNull(),
    region: text("region").notNull(),
    accountId: text("account_id").notNull(),
    identityStoreArn: text("identity_store_arn"),
    userId: text("user_id"),
    subjectUserId: text("subject_user_id"),
    /** Name of the role session: the person's user name at that time. */
    sessionName: text("session_name"),
    /** `<account>/<roleId>:<sessionName>@<issuedAt>`. */
    roleSessionKey: text("role_session_key"),
    record: jsonb("record").notNull(),
    /** SHA-256 of the redacted record in canonical JSON: equal ids with unequal content are a conflict, never dropped. */
    contentSha256: text("content_sha256").notNull(),
    /** Where it was first read: file or listing, and its place there. */
    origin: text("origin").notNull(),
    position: integer("position").notNull(),
  },
  (table) => [
    index("events_person").on(table.identityStoreArn, table.userId, table.occurredAt),
    index("events_subject")
      .on(table.subjectUserId)
      .where(sql`subject_user_id is not null`),
    index("events_session_name")
      .on(table.sessionName)
      .where(sql`session_name is not null`),
    index("events_role_session")
      .on(table.roleSessionKey)
      .where(sql`role_session_key is not null`),
    index("events_grants")
      .on(table.occurredAt)
      .where(sql`kind in ('assignment','membership')`),
    check("events_event_id_form", sql`event_id ~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$'`),
    check(
      "events_kind",
      sql`kind in ('sign-in-step','portal','token','token-with-iam','role-issued','role-call','assignment','membership','directory-user','session-deleted','policy-updated','administration','unknown')`,
    ),
    check("events_person_whole", sql`(identity_store_arn is null) = (user_id is null)`),
  ],
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

/** Where a polled source goes on. Advanced in the transaction that appends what was read. */
export const ingestCursors = pgTable("ingest_cursors", {
  /** `lookup-events/<account>/<region>/<eventSource>`. */
  stream: text("stream").primaryKey(),
  /** Everything up to here was read. */
  readThrough: time("read_through").notNull(),
  updatedAt: time("updated_at").notNull().defaultNow(),
});

/** What each source has shown of each account and Region, ignored records included. */
export const coverage = pgTable(
  "coverage",
  {
    source: text("source").notNull(),
    accountId: text("account_id").notNull(),
    region: text("region").notNull(),
    firstEventAt: time("first_event_at").notNull(),
    lastEventAt: time("last_event_at").notNull(),
    /** From here to the last event no gap is longer than the silence that is still believed; null: not known, so silence proves nothing. */
    unbrokenSince: time("unbroken_since"),
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
