/** What each source has shown of each account and Region, and up to when. Silence outside of it proves nothing. */
import type { FastifyInstance } from "fastify";
import { PostgresObservationStore } from "#core/adapters/postgres/trail/observation-store";
import type { ApiDependencies } from "../../dependencies.ts";
import { plainText } from "../../http/fields.ts";
import { cursorKind, PAGE_QUERY, pageOf } from "../../http/paging.ts";
import { route } from "../../http/route.ts";
import { coverageSchema, listSchema } from "../../http/schemas.ts";

const cursors = cursorKind("coverage", plainText(512));

interface Key {
  readonly source: string;
  readonly accountId: string;
  readonly region: string;
}

const keyOf = ({ source, accountId, region }: Key): string => `${source} ${accountId} ${region}`;

export function coverageRoutes(app: FastifyInstance, { database }: ApiDependencies): void {
  const store = new PostgresObservationStore(database);
  route(app, {
    method: "GET",
    path: "/v1/coverage",
    tag: "coverage",
    summary: "How far each source was read, by account and Region.",
    query: PAGE_QUERY,
    answers: { 200: listSchema(coverageSchema) },
    async handle({ query }) {
      const after = cursors.read(query.cursor);
      // A few rows an account and source: taken whole and cut here, in one order whatever the database's collation.
      const rows = (await store.coverage())
        .map((row) => ({ row, key: keyOf(row) }))
        .filter(({ key }) => after === null || key > after)
        .toSorted((left, right) => (left.key < right.key ? -1 : 1));
      const page = pageOf(rows, query.limit, ({ key }) => cursors.write(key));
      return { items: page.items.map(({ row }) => row), nextCursor: page.nextCursor };
    },
  });
}
