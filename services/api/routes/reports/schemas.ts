/** Shapes of reports in the API's answers. */
import { z } from "zod";
import { instantSchema } from "../../http/schemas.ts";

export const reportSummarySchema = z.strictObject({
  id: z.string(),
  kind: z.string(),
  period: z
    .string()
    .nullable()
    .describe("The week it is about, `2026-W47`; null for one made by hand."),
  asOf: instantSchema,
  createdAt: instantSchema,
  files: z.array(
    z.strictObject({
      name: z.string(),
      mediaType: z.string(),
      sha256: z.string(),
      bytes: z.number().int(),
    }),
  ),
});

export const reportSchema = reportSummarySchema.extend({
  manifest: z.record(z.string(), z.unknown()),
});
