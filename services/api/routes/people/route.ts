/** Everybody whom an event or a crawl named, what happened to one of them in order, and what they can become. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { PostgresPeopleStore } from "#core/adapters/postgres/people/people-store";
import type { AccessViews } from "../../access/views.ts";
import type { ApiDependencies } from "../../dependencies.ts";
import { plainText } from "../../http/fields.ts";
import { cursorKind, PAGE_QUERY, pageOf } from "../../http/paging.ts";
import { route } from "../../http/route.ts";
import { listSchema, personSummarySchema } from "../../http/schemas.ts";
import { personAccessRoute } from "./access.ts";
import { timelineRoute } from "./timeline.ts";

const cursors = cursorKind(
  "people",
  z.strictObject({ identityStoreArn: plainText(512), userId: plainText(128) }),
);

export function peopleRoutes(
  app: FastifyInstance,
  dependencies: ApiDependencies,
  views: AccessViews,
): void {
  listRoute(app, dependencies);
  timelineRoute(app, dependencies);
  personAccessRoute(app, dependencies, views);
}

function listRoute(app: FastifyInstance, { database }: ApiDependencies): void {
  const store = new PostgresPeopleStore(database);
  route(app, {
    method: "GET",
    path: "/v1/people",
    tag: "people",
    summary: "Everybody known, with how many sessions and open findings they have.",
    query: PAGE_QUERY,
    answers: { 200: listSchema(personSummarySchema) },
    async handle({ query }) {
      const rows = await store.list(query.limit + 1, cursors.read(query.cursor));
      return pageOf(rows, query.limit, ({ user }) =>
        cursors.write({ identityStoreArn: user.identityStoreArn, userId: user.userId }),
      );
    },
  });
}
