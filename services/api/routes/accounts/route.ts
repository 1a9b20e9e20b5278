/** Accounts with who can become what in them, and everybody's access in one of them. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { Fault } from "#core/domain/fault";
import { accountSummaries, isAccount } from "#core/flows/access-views/accounts";
import { accessPage } from "#core/flows/access-views/page";
import {
  ACCESS_FILTERS,
  ACCESS_PAGE,
  accessCursors,
  AS_OF,
  selectionOf,
} from "../../access/fields.ts";
import { FORMAT, sendStream, streamAsked } from "../../access/formats.ts";
import { accountSummarySchema } from "../../access/schemas.ts";
import type { AccessViews } from "../../access/views.ts";
import type { ApiDependencies } from "../../dependencies.ts";
import { accountField } from "../../http/fields.ts";
import { cursorKind, PAGE_QUERY, pageOf } from "../../http/paging.ts";
import { route } from "../../http/route.ts";
import { assignmentSchema, listSchema } from "../../http/schemas.ts";

const cursors = cursorKind("accounts", z.strictObject({ accountId: z.string().max(64) }));
const rows = accessCursors("account-access");

export function accountRoutes(
  app: FastifyInstance,
  _dependencies: ApiDependencies,
  views: AccessViews,
): void {
  listRoute(app, views);
  accessRoute(app, views);
}

function listRoute(app: FastifyInstance, views: AccessViews): void {
  route(app, {
    method: "GET",
    path: "/v1/accounts",
    tag: "access",
    summary: "Accounts by id, with how many people can become what in them.",
    query: { ...PAGE_QUERY, tier: ACCESS_FILTERS.tier, ...AS_OF },
    answers: { 200: listSchema(accountSummarySchema) },
    async handle({ query }) {
      const after = cursors.read(query.cursor);
      const { view } = await views.at(query.asOf);
      const found = accountSummaries(view)
        .filter(({ accountTier }) => query.tier === undefined || accountTier === query.tier)
        .filter(({ accountId }) => after === null || accountId > after.accountId);
      return pageOf(found, query.limit, ({ accountId }) => cursors.write({ accountId }));
    },
  });
}

function accessRoute(app: FastifyInstance, views: AccessViews): void {
  route(app, {
    method: "GET",
    path: "/v1/accounts/:id/access",
    tag: "access",
    summary: "Who can become what in one account, one row a path, by user name.",
    params: { id: accountField },
    query: { ...ACCESS_PAGE, ...ACCESS_FILTERS, ...AS_OF, ...FORMAT },
    answers: { 200: listSchema(assignmentSchema) },
    async handle({ params, query, request, reply }) {
      const stream = streamAsked(request, query.format);
      const after = rows.read(query.cursor);
      const asked = await views.at(query.asOf);
      if (!isAccount(asked.view, params.id)) {
        throw new Fault(
          "api.not-found",
          "There is no such account in the directory: take an id from the list of accounts.",
        );
      }
      const selection = selectionOf(asked.view, null, params.id, query);
      if (stream !== null) return sendStream(reply, asked, selection, stream);
      const page = { limit: query.limit, after };
      const found = await accessPage(asked.view, asked.usage, selection, page);
      return {
        items: found.items,
        nextCursor: found.after === null ? null : rows.write(found.after),
      };
    },
  });
}
