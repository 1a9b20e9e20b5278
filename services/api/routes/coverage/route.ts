/**
 * The coverage ledger: what each source has shown of each account and Region, what is wrong with it, and what nobody can see. Silence
 * outside of it proves nothing.
 */
import type { FastifyInstance } from "fastify";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { BLIND_SPOTS } from "#core/domain/coverage/blind-spots";
import { coverageLedger, type Ledger } from "#core/domain/coverage/ledger";
import { concerns, rowsOf } from "#core/domain/coverage/selection";
import { instant, type Instant } from "#core/domain/time";
import type { ApiDependencies } from "../../dependencies.ts";
import { accountField, plainText } from "../../http/fields.ts";
import { cursorKind, instantText, PAGE_QUERY, pageOf, type CursorKind } from "../../http/paging.ts";
import { route } from "../../http/route.ts";
import { listSchema } from "../../http/schemas.ts";
import { blindSpotSchema, coverageProblemSchema, coverageSchema } from "./schemas.ts";

const PLACE_QUERY = {
  ...PAGE_QUERY,
  source: plainText(128).optional().describe("`files`, `s3` or `lookup-events`."),
  account: accountField.optional(),
  region: plainText(64).optional().describe("A Region such as eu-west-1."),
  asOf: instantText.optional().describe("Judged as of this instant, without what came later."),
};

const key = plainText(512);
const rowCursors = cursorKind("coverage", key);
const problemCursors = cursorKind("coverage-problems", key);
const blindSpotCursors = cursorKind("blind-spots", key);

export function coverageRoutes(app: FastifyInstance, dependencies: ApiDependencies): void {
  const ledger = ledgerOf(dependencies);
  route(app, {
    method: "GET",
    path: "/v1/coverage",
    tag: "coverage",
    summary: "How each source was read, by account and Region: hours, gaps, lag, digests.",
    query: PLACE_QUERY,
    answers: { 200: listSchema(coverageSchema) },
    async handle({ query }) {
      const { rows } = await ledger(query.asOf);
      return listed(rowsOf(rows, query), query, rowCursors, (row) =>
        [row.source, row.accountId, row.region].join(" "),
      );
    },
  });
  route(app, {
    method: "GET",
    path: "/v1/coverage/problems",
    tag: "coverage",
    summary: "What keeps the ledger from being complete, each in one sentence.",
    query: PLACE_QUERY,
    answers: { 200: listSchema(coverageProblemSchema) },
    async handle({ query }) {
      const found = (await ledger(query.asOf)).problems.filter((one) => concerns(one, query));
      return listed(found, query, problemCursors, ({ kind, source, accountId, region }) =>
        [kind, source, accountId, region].join(" "),
      );
    },
  });
  route(app, {
    method: "GET",
    path: "/v1/coverage/blind-spots",
    tag: "coverage",
    summary: "What CloudTrail cannot show at all, and what that means for the reader.",
    query: PAGE_QUERY,
    answers: { 200: listSchema(blindSpotSchema) },
    handle: ({ query }) =>
      Promise.resolve(listed(BLIND_SPOTS, query, blindSpotCursors, ({ id }) => id)),
  });
}

function ledgerOf({ database, clock }: ApiDependencies) {
  const store = new PostgresObservationStore(database);
  return async (asked: Instant | undefined): Promise<Ledger> => {
    const now = instant(clock.now());
    const past = asked !== undefined && asked < now;
    const asOf = past ? asked : now;
    return coverageLedger(await store.ledgerFacts(asOf), asOf, past ? null : now);
  };
}

/** A few rows an account and source: taken whole and cut here, in one order whatever the database's collation. */
function listed<T>(
  items: readonly T[],
  query: { readonly cursor?: string | undefined; readonly limit: number },
  cursors: CursorKind<string>,
  keyOf: (item: T) => string,
) {
  const after = cursors.read(query.cursor);
  const rows = items
    .map((item) => ({ item, at: keyOf(item) }))
    .filter(({ at }) => after === null || at > after)
    .toSorted((left, right) => (left.at < right.at ? -1 : 1));
  const page = pageOf(rows, query.limit, ({ at }) => cursors.write(at));
  return { items: page.items.map(({ item }) => item), nextCursor: page.nextCursor };
}
