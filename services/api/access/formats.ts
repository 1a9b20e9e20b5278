/**
 * Everybody's access, or what filters leave of it, as one stream of CSV or NDJSON: asked for by `format` or by Accept, in constant memory
 * and at the pace of whoever reads.
 */
import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { ExportFormat } from "#core/domain/access/export";
import { Fault } from "#core/domain/fault";
import { exportAccess } from "#core/flows/access-export";
import { wantedPairs, wantedPeople, type AccessSelection } from "#core/flows/access-views/page";
import type { AskedAccess } from "./views.ts";

const TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: "text/csv; charset=utf-8; header=present",
  ndjson: "application/x-ndjson; charset=utf-8",
};

export const FORMAT = {
  format: z
    .enum(["json", "csv", "ndjson"])
    .optional()
    .describe(
      "csv and ndjson answer every row in one stream; Accept: text/csv or application/x-ndjson ask for the same.",
    ),
};

/** Null: a page of JSON. Fault `input.invalid` where a stream is asked for and a page too. */
export function streamAsked(
  request: FastifyRequest,
  format: "json" | ExportFormat | undefined,
): ExportFormat | null {
  const asked = format ?? accepted(request.headers.accept ?? "");
  if (asked === "json") return null;
  const { searchParams } = new URL(request.url, "http://localhost");
  if (searchParams.has("limit") || searchParams.has("cursor")) {
    throw new Fault(
      "input.invalid",
      `${asked.toUpperCase()} answers every row at once: leave out limit and cursor.`,
    );
  }
  return asked;
}

/** The first type of the list that is answered here; what accepts anything is given JSON. */
function accepted(accept: string): "json" | ExportFormat {
  for (const one of accept.split(",")) {
    const type = one.split(";")[0]!.trim().toLowerCase();
    if (type === "text/csv") return "csv";
    if (type === "application/x-ndjson" || type === "application/ndjson") return "ndjson";
    if (type === "application/json") return "json";
  }
  return "json";
}

export function sendStream(
  reply: FastifyReply,
  { view, usage }: AskedAccess,
  asked: AccessSelection,
  format: ExportFormat,
): FastifyReply {
  const pieces = exportAccess({
    rows: view.rows,
    usage,
    now: view.at,
    format,
    people: wantedPeople(view, asked),
    wanted: wantedPairs(view, asked),
  });
  const name = `access-${view.at.slice(0, 19).replaceAll(":", "")}Z.${format}`;
  return reply
    .type(TYPES[format])
    .header("content-disposition", `attachment; filename="${name}"`)
    .header("vary", "accept")
    .send(Readable.from(pieces, { objectMode: false }));
}
