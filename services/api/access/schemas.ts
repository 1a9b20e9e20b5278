/** The shapes of answers about permission sets and accounts; those of rows of access stand with the other lists. */
import { z } from "zod";
import { SEVERITIES } from "#core/domain/finding";
import { POLICY_FINDING_IDS, POLICY_SEVERITIES } from "#core/domain/policy/verdict";
import { findingSchema, instantSchema, userSchema } from "../http/schemas.ts";

const maybeInstant = instantSchema.nullable();
const count = z.number().int();
const tier = z.enum(["management", "production", "other"]);
const counts = z.record(z.string(), count);

export const accountSummarySchema = z.strictObject({
  accountId: z.string(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  status: z.string().nullable(),
  organizationalUnitPath: z.string().nullable(),
  accountTier: tier,
  tierReason: z.string(),
  people: count,
  administrators: count,
  perhapsAdministrators: count.describe("Of whom it is unknown, because not all was read."),
  permissionSets: count,
  roles: count,
  observedSince: maybeInstant,
  observationGaps: count.describe("Hours since then that were not read."),
});

export const permissionSetSummarySchema = z.strictObject({
  permissionSetArn: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  sessionDuration: z.string(),
  createdAt: maybeInstant,
  accounts: count,
  people: count,
  administrator: z.boolean().nullable().describe("In any account; null where that is unknown."),
  policyFindings: z.array(z.enum(POLICY_FINDING_IDS)),
  unread: count.describe("Policies of which nothing is known."),
  drift: count.describe("Accounts in which the role has an older definition."),
  openFindings: count,
  lastUsedAt: maybeInstant,
  peopleWhoUsed: count,
  observedSince: maybeInstant,
  observationGaps: count,
});

const policyFinding = z.strictObject({
  id: z.enum(POLICY_FINDING_IDS),
  severity: z.enum(POLICY_SEVERITIES),
  explanation: z.string(),
  statements: z.array(
    z.strictObject({ document: z.string(), statement: count, sid: z.string().nullable() }),
  ),
  actions: z.array(z.string()),
});

const statement = z.strictObject({
  Sid: z.string(),
  Effect: z.literal("Allow"),
  Action: z.array(z.string()),
  Resource: z.literal("*"),
});

const serviceChange = z.strictObject({ service: z.string(), allowed: count, proposed: count });

const proposalSchema = z
  .strictObject({
    schema: z.literal("curfew.least-privilege-proposal/1"),
    permissionSetArn: z.string(),
    permissionSetName: z.string(),
    observed: z.strictObject({
      from: maybeInstant,
      to: instantSchema,
      gapHours: count,
      days: count,
    }),
    people: count,
    calls: count,
    document: z.strictObject({
      Version: z.literal("2012-10-17"),
      Statement: z.array(statement),
    }),
    optional: statement.nullable(),
    difference: z
      .strictObject({
        removed: z.array(serviceChange),
        narrowed: z.array(serviceChange),
        kept: z.array(serviceChange),
      })
      .nullable(),
    wouldHaveDenied: z.array(
      z.strictObject({
        action: z.string(),
        calls: count,
        people: z.array(userSchema),
        reason: z.enum(["optional", "unknown-action", "not-kept"]),
      }),
    ),
    notAllowedNow: z.array(z.string()),
    warnings: z.array(z.string()),
  })
  .describe("A policy cut to the observed use: evidence for whoever writes one.");

const grant = z.strictObject({
  principalType: z.enum(["USER", "GROUP"]),
  principalId: z.string(),
  principalName: z.string().nullable(),
  accountIds: z.array(z.string()),
  people: count,
  peopleWhoUsed: count,
  lastUsedAt: maybeInstant,
});

const use = z.strictObject({
  people: count,
  formerHolders: count.describe("Others who used it and hold it no longer; not in the rest."),
  firstUsedAt: maybeInstant,
  lastUsedAt: maybeInstant,
  calls: count,
  deniedCalls: count,
  services: counts,
  actions: counts,
  otherActionCalls: count,
});

export const permissionSetDetailSchema = permissionSetSummarySchema.extend({
  tags: z.record(z.string(), z.string()),
  relayState: z.string().nullable(),
  inAccounts: z.array(
    z.strictObject({
      accountId: z.string(),
      accountName: z.string(),
      accountTier: tier,
      people: count,
      isLatest: z.boolean().nullable(),
    }),
  ),
  policies: z.array(
    z.strictObject({
      kind: z.enum(["aws-managed", "customer-managed", "inline", "boundary"]),
      name: z.string(),
      read: count,
      unread: count,
    }),
  ),
  verdicts: z.array(
    z.strictObject({
      accountIds: z.array(z.string()),
      administrator: z.boolean().nullable(),
      summary: z.array(z.string()).describe("In plain words, one sentence each."),
      findings: z.array(policyFinding),
      unread: z.array(z.string()),
    }),
  ),
  grants: z.array(grant),
  use,
  findings: z.array(findingSchema),
  findingsOfHolders: z.array(
    z.strictObject({ ruleId: z.string(), severity: z.enum(SEVERITIES), count }),
  ),
  proposal: proposalSchema,
});
