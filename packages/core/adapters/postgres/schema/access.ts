/** What the crawls of the directory saw, each fact with the period in which it was observed. */
import { sql } from "drizzle-orm";
import {
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { time } from "./columns.ts";
import { people } from "./people.ts";

/** One complete crawl. A crawl that failed half-way leaves no row and no fact. */
export const accessSnapshots = pgTable("access_snapshots", {
  id: text("id").primaryKey(),
  instanceArn: text("instance_arn").notNull(),
  startedAt: time("started_at").notNull(),
  completedAt: time("completed_at").notNull(),
  counts: jsonb("counts").$type<Record<string, number>>().notNull(),
  apiCalls: jsonb("api_calls").$type<Record<string, number>>().notNull(),
  /** What could not be read, what changed meanwhile, and what was odd: the domain's `CrawlNote`. */
  notes: jsonb("notes")
    .$type<readonly Record<string, unknown>[]>()
    .notNull()
    .default(sql`'[]'::jsonb`),
});

/** A crawl under way: what it read is kept here until it is whole, so that a process which is killed loses no more than one listing. */
export const crawlRuns = pgTable(
  "crawl_runs",
  {
    id: text("id").primaryKey(),
    instanceArn: text("instance_arn").notNull(),
    startedAt: time("started_at").notNull(),
    /** When it last got further: a run that stood still for long is begun anew. */
    touchedAt: time("touched_at").notNull(),
    state: text("state").notNull().default("running"),
    apiCalls: jsonb("api_calls").$type<Record<string, number>>().notNull(),
  },
  (table) => [
    uniqueIndex("crawl_runs_running")
      .on(table.instanceArn)
      .where(sql`state = 'running'`),
    check("crawl_runs_state", sql`state in ('running', 'published', 'abandoned')`),
  ],
);

/** A listing that was read to its end: `memberships/<groupId>`. Written with its facts, so that it is done with all of them or not at all. */
export const crawlUnits = pgTable(
  "crawl_units",
  {
    runId: text("run_id")
      .notNull()
      .references(() => crawlRuns.id, { onDelete: "cascade" }),
    unit: text("unit").notNull(),
    readAt: time("read_at").notNull(),
    notes: jsonb("notes")
      .$type<readonly Record<string, unknown>[]>()
      .notNull()
      .default(sql`'[]'::jsonb`),
  },
  (table) => [primaryKey({ columns: [table.runId, table.unit] })],
);

/** What the listings of a crawl under way saw, in the form in which `access_facts` takes it. */
export const crawlFacts = pgTable(
  "crawl_facts",
  {
    runId: text("run_id").notNull(),
    unit: text("unit").notNull(),
    kind: text("kind").notNull(),
    key: text("key").notNull(),
    body: jsonb("body").$type<Record<string, unknown>>().notNull(),
    bodySha256: text("body_sha256").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.runId, table.kind, table.key, table.unit] }),
    foreignKey({
      columns: [table.runId, table.unit],
      foreignColumns: [crawlUnits.runId, crawlUnits.unit],
    }).onDelete("cascade"),
    index("crawl_facts_unit").on(table.runId, table.unit),
  ],
);

/** The use that a person made of what they hold, by account and role; rebuilt with their sessions. */
export const accessUsage = pgTable(
  "access_usage",
  {
    identityStoreArn: text("identity_store_arn").notNull(),
    userId: text("user_id").notNull(),
    accountId: text("account_id").notNull(),
    /** Name of the permission set, or the ARN of an entitlement's role. */
    roleName: text("role_name").notNull(),
    firstUsedAt: time("first_used_at").notNull(),
    lastUsedAt: time("last_used_at").notNull(),
    body: jsonb("body").$type<Record<string, unknown>>().notNull(),
    bodySha256: text("body_sha256").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.identityStoreArn, table.userId, table.accountId, table.roleName],
    }),
    foreignKey({
      columns: [table.identityStoreArn, table.userId],
      foreignColumns: [people.identityStoreArn, people.userId],
    }),
    index("access_usage_role").on(table.roleName, table.accountId),
  ],
);

/** One row an instance: when what is true of the organisation as a whole is judged next. */
export const organisations = pgTable(
  "organisations",
  {
    instanceArn: text("instance_arn").primaryKey(),
    dueAt: time("due_at"),
    judgedAt: time("judged_at"),
  },
  (table) => [
    index("organisations_due")
      .on(table.dueAt)
      .where(sql`due_at is not null`),
  ],
);

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
      sql`kind in ('instance','region','user','group','membership','permission-set','provisioning','account','assignment',
          'application','application-assignment','trusted-token-issuer','entitlement','policy','role')`,
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
