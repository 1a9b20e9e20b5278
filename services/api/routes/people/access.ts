/** `GET /v1/people/{id}/access`: what one person can become, by every path. */
import type { FastifyInstance } from "fastify";
import { PostgresPersonHistory } from "#core/adapters/postgres/people/person-history";
import { accessPage } from "#core/flows/access-views/page";
import {
  ACCESS_FILTERS,
  ACCESS_PAGE,
  accessCursors,
  AS_OF,
  selectionOf,
} from "../../access/fields.ts";
import type { AccessViews } from "../../access/views.ts";
import type { ApiDependencies } from "../../dependencies.ts";
import { accountField, plainText } from "../../http/fields.ts";
import { route } from "../../http/route.ts";
import { assignmentSchema, listSchema } from "../../http/schemas.ts";
import { personWith, storeField } from "./person.ts";

const cursors = accessCursors("person-access");

export function personAccessRoute(
  app: FastifyInstance,
  { database }: ApiDependencies,
  views: AccessViews,
): void {
  const history = new PostgresPersonHistory(database);
  route(app, {
    method: "GET",
    path: "/v1/people/:id/access",
    tag: "people",
    summary: "What one person can become in which account, one row a path.",
    params: { id: plainText(128).describe("A userId.") },
    query: {
      ...ACCESS_PAGE,
      store: storeField,
      account: accountField.optional(),
      ...ACCESS_FILTERS,
      ...AS_OF,
    },
    answers: { 200: listSchema(assignmentSchema) },
    async handle({ params, query }) {
      const after = cursors.read(query.cursor);
      const { view, usage } = await views.at(query.asOf);
      const number = query.store === undefined ? view.model.numberOf(params.id) : null;
      const person =
        number === null
          ? await personWith(history, params.id, query.store)
          : view.rows.personOf(number);
      const selection = selectionOf(view, [person], query.account ?? null, query);
      const found = await accessPage(view, usage, selection, { limit: query.limit, after });
      return {
        items: found.items,
        nextCursor: found.after === null ? null : cursors.write(found.after),
      };
    },
  });
}
