/**
 * The shapes of the API's answers, as published in its OpenAPI document. They follow the types of the domain field by field; a test
 * reads real answers against them, with no field more and none less.
 */
import { z } from "zod";
import { FAULTS, type FaultCode } from "#core/domain/fault";
import { FINDING_STATES, SEVERITIES } from "#core/domain/finding";
import { SESSION_KINDS, SESSION_STATES } from "#core/domain/session";
import { REMOVAL_KINDS, RESIDUAL_STATES } from "#core/domain/sessions/residual/removal";
import { TIMELINE_TYPES } from "#core/domain/timeline";

export const instantSchema = z.string().meta({ format: "date-time" });
const maybeInstant = instantSchema.nullable();

export const problemSchema = z
  .strictObject({
    type: z.literal("about:blank"),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.enum(Object.keys(FAULTS) as [FaultCode, ...FaultCode[]]),
  })
  .describe("A problem of RFC 9457: `detail` says what is wrong and what would be right.");

export const userSchema = z.strictObject({
  identityStoreArn: z.string(),
  userId: z.string(),
  userName: z.string().nullable(),
});

export const sessionSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(SESSION_KINDS),
  user: userSchema,
  startedAt: instantSchema,
  startBasis: z.enum(["event", "first-seen"]),
  lastSeenAt: instantSchema,
  endsAt: z.strictObject({
    at: maybeInstant,
    limitedBy: z.string(),
    certainty: z.enum(["exact", "at-most", "unknown"]),
  }),
  endedAt: maybeInstant,
  endedBy: z.strictObject({ eventName: z.string(), eventId: z.string() }).nullable(),
  state: z.enum(SESSION_STATES),
  stateReason: z.string().nullable(),
  sourceIpAddresses: z.array(z.string()),
  userAgents: z.array(z.string()),
  region: z.string(),
  accountId: z.string(),
  permissionSetName: z.string().nullable(),
  keys: z.array(z.string()),
  grant: z.enum(["device-code", "authorization-code", "refresh", "other"]).nullable(),
  links: z.array(
    z.strictObject({
      sessionId: z.string(),
      kind: z.enum(SESSION_KINDS),
      confidence: z.number(),
      basis: z.enum(["exact", "inferred"]),
      reasons: z.array(z.string()),
    }),
  ),
  eventIds: z.array(z.string()),
  inferredEventIds: z
    .array(z.string())
    .optional()
    .describe("Those of eventIds that no key joins to the session."),
  signIn: z
    .strictObject({ eventId: z.string(), confidence: z.number(), reasons: z.array(z.string()) })
    .optional()
    .describe("The sign-in that seems to have begun it: always an inference."),
  unknownReason: z.string().nullable(),
  aliveUntil: instantSchema.optional().describe("It certainly lives until here unless ended."),
  earlierIds: z.array(z.string()).optional().describe("Ids under which it was shown before."),
});

const endSchema = sessionSchema.shape.endsAt;

const linkedSchema = z.strictObject({
  direction: z.enum(["from", "to"]).describe("from: this session comes from that one."),
  confidence: z.number(),
  basis: z.enum(["exact", "inferred"]),
  reasons: z.array(z.string()),
  session: sessionSchema
    .pick({ id: true, kind: true, startedAt: true, lastSeenAt: true, endedAt: true, state: true })
    .extend({
      endsAt: endSchema,
      accountId: z.string(),
      permissionSetName: z.string().nullable(),
      sourceIpAddresses: z.array(z.string()),
    })
    .nullable(),
});

const endingEvent = z.strictObject({ eventName: z.string(), eventId: z.string() });

export const residualSchema = z.strictObject({
  id: z.string(),
  user: userSchema,
  sessionId: z.string(),
  kind: z.enum(SESSION_KINDS),
  removal: z.strictObject({
    eventId: z.string(),
    eventName: z.string(),
    at: instantSchema,
    what: z.enum(REMOVAL_KINDS),
    subject: z.string(),
  }),
  keeps: z.string(),
  until: maybeInstant,
  certainty: z.enum(["exact", "at-most", "unknown"]),
  rule: z.string(),
  unknown: z.string().nullable(),
  closedAt: maybeInstant,
  closedBy: endingEvent.nullable(),
  state: z.enum(RESIDUAL_STATES),
});

