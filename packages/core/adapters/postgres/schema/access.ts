/** What the crawls of the directory saw, each fact with the period in which it was observed. */
import { sql } from "drizzle-orm";
import {
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { time } from "./columns.ts";

/** One complete crawl. A crawl that failed half-way leaves no row and no fact. */
export const accessSnapshots = pgTable("access_snapshots", {
  id: text("id").primaryKey(),
  instanceArn: text("instance_arn").notNull(),
  startedAt: time("started_at").notNull(),
  completedAt: time("completed_at").notNull(),
  counts: jsonb("counts").$type<Record<string, number>>().notNull(),
  apiCalls: jsonb("api_calls").$type<Record<string, number>>().notNull(),
});

/**
 * A fact of the directory in the period `[observed_from, observed_to)`; open while the newest crawl still saw it.
 * `body` is the domain type of its kind. One mechanism serves every kind, so that a sweep is one statement.
 */
export const accessFacts = pgTable(
  "access_facts",
  {
    kind: text("kind").notNull(),
    /** Unique within its kind at any instant: `<userId>`, `<groupId>/<userId>`, `<account>/<set>/<principal>`. */
    key: text("key").notNull(),
    instanceArn: text("instance_arn").notNull(),
    body: jsonb("body").$type<Record<string, unknown>>().notNull(),
    bodySha256: text("body_sha256").notNull(),
    observedFrom: time("observed_from").notNull(),
    observedTo: time("observed_to"),
    firstSnapshotId: text("first_snapshot_id")
      .notNull()
      .references(() => accessSnapshots.id),
  },
  (table) => [
    primaryKey({ columns: [table.instanceArn, table.kind, table.key, table.observedFrom] }),
    uniqueIndex("access_facts_current")
      .on(table.instanceArn, table.kind, table.key)
      .where(sql`observed_to is null`),
    index("access_facts_snapshot").on(table.firstSnapshotId),
    check(
      "access_facts_kind",
      sql`kind in ('instance','user','group','membership','permission-set','account','assignment')`,
    ),
    check("access_facts_period", sql`observed_to is null or observed_to > observed_from`),
  ],
);

/** A report that was written once and never changes. */
export const reports = pgTable(
  "reports",
  {
    id: text("id").primaryKey(),
    kind: text("kind").notNull(),
    /** The week it is about, `2026-W47`; null for one made by hand. */
    period: text("period").unique(),
    asOf: time("as_of").notNull(),
    createdAt: time("created_at").notNull(),
    manifest: jsonb("manifest").$type<Record<string, unknown>>().notNull(),
  },
  (table) => [index("reports_created").on(table.createdAt, table.id)],
);

export const reportFiles = pgTable(
  "report_files",
  {
    reportId: text("report_id")
      .notNull()
      .references(() => reports.id),
    name: text("name").notNull(),
    mediaType: text("media_type").notNull(),
    sha256: text("sha256").notNull(),
    bytes: integer("bytes").notNull(),
    content: text("content").notNull(),
  },
  (table) => [primaryKey({ columns: [table.reportId, table.name] })],
);
