/** The detection catalogue as it runs here. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { ApiDependencies } from "../../dependencies.ts";
import { route } from "../../http/route.ts";
import { listSchema } from "../../http/schemas.ts";

const ruleSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  severity: z.string(),
  pack: z.string(),
  description: z.string(),
  parameters: z.record(z.string(), z.number()).describe("The unit stands in the name."),
});

export function ruleRoutes(app: FastifyInstance, { rules }: ApiDependencies): void {
  const items = rules.map(({ metadata, parameters }) => {
    const { id, title, severity, pack, description } = metadata;
    return { id, title, severity, pack, description, parameters };
  });
  route(app, {
    method: "GET",
    path: "/v1/rules",
    tag: "rules",
    summary: "Every rule with its parameters. One page: the catalogue is short.",
    answers: { 200: listSchema(ruleSchema) },
    handle: () => Promise.resolve({ items, nextCursor: null }),
  });
}
