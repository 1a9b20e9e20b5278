/** Effective access: who can become what in which account, one row a path, with its use; by page, or everything as one stream. */
import type { FastifyInstance } from "fastify";
import { PostgresPersonHistory } from "#core/adapters/postgres/people/person-history";
import type { PersonKey } from "#core/domain/person";
import { accessPage, peopleCalled } from "#core/flows/access-views/page";
import type { AccessView } from "#core/flows/access-views/view";
import {
  ACCESS_FILTERS,
  ACCESS_PAGE,
  accessCursors,
  AS_OF,
  selectionOf,
} from "../../access/fields.ts";
import { FORMAT, sendStream, streamAsked } from "../../access/formats.ts";
import type { AccessViews } from "../../access/views.ts";
import type { ApiDependencies } from "../../dependencies.ts";
import { accountField, peopleNamed, userField } from "../../http/fields.ts";
import { route } from "../../http/route.ts";
import { assignmentSchema, listSchema } from "../../http/schemas.ts";

const cursors = accessCursors("assignments");

export function assignmentRoutes(
  app: FastifyInstance,
  { database }: ApiDependencies,
  views: AccessViews,
): void {
  const history = new PostgresPersonHistory(database);
  const named = async (view: AccessView, text: string): Promise<readonly PersonKey[]> => {
    const people = peopleCalled(view, text);
    return people.length > 0 ? people : peopleNamed(history, text);
  };
  route(app, {
    method: "GET",
    path: "/v1/assignments",
    tag: "access",
    summary: "Effective access, one row a path, by user name: now or as of an instant.",
    query: {
      ...ACCESS_PAGE,
      user: userField.optional(),
      account: accountField.optional(),
      ...ACCESS_FILTERS,
      ...AS_OF,
      ...FORMAT,
    },
    answers: { 200: listSchema(assignmentSchema) },
    async handle({ query, request, reply }) {
      const stream = streamAsked(request, query.format);
      const after = cursors.read(query.cursor);
      const asked = await views.at(query.asOf);
      const persons = query.user === undefined ? null : await named(asked.view, query.user);
      const selection = selectionOf(asked.view, persons, query.account ?? null, query);
      if (stream !== null) return sendStream(reply, asked, selection, stream);
      const page = { limit: query.limit, after };
      const found = await accessPage(asked.view, asked.usage, selection, page);
      return {
        items: found.items,
        nextCursor: found.after === null ? null : cursors.write(found.after),
      };
    },
  });
}