/** One session with both ends of its links and what kept working of it after removals. */
export const sessionDetailSchema = sessionSchema.extend({
  linked: z.array(linkedSchema),
  residuals: z.array(residualSchema),
});

/** An item of a person's timeline. */
export const timelineItemSchema = z.strictObject({
  at: instantSchema,
  type: z.enum(TIMELINE_TYPES),
  text: z.string().describe("For people; from a record where it is one."),
  eventId: z.string().nullable().describe("Leads to the record: GET /v1/events/{eventId}."),
  eventName: z.string().nullable(),
  sourceIpAddress: z.string().nullable(),
  userAgent: z.string().nullable(),
  errorCode: z.string().nullable(),
  sessions: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.enum(SESSION_KINDS),
      basis: z.enum(["exact", "inferred"]),
    }),
  ),
  residualId: z.string().nullable(),
});

const durationKind = z.enum(["portal", "background"]);

/** A duration as a person entered it. */
export const durationSchema = z.strictObject({
  identityStoreArn: z.string(),
  kind: durationKind,
  minutes: z.number().int(),
  effectiveFrom: instantSchema,
  enteredBy: z.string(),
  enteredAt: instantSchema,
});

export const durationsSchema = z.strictObject({
  items: z.array(durationSchema),
  nextCursor: z.string().nullable(),
  configured: z
    .array(
      durationSchema
        .pick({ kind: true, minutes: true })
        .extend({ identityStoreArn: z.null(), effectiveFrom: z.null() }),
    )
    .describe("What the installation's configuration says: of every store, for all times."),
  questions: z.array(
    z.strictObject({
      identityStoreArn: z.string().nullable(),
      kind: durationKind,
      at: instantSchema,
      eventId: z.string(),
      sentence: z.string(),
    }),
  ),
});

export const findingSchema = z.strictObject({
  id: z.string(),
  ruleId: z.string(),
  ruleVersion: z.string(),
  severity: z.enum(SEVERITIES),
  subject: z.strictObject({ kind: z.string(), id: z.string() }),
  /** Null for a finding about the organisation. */
  user: userSchema.nullable(),
  instanceArn: z.string().nullable(),
  openedAt: instantSchema,
  lastSeenAt: instantSchema,
  resolvedAt: maybeInstant,
  state: z.enum(FINDING_STATES),
  summary: z.string(),
  evidence: z.record(z.string(), z.unknown()),
  eventIds: z.array(z.string()),
});

export const personSummarySchema = z.strictObject({
  user: userSchema,
  firstEventAt: maybeInstant,
  lastEventAt: maybeInstant,
  judgedAt: maybeInstant,
  sessions: z.number().int(),
  openFindings: z.number().int(),
});

export const assignmentSchema = z.strictObject({
  user: userSchema,
  accountId: z.string(),
  accountName: z.string(),
  accountTier: z.enum(["management", "production", "other"]),
  permissionSetArn: z.string().nullable(),
  permissionSetName: z.string().nullable(),
  roleArn: z.string().nullable(),
  path: z.array(
    z.strictObject({
      kind: z.enum(["assignment", "group", "entitlement"]),
      id: z.string(),
      name: z.string(),
    }),
  ),
  grantedAt: maybeInstant,
  grantedNotAfter: maybeInstant,
  grantedBy: z.string().nullable(),
  grantEventId: z.string().nullable(),
  askedFor: z.literal(true).optional(),
  firstUsedAt: maybeInstant,
  lastUsedAt: maybeInstant,
  uses30d: z.number().int(),
  usedDays: z.number().int(),
  calls: z.number().int(),
  deniedCalls: z.number().int(),
  usageSharedByPaths: z.boolean(),
  observedSince: maybeInstant,
  observationGaps: z.number().int(),
  administrator: z.boolean().nullable(),
  policy: z.strictObject({
    administrator: z.boolean().nullable(),
    findings: z.array(z.string()),
  }),
});

export const auditSchema = z.strictObject({
  sequence: z.number().int(),
  at: instantSchema,
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  body: z.record(z.string(), z.unknown()),
  previousHash: z.string(),
  hash: z.string(),
});

export const tokenSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  roles: z.array(z.string()),
  createdAt: instantSchema,
  expiresAt: maybeInstant,
  revokedAt: maybeInstant,
});

/** A page of a list. */
export function listSchema(item: z.ZodType): z.ZodType {
  return z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() });
}
