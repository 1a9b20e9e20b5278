/** Shapes of revocations in the API's answers. */
import { z } from "zod";
import { MECHANISMS, REVOCATION_STATES, STEP_STATES } from "#core/domain/revocation";
import { SESSION_KINDS } from "#core/domain/session";
import { instantSchema, userSchema } from "../../http/schemas.ts";

const maybeInstant = instantSchema.nullable();

const residual = {
  sessionId: z.string(),
  kind: z.enum(SESSION_KINDS),
  until: maybeInstant,
  why: z.string(),
};

const brakeSchema = z.strictObject({
  code: z.string(),
  effect: z.enum(["refused", "approval", "notice"]),
  sentence: z.string(),
});

const plannedStep = {
  mechanism: z.enum(MECHANISMS),
  mode: z.enum(["automatic", "manual"]),
  target: z.record(z.string(), z.unknown()),
  order: z.number().int(),
  why: z.string(),
};

export const planSchema = z.strictObject({
  user: userSchema,
  steps: z.array(z.strictObject(plannedStep)),
  residual: z.array(z.strictObject(residual)),
  impact: z.strictObject({
    accounts: z.number().int(),
    permissionSets: z.number().int(),
    roleSessions30d: z.number().int(),
    lastUsedAt: maybeInstant,
    alsoRemoved: z.array(
      z.strictObject({
        groupName: z.string(),
        accountId: z.string(),
        permissionSetName: z.string(),
      }),
    ),
  }),
  brakes: z.array(brakeSchema),
});

const proofSchema = z.strictObject({
  sessionId: z.string(),
  proof: z.enum(["ended-by-event", "exact-hard-end", "denied-call", "silence-after-hard-end"]),
  provenAt: instantSchema,
  eventIds: z.array(z.string()),
  why: z.string(),
});

export const revocationSchema = z.strictObject({
  id: z.string(),
  user: userSchema,
  state: z.enum(REVOCATION_STATES),
  reason: z.string(),
  requestedBy: z.string(),
  requestedAt: instantSchema,
  approvalNeeded: z.boolean(),
  approvedBy: z.string().nullable(),
  approvedAt: maybeInstant,
  cancelledAt: maybeInstant,
  releasedAt: maybeInstant,
  steps: z.array(
    z.strictObject({
      ...plannedStep,
      id: z.string(),
      state: z.enum(STEP_STATES),
      attempts: z.number().int(),
      requestId: z.string().nullable(),
      performedAt: maybeInstant,
      confirmedAt: maybeInstant,
      problem: z.string().nullable(),
      timeToContain: z
        .number()
        .int()
        .nullable()
        .describe("Milliseconds from request to confirmation."),
    }),
  ),
  residual: z.array(z.strictObject({ ...residual, proof: proofSchema.nullable() })),
  open: z.array(
    z.strictObject({
      kind: z.string(),
      sessionId: z.string().nullable(),
      until: maybeInstant,
      needsPerson: z.boolean(),
      why: z.string(),
    }),
  ),
  brakes: z.array(brakeSchema),
  plan: planSchema,
});
