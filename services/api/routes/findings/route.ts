/** Findings, newest first, and one with its evidence. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { PostgresFindingStore } from "#core/adapters/postgres/people/finding-store";
import { PostgresPersonHistory } from "#core/adapters/postgres/people/person-history";
import { Fault } from "#core/domain/fault";
import { FINDING_STATES, SEVERITIES } from "#core/domain/finding";
import type { FindingFilter } from "#core/ports/finding-store";
import type { ApiDependencies } from "../../dependencies.ts";
import { idField, personNamed, userField } from "../../http/fields.ts";
import { cursorKind, PAGE_QUERY } from "../../http/paging.ts";
import { route } from "../../http/route.ts";
import { findingSchema, listSchema } from "../../http/schemas.ts";

/** The store's own cursor within one that names its route. */
const cursors = cursorKind("findings", z.string().max(1_000));

export function findingRoutes(app: FastifyInstance, { database }: ApiDependencies): void {
  const store = new PostgresFindingStore(database);
  listRoute(app, store, new PostgresPersonHistory(database));
  itemRoute(app, store);
}

function listRoute(
  app: FastifyInstance,
  store: PostgresFindingStore,
  history: PostgresPersonHistory,
): void {
  route(app, {
    method: "GET",
    path: "/v1/findings",
    tag: "findings",
    summary: "Findings, newest first: resolved ones too, unless a state is asked for.",
    query: {
      ...PAGE_QUERY,
      rule: z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,79}$/, "give the id of a rule from the list of rules")
        .optional(),
      state: z.enum(FINDING_STATES).optional(),
      severity: z.enum(SEVERITIES).optional(),
      user: userField.optional(),
    },
    answers: { 200: listSchema(findingSchema) },
    async handle({ query }) {
      const person = query.user === undefined ? null : await personNamed(history, query.user);
      const filter: FindingFilter = {
        ...(query.rule === undefined ? {} : { ruleId: query.rule }),
        ...(query.state === undefined ? {} : { state: query.state }),
        ...(query.severity === undefined ? {} : { severity: query.severity }),
        ...(person === null
          ? {}
          : { identityStoreArn: person.identityStoreArn, userId: person.userId }),
      };
      const cursor = cursors.read(query.cursor);
      const page = await store.list(filter, { limit: query.limit, cursor });
      return {
        items: page.items,
        nextCursor: page.nextCursor === null ? null : cursors.write(page.nextCursor),
      };
    },
  });
}

function itemRoute(app: FastifyInstance, store: PostgresFindingStore): void {
  route(app, {
    method: "GET",
    path: "/v1/findings/:id",
    tag: "findings",
    summary: "One finding with its evidence.",
    params: { id: idField },
    answers: { 200: findingSchema },
    async handle({ params }) {
      const finding = await store.get(params.id);
      if (finding !== null) return finding;
      throw new Fault(
        "api.not-found",
        "There is no such finding: take an id from the list of findings.",
      );
    },
  });
}
