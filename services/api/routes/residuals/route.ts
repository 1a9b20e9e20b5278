/** Residual access: what kept or keeps working after removals, as it was judged last or as of an instant in the past; the state is of then. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { PostgresPersonHistory } from "#core/adapters/postgres/people/person-history";
import { PostgresResidualStore } from "#core/adapters/postgres/people/residual-store";
import { residualState } from "#core/domain/sessions/residual/removal";
import { instant } from "#core/domain/time";
import type { ApiDependencies } from "../../dependencies.ts";
import { idField, peopleNamed, userField } from "../../http/fields.ts";
import { cursorKind, instantText, PAGE_QUERY, pageOf } from "../../http/paging.ts";
import { route } from "../../http/route.ts";
import { listSchema, residualSchema } from "../../http/schemas.ts";
import { Past } from "../sessions/past.ts";
import { placeOf, rebuiltResiduals, storedResiduals } from "./page.ts";

const cursors = cursorKind("residuals", z.strictObject({ removedAt: instantText, id: idField }));

export function residualRoutes(app: FastifyInstance, dependencies: ApiDependencies): void {
  const { database, clock } = dependencies;
  const store = new PostgresResidualStore(database);
  const observations = new PostgresObservationStore(database);
  const history = new PostgresPersonHistory(database);
  const past = new Past(dependencies);
  route(app, {
    method: "GET",
    path: "/v1/residuals",
    tag: "sessions",
    summary: "What keeps working after access was removed, a session a row, newest removal first.",
    query: {
      ...PAGE_QUERY,
      user: userField.optional(),
      session: idField.optional().describe("Only of this session."),
      open: z.enum(["true"]).optional().describe("Only what still works then."),
      asOf: instantText.optional().describe("Judged as of this instant, without later events."),
    },
    answers: { 200: listSchema(residualSchema) },
    async handle({ query }) {
      const now = instant(clock.now());
      const asOf = query.asOf === undefined || query.asOf >= now ? null : query.asOf;
      const asked = {
        persons: query.user === undefined ? null : await peopleNamed(history, query.user),
        sessionId: query.session ?? null,
        openOnly: query.open !== undefined,
        limit: query.limit,
        after: cursors.read(query.cursor),
      };
      const rows =
        asOf === null
          ? await storedResiduals(store, asked, now)
          : await rebuiltResiduals(past, observations, asked, asOf);
      const views = rows.map((one) => ({ ...one, state: residualState(one, asOf ?? now) }));
      return pageOf(views, query.limit, (last) => cursors.write(placeOf(last)));
    },
  });
}
