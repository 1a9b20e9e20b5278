/** Sealed reports, which never change: listed, shown with their manifest, and their files byte for byte. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { PostgresReportListing } from "#core/adapters/postgres/report-listing";
import { Fault } from "#core/domain/fault";
import type { ApiDependencies } from "../../dependencies.ts";
import { idField } from "../../http/fields.ts";
import { cursorKind, instantText, PAGE_QUERY, pageOf } from "../../http/paging.ts";
import { route } from "../../http/route.ts";
import { listSchema } from "../../http/schemas.ts";
import { reportSchema, reportSummarySchema } from "./schemas.ts";

const cursors = cursorKind("reports", z.strictObject({ createdAt: instantText, id: idField }));

const fileName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "give the name of a file of the report");

export function reportRoutes(app: FastifyInstance, { database }: ApiDependencies): void {
  const reports = new PostgresReportListing(database);
  listRoute(app, reports);
  itemRoutes(app, reports);
}

function listRoute(app: FastifyInstance, reports: PostgresReportListing): void {
  route(app, {
    method: "GET",
    path: "/v1/reports",
    tag: "reports",
    summary: "Sealed reports, newest first.",
    query: PAGE_QUERY,
    answers: { 200: listSchema(reportSummarySchema) },
    async handle({ query }) {
      const rows = await reports.list(query.limit + 1, cursors.read(query.cursor));
      return pageOf(rows, query.limit, ({ createdAt, id }) => cursors.write({ createdAt, id }));
    },
  });
}

function itemRoutes(app: FastifyInstance, reports: PostgresReportListing): void {
  route(app, {
    method: "GET",
    path: "/v1/reports/:id",
    tag: "reports",
    summary: "One report with its manifest.",
    params: { id: idField },
    answers: { 200: reportSchema },
    async handle({ params }) {
      const report = await reports.find(params.id);
      if (report !== null) return report;
      throw new Fault(
        "api.not-found",
        "There is no such report: take an id from the list of reports.",
      );
    },
  });
  route(app, {
    method: "GET",
    path: "/v1/reports/:id/files/:name",
    tag: "reports",
    summary: "A file of a report, byte for byte as it was sealed.",
    params: { id: idField, name: fileName },
    answers: { 200: null },
    async handle({ params, reply }) {
      const file = await reports.file(params.id, params.name);
      if (file === null) {
        throw new Fault(
          "api.not-found",
          "There is no such file: take a name from the report's files.",
        );
      }
      return (
        reply
          .type(file.mediaType)
          .header("etag", `"${file.sha256}"`)
          // Never rendered from this origin: a report opens from the page's memory or from disk.
          .header("content-disposition", `attachment; filename="${params.name}"`)
          .serializer((text: unknown) => String(text))
          .send(file.content)
      );
    },
  });
}
