/** Revocations, their steps and proofs, the leases of the deny policy; API tokens and idempotency keys. */
import { sql } from "drizzle-orm";
import {
  boolean,
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

export const revocations = pgTable(
  "revocations",
  {
    id: text("id").primaryKey(),
    identityStoreArn: text("identity_store_arn").notNull(),
    userId: text("user_id").notNull(),
    userName: text("user_name"),
    reason: text("reason").notNull(),
    requestedBy: text("requested_by").notNull(),
    requestedAt: time("requested_at").notNull(),
    /** The plan as it was shown: steps, residual, impact, brakes. */
    plan: jsonb("plan").$type<Record<string, unknown>>().notNull(),
    approvalNeeded: boolean("approval_needed").notNull(),
    approvedBy: text("approved_by"),
    approvedAt: time("approved_at"),
    cancelledAt: time("cancelled_at"),
    releasedAt: time("released_at"),
    /** True once nothing is left to do or to wait for. */
    settled: boolean("settled").notNull().default(false),
  },
  (table) => [
    index("revocations_requested").on(table.requestedAt, table.id),
    index("revocations_person").on(table.identityStoreArn, table.userId),
    // One unsettled revocation a person: a second request joins the first.
    uniqueIndex("revocations_unsettled")
      .on(table.identityStoreArn, table.userId)
      .where(sql`not settled`),
  ],
);

export const revocationSteps = pgTable(
  "revocation_steps",
  {
    id: text("id").primaryKey(),
    revocationId: text("revocation_id")
      .notNull()
      .references(() => revocations.id),
    ordinal: integer("ordinal").notNull(),
    mechanism: text("mechanism").notNull(),
    mode: text("mode").notNull(),
    target: jsonb("target").$type<Record<string, unknown>>().notNull(),
    why: text("why").notNull(),
    state: text("state").notNull(),
    attempts: integer("attempts").notNull().default(0),
    nextAttemptAt: time("next_attempt_at").notNull(),
    /** AWS's request id or ours, by which the call is found again in CloudTrail. */
    requestId: text("request_id"),
    performedAt: time("performed_at"),
    confirmedAt: time("confirmed_at"),
    problem: text("problem"),
  },
  (table) => [
    uniqueIndex("revocation_steps_order").on(table.revocationId, table.ordinal),
    index("revocation_steps_due")
      .on(table.nextAttemptAt)
      .where(sql`state in ('pending','performed')`),
    check("revocation_steps_mode", sql`mode in ('automatic','manual')`),
    check(
      "revocation_steps_state",
      sql`state in ('pending','performed','confirmed','awaiting-person','failed')`,
    ),
  ],
);

/** Why a session that was alive at the request is held to be over. */
export const sessionProofs = pgTable(
  "session_proofs",
  {
    revocationId: text("revocation_id")
      .notNull()
      .references(() => revocations.id),
    sessionId: text("session_id").notNull(),
    proof: text("proof").notNull(),
    provenAt: time("proven_at").notNull(),
    eventIds: jsonb("event_ids").$type<string[]>().notNull(),
    why: text("why").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.revocationId, table.sessionId] }),
    check(
      "session_proofs_proof",
      sql`proof in ('ended-by-event','exact-hard-end','denied-call','silence-after-hard-end')`,
    ),
  ],
);

/** Whose id stands in the deny policies, and for whom. The policy's text is rendered whole from these rows. */
export const denyLeases = pgTable(
  "deny_leases",
  {
    policyId: text("policy_id").notNull(),
    userId: text("user_id").notNull(),
    /** Null for an id that was found in AWS and adopted. */
    revocationId: text("revocation_id").references(() => revocations.id),
    leasedAt: time("leased_at").notNull(),
    releasedAt: time("released_at"),
  },
  (table) => [
    primaryKey({ columns: [table.policyId, table.userId] }),
    index("deny_leases_revocation").on(table.revocationId),
  ],
);

export const apiTokens = pgTable("api_tokens", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  /** SHA-256 of the token, which is shown once and never stored. */
  tokenSha256: text("token_sha256").notNull().unique(),
  roles: jsonb("roles").$type<string[]>().notNull(),
  createdAt: time("created_at").notNull(),
  expiresAt: time("expires_at"),
  revokedAt: time("revoked_at"),
});

/** A write's answer, kept so that the same key gives the same answer and one effect. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    actor: text("actor").notNull(),
    key: text("key").notNull(),
    requestSha256: text("request_sha256").notNull(),
    status: integer("status"),
    body: jsonb("body").$type<unknown>(),
    createdAt: time("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.actor, table.key] }),
    index("idempotency_keys_created").on(table.createdAt),
  ],
);
