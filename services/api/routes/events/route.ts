/** One event's way back: its redacted record, where it was read, and what the digests say of that file. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { PostgresRecordStore } from "#core/adapters/postgres/trail/record-batches";
import { Fault } from "#core/domain/fault";
import type { ApiDependencies } from "../../dependencies.ts";
import { route } from "../../http/route.ts";
import { instantSchema } from "../../http/schemas.ts";

const eventIdField = z
  .string()
  .regex(/^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/, "give an eventID of CloudTrail");

export const eventSchema = z.strictObject({
  eventId: z.string(),
  occurredAt: instantSchema,
  kept: z
    .strictObject({
      record: z.record(z.string(), z.unknown()).describe("Redacted, with sorted keys."),
      receivedAt: instantSchema,
      origin: z.string(),
      position: z.number().int(),
      file: z
        .strictObject({
          path: z.string(),
          sha256: z.string(),
          etag: z.string().nullable(),
          versionId: z.string().nullable(),
          digestVerdict: z.enum(["valid", "invalid", "missing", "no-digest"]).nullable(),
        })
        .nullable(),
    })
    .nullable()
    .describe("Null for a call of a role that is kept without its record."),
});

export function eventRoutes(app: FastifyInstance, { database }: ApiDependencies): void {
  const store = new PostgresRecordStore(database);
  route(app, {
    method: "GET",
    path: "/v1/events/:eventId",
    tag: "events",
    summary: "One event: its redacted record and its place in the trail.",
    params: { eventId: eventIdField },
    answers: { 200: eventSchema },
    async handle({ params }) {
      const event = await store.record(params.eventId.toLowerCase());
      if (event === null) {
        throw new Fault(
          "api.not-found",
          "There is no such event: take an id from the evidence of a session or a finding.",
        );
      }
      return event;
    },
  });
}
