/** The API's own description: OpenAPI 3.1, made from the schemas that requests are checked by, served to anyone. */
import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform } from "fastify-type-provider-zod";
import { z } from "zod";

export async function describeApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Curfew",
        version,
        description:
          "Audit and session governance for AWS IAM Identity Center. Lists answer items and nextCursor; refusals are problems of RFC 9457; writes need an Idempotency-Key.",
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      components: {
        securitySchemes: {
          token: {
            type: "http",
            scheme: "bearer",
            description: "An API token, `crv_…`. What each route needs stands in its description.",
          },
        },
      },
    },
    transform: jsonSchemaTransform,
  });
  app.get(
    "/v1/openapi.json",
    { schema: { hide: true, querystring: z.strictObject({}) } },
    (_request, reply) =>
      reply.type("application/json").serializer(JSON.stringify).send(app.swagger()),
  );
}
