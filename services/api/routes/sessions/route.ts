/** Sessions, with their state at an instant. What was rebuilt last is read; an instant in the past is rebuilt from the events before it. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { PostgresPersonHistory } from "#core/adapters/postgres/people/person-history";
import { PostgresResidualStore } from "#core/adapters/postgres/people/residual-store";
import { PostgresSessionStore } from "#core/adapters/postgres/people/session-store";
import { Fault } from "#core/domain/fault";
import { SESSION_KINDS, SESSION_STATES } from "#core/domain/session";
import { instant } from "#core/domain/time";
import { checkActiveAt, sessionDetail } from "#core/flows/session-views";
import type { ApiDependencies } from "../../dependencies.ts";
import { accountField, idField, peopleNamed, userField } from "../../http/fields.ts";
import { cursorKind, instantText, PAGE_QUERY } from "../../http/paging.ts";
import { route } from "../../http/route.ts";
import { listSchema, sessionDetailSchema, sessionSchema } from "../../http/schemas.ts";
import { Past } from "./past.ts";
import { rebuiltPage } from "./rebuilt.ts";
import { storedPage } from "./stored.ts";

const cursors = cursorKind("sessions", z.strictObject({ startedAt: instantText, id: idField }));

export function sessionRoutes(app: FastifyInstance, dependencies: ApiDependencies): void {
  const store = new PostgresSessionStore(dependencies.database);
  listRoute(app, dependencies, store);
  itemRoute(app, dependencies, store);
}

function listRoute(
  app: FastifyInstance,
  { database, clock, sessionSettings }: ApiDependencies,
  store: PostgresSessionStore,
): void {
  const history = new PostgresPersonHistory(database);
  const past = new Past({ database, sessionSettings });
  route(app, {
    method: "GET",
    path: "/v1/sessions",
    tag: "sessions",
    summary: "Sessions, newest first: all that existed, whatever their state.",
    query: {
      ...PAGE_QUERY,
      user: userField.optional(),
      kind: z.enum(SESSION_KINDS).optional(),
      state: z.enum(SESSION_STATES).optional(),
      account: accountField.optional(),
      activeAt: instantText
        .optional()
        .describe("Only what was, or may have been, alive at this instant; states are of then."),
      asOf: instantText.optional().describe("Judged as of this instant, without later events."),
    },
    answers: { 200: listSchema(sessionSchema) },
    async handle({ query }) {
      const now = instant(clock.now());
      const asOf = query.asOf === undefined || query.asOf >= now ? null : query.asOf;
      checkActiveAt(query.activeAt ?? null, asOf ?? now, "activeAt");
      const asked = {
        persons: query.user === undefined ? null : await peopleNamed(history, query.user),
        kind: query.kind ?? null,
        state: query.state ?? null,
        accountId: query.account ?? null,
        activeAt: query.activeAt ?? null,
        limit: query.limit,
        after: cursors.read(query.cursor),
      };
      const { items, after } =
        asOf === null ? await storedPage(store, asked, now) : await rebuiltPage(past, asked, asOf);
      return { items, nextCursor: after === null ? null : cursors.write(after) };
    },
  });
}

function itemRoute(
  app: FastifyInstance,
  { database, clock }: ApiDependencies,
  store: PostgresSessionStore,
): void {
  const residuals = new PostgresResidualStore(database);
  route(app, {
    method: "GET",
    path: "/v1/sessions/:id",
    tag: "sessions",
    summary: "One session, with the sessions its links name and its residual access.",
    params: { id: idField },
    answers: { 200: sessionDetailSchema },
    async handle({ params }) {
      const session = await store.byId(params.id);
      if (session === null) {
        throw new Fault(
          "api.not-found",
          "There is no such session: take an id from the list of sessions.",
        );
      }
      return sessionDetail({ sessions: store, residuals }, session, instant(clock.now()));
    },
  });
}
