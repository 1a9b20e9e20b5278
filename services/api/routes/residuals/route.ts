/** Residual access: what kept or keeps working after removals, as it was judged last; whether it is open is told for now. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { PostgresPersonHistory } from "#core/adapters/postgres/people/person-history";
import { PostgresResidualStore } from "#core/adapters/postgres/people/residual-store";
import { residualState, type Residual } from "#core/domain/sessions/residual/removal";
import { instant } from "#core/domain/time";
import type { ResidualPosition } from "#core/ports/residual-store";
import type { ApiDependencies } from "../../dependencies.ts";
import { idField, peopleNamed, userField } from "../../http/fields.ts";
import { cursorKind, instantText, PAGE_QUERY, pageOf } from "../../http/paging.ts";
import { route } from "../../http/route.ts";
import { listSchema, residualSchema } from "../../http/schemas.ts";

const cursors = cursorKind("residuals", z.strictObject({ removedAt: instantText, id: idField }));

export function residualRoutes(app: FastifyInstance, { database, clock }: ApiDependencies): void {
  const store = new PostgresResidualStore(database);
  const history = new PostgresPersonHistory(database);
  route(app, {
    method: "GET",
    path: "/v1/residuals",
    tag: "sessions",
    summary: "What keeps working after access was removed, a session a row, newest removal first.",
    query: {
      ...PAGE_QUERY,
      user: userField.optional(),
      session: idField.optional().describe("Only of this session."),
      open: z.enum(["true"]).optional().describe("Only what still works now."),
    },
    answers: { 200: listSchema(residualSchema) },
    async handle({ query }) {
      const now = instant(clock.now());
      const people = query.user === undefined ? [null] : await peopleNamed(history, query.user);
      const after = cursors.read(query.cursor) ?? undefined;
      const rows: Residual[] = [];
      // A text that names several people is rare: their lists are merged in the common order.
      for (const person of people) {
        const filter = {
          ...(person === null ? {} : { person }),
          ...(query.session === undefined ? {} : { sessionId: query.session }),
          ...(query.open === undefined ? {} : { openAt: now }),
          removedBefore: now,
        };
        rows.push(...(await store.list(filter, query.limit + 1, after)));
      }
      const views = rows
        .toSorted((left, right) => newestFirst(placeOf(left), placeOf(right)))
        .map((residual) => ({ ...residual, state: residualState(residual, now) }));
      return pageOf(views, query.limit, (last) => cursors.write(placeOf(last)));
    },
  });
}

function placeOf({ removal, id }: Residual): ResidualPosition {
  return { removedAt: removal.at, id };
}

/** As the stored list is ordered. */
function newestFirst(left: ResidualPosition, right: ResidualPosition): number {
  if (left.removedAt !== right.removedAt) return left.removedAt < right.removedAt ? 1 : -1;
  return left.id < right.id ? 1 : -1;
}
