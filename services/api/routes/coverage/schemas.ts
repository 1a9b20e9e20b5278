/** The shapes of the coverage answers, as published in the OpenAPI document. They follow the ledger field by field. */
import { z } from "zod";
import { HOUR_STATES } from "#core/domain/coverage/picture";
import { PROBLEM_KINDS } from "#core/domain/coverage/problems";
import { instantSchema } from "../../http/schemas.ts";

const maybeInstant = instantSchema.nullable();
const number = z.number().int();

export const coverageSchema = z
  .strictObject({
    source: z.string(),
    accountId: z.string(),
    region: z.string(),
    firstEventAt: maybeInstant,
    lastEventAt: maybeInstant,
    records: number.nullable(),
    lastReceivedAt: maybeInstant,
    lagSeconds: number.nullable(),
    readFrom: maybeInstant,
    readTo: maybeInstant,
    hoursSeen: number,
    hoursProven: number,
    gapHours: number,
    gapCount: number,
    gaps: z.array(z.strictObject({ from: instantSchema, to: instantSchema })),
    digests: z.strictObject({ valid: number, invalid: number, unconfirmed: number }),
    files: z.strictObject({ invalid: number, missing: number, withoutDigest: number }),
    objects: z.strictObject({ waiting: number, failing: number, refused: number, gone: number }),
    lastDays: z.array(z.enum(HOUR_STATES)),
    lastHours: z.array(z.enum(HOUR_STATES)),
  })
  .describe(
    "How one source was read of one account and Region. `gaps` are the newest hundred; `gapHours` and `gapCount` count all. " +
      "`lastDays` and `lastHours` are oldest first and end with the day and hour of the instant.",
  );

export const coverageProblemSchema = z
  .strictObject({
    kind: z.enum(PROBLEM_KINDS),
    source: z.string(),
    accountId: z.string().nullable(),
    region: z.string().nullable(),
    since: maybeInstant,
    sentence: z.string(),
  })
  .describe("Something that keeps what was read from being complete, in one sentence.");

export const blindSpotSchema = z
  .strictObject({ id: z.string(), what: z.string(), means: z.string(), source: z.string() })
  .describe("What CloudTrail cannot show at all, what follows for the reader, and AWS's page.");
