/** Effective access: who can become what in which account, one row a path, with its use. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { PostgresPersonHistory } from "#core/adapters/postgres/people/person-history";
import { Fault } from "#core/domain/fault";
import { instant } from "#core/domain/time";
import { commonFacts } from "#core/flows/judge-people";
import type { ApiDependencies } from "../../dependencies.ts";
import { accountField, peopleNamed, plainText, userField } from "../../http/fields.ts";
import { cursorKind, PAGE_QUERY } from "../../http/paging.ts";
import { route } from "../../http/route.ts";
import { assignmentSchema, listSchema } from "../../http/schemas.ts";
import { accessPage } from "./page.ts";

const cursors = cursorKind(
  "assignments",
  z.strictObject({ userId: plainText(128), row: z.int().min(0) }),
);

export function assignmentRoutes(app: FastifyInstance, dependencies: ApiDependencies): void {
  const { database, clock, sessionSettings } = dependencies;
  const access = new PostgresAccessStore(database);
  const observations = new PostgresObservationStore(database);
  const history = new PostgresPersonHistory(database);
  route(app, {
    method: "GET",
    path: "/v1/assignments",
    tag: "access",
    summary: "Effective access as of the newest snapshot, one row a path, by user.",
    query: { ...PAGE_QUERY, user: userField.optional(), account: accountField.optional() },
    answers: { 200: listSchema(assignmentSchema) },
    async handle({ query }) {
      const now = instant(clock.now());
      const after = cursors.read(query.cursor);
      const persons = query.user === undefined ? null : await peopleNamed(history, query.user);
      // No rule runs here: the facts of access are the same whatever the catalogue says of them.
      const common = await commonFacts(now, sessionSettings, [], access, observations);
      if (common.snapshot === null) {
        throw new Fault(
          "snapshot.none",
          "Access was never read: take a snapshot first, or wait until the first one is complete.",
        );
      }
      const asked = { persons, accountId: query.account ?? null, limit: query.limit, after };
      const page = await accessPage(common, database, asked);
      return {
        items: page.items,
        nextCursor: page.after === null ? null : cursors.write(page.after),
      };
    },
  });
}
