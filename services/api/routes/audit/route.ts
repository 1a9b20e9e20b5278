/** The chain of what Curfew and its users did, in its order, with the hashes by which anybody can follow it. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { auditPage } from "#core/adapters/postgres/audit";
import type { ApiDependencies } from "../../dependencies.ts";
import { plainText } from "../../http/fields.ts";
import { cursorKind, PAGE_QUERY, pageOf } from "../../http/paging.ts";
import { route } from "../../http/route.ts";
import { auditSchema, listSchema } from "../../http/schemas.ts";

const cursors = cursorKind("audit", z.int().min(0));

export function auditRoutes(app: FastifyInstance, { database }: ApiDependencies): void {
  route(app, {
    method: "GET",
    path: "/v1/audit",
    tag: "audit",
    summary: "Audit records, oldest first, each with the hash of the one before.",
    query: {
      ...PAGE_QUERY,
      subject: plainText(256).optional().describe("Only what is about this id."),
    },
    answers: { 200: listSchema(auditSchema) },
    async handle({ query }) {
      const after = cursors.read(query.cursor) ?? 0;
      const rows = await auditPage(database.pool, after, query.limit + 1, query.subject);
      return pageOf(rows, query.limit, ({ sequence }) => cursors.write(sequence));
    },
  });
}
