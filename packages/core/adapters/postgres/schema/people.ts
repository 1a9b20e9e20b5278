/** People, the sessions and findings derived from their events, and the outbox of alerts. */
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
} from "drizzle-orm/pg-core";
import type { Session } from "../../../domain/session.ts";
import { time } from "./columns.ts";

/** One row a person that any event or crawl named. `dueAt` is when to judge them next: now after a new event. */
export const people = pgTable(
  "people",
  {
    identityStoreArn: text("identity_store_arn").notNull(),
    userId: text("user_id").notNull(),
    firstEventAt: time("first_event_at"),
    lastEventAt: time("last_event_at"),
    dueAt: time("due_at"),
    judgedAt: time("judged_at"),
    revision: integer("revision").notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.identityStoreArn, table.userId] }),
    index("people_due")
      .on(table.dueAt)
      .where(sql`due_at is not null`),
  ],
);

/** Every name a person was seen under. A role session is theirs by name only while nobody else ever had it. */
export const personNames = pgTable(
  "person_names",
  {
    identityStoreArn: text("identity_store_arn").notNull(),
    userId: text("user_id").notNull(),
    userName: text("user_name").notNull(),
    lastSeenAt: time("last_seen_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.identityStoreArn, table.userId, table.userName] }),
    index("person_names_name").on(table.userName),
  ],
);

/** How long sessions last where no API tells: entered by a person, never changed; a newer entry takes over from its instant on. */
export const sessionDurations = pgTable(
  "session_durations",
  {
    identityStoreArn: text("identity_store_arn").notNull(),
    kind: text("kind").notNull(),
    minutes: integer("minutes").notNull(),
    /** Sessions that start from here on last so long. */
    effectiveFrom: time("effective_from").notNull(),
    enteredBy: text("entered_by").notNull(),
    enteredAt: time("entered_at").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.identityStoreArn, table.kind, table.effectiveFrom, table.enteredAt],
    }),
    check("session_durations_kind", sql`kind in ('portal', 'background')`),
    check("session_durations_minutes", sql`minutes between 15 and 129600`),
  ],
);

/** What keeps working after access was removed, for each session and removal; rebuilt whole for a person with their sessions. */
export const residuals = pgTable(
  "residuals",
  {
    id: text("id").primaryKey(),
    identityStoreArn: text("identity_store_arn").notNull(),
    userId: text("user_id").notNull(),
    sessionId: text("session_id").notNull(),
    removedAt: time("removed_at").notNull(),
    /** When it ends at the latest; null: nothing that was read bounds it. */
    until: time("until"),
    /** When an event ended it before. */
    closedAt: time("closed_at"),
    body: jsonb("body").$type<Record<string, unknown>>().notNull(),
    /** Of the body, so that what did not change is neither sent nor compared; empty in rows written before it was kept. */
    bodySha256: text("body_sha256").notNull().default(""),
  },
  (table) => [
    index("residuals_person").on(table.identityStoreArn, table.userId),
    index("residuals_session").on(table.sessionId),
    index("residuals_open")
      .on(table.until)
      .where(sql`closed_at is null`),
  ],
);

/** The sessions of everybody, rebuilt whole for a person each time they are judged. */
export const sessions = pgTable(
  "sessions",
  {
    id: text("id").primaryKey(),
    identityStoreArn: text("identity_store_arn").notNull(),
    userId: text("user_id").notNull(),
    kind: text("kind").notNull(),
    startedAt: time("started_at").notNull(),
    lastSeenAt: time("last_seen_at").notNull(),
    accountId: text("account_id").notNull(),
    permissionSetName: text("permission_set_name"),
    body: jsonb("body").$type<Session>().notNull(),
    /** Of the body, so that what did not change is neither sent nor compared; empty in rows written before it was kept. */
    bodySha256: text("body_sha256").notNull().default(""),
  },
  (table) => [
    foreignKey({
      columns: [table.identityStoreArn, table.userId],
      foreignColumns: [people.identityStoreArn, people.userId],
    }),
    index("sessions_person").on(table.identityStoreArn, table.userId, table.startedAt),
    index("sessions_started").on(table.startedAt, table.id),
    index("sessions_use").on(table.accountId, table.permissionSetName),
    check(
      "sessions_kind",
      sql`kind in ('portal','token','application','background','role','aws-login','entitlement-role')`,
    ),
  ],
);

export const findings = pgTable(
  "findings",
  {
    id: text("id").primaryKey(),
    ruleId: text("rule_id").notNull(),
    ruleVersion: text("rule_version").notNull(),
    severity: text("severity").notNull(),
    /** Whose; null for what is true of the organisation as a whole. */
    identityStoreArn: text("identity_store_arn"),
    userId: text("user_id"),
    /** The instance of such an organisation; null for a person's finding. */
    instanceArn: text("instance_arn"),
    subjectKind: text("subject_kind").notNull(),
    subjectId: text("subject_id").notNull(),
    state: text("state").notNull(),
    openedAt: time("opened_at").notNull(),
    lastSeenAt: time("last_seen_at").notNull(),
    resolvedAt: time("resolved_at"),
    summary: text("summary").notNull(),
    evidence: jsonb("evidence").$type<Record<string, unknown>>().notNull(),
    eventIds: jsonb("event_ids").$type<string[]>().notNull(),
  },
  (table) => [
    foreignKey({
      columns: [table.identityStoreArn, table.userId],
      foreignColumns: [people.identityStoreArn, people.userId],
    }),
    index("findings_person").on(table.identityStoreArn, table.userId),
    index("findings_opened").on(table.openedAt, table.id),
    index("findings_rule").on(table.ruleId, table.state),
    index("findings_instance")
      .on(table.instanceArn)
      .where(sql`instance_arn is not null`),
    check(
      "findings_subject",
      sql`(user_id is null) = (identity_store_arn is null) and (user_id is null) = (instance_arn is not null)`,
    ),
    check("findings_state", sql`state in ('open','acknowledged','resolved')`),
    check("findings_severity", sql`severity in ('low','medium','high','critical')`),
    check("findings_resolved", sql`(state = 'resolved') = (resolved_at is not null)`),
  ],
);

/** The outbox: written with the finding, sent afterwards. One row, and one effect, for each delivery key. */
export const deliveries = pgTable(
  "deliveries",
  {
    id: text("id").primaryKey(),
    deliveryKey: text("delivery_key").notNull().unique(),
    channel: text("channel").notNull(),
    findingId: text("finding_id")
      .notNull()
      .references(() => findings.id),
    payload: jsonb("payload").$type<Record<string, unknown>>().notNull(),
    state: text("state").notNull().default("pending"),
    attempts: integer("attempts").notNull().default(0),
    nextAttemptAt: time("next_attempt_at").notNull(),
    lastError: text("last_error"),
    createdAt: time("created_at").notNull(),
    deliveredAt: time("delivered_at"),
  },
  (table) => [
    index("deliveries_finding").on(table.findingId),
    index("deliveries_due")
      .on(table.nextAttemptAt)
      .where(sql`state = 'pending'`),
    check("deliveries_state", sql`state in ('pending','delivered','dead')`),
    check("deliveries_delivered", sql`(state = 'delivered') = (delivered_at is not null)`),
  ],
);
