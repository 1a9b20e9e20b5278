/** `GET /v1/people/{id}/timeline`: events, sessions and what outlived removals of one person, oldest first, every event with its id. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { PostgresPersonEvents } from "#core/adapters/postgres/people/person-events";
import { PostgresPersonHistory } from "#core/adapters/postgres/people/person-history";
import { PostgresResidualStore } from "#core/adapters/postgres/people/residual-store";
import { PostgresSessionStore } from "#core/adapters/postgres/people/session-store";
import { instant, parseInstant, type Instant } from "#core/domain/time";
import { timelinePage } from "#core/flows/person-timeline";
import type { ApiDependencies } from "../../dependencies.ts";
import { plainText } from "../../http/fields.ts";
import { cursorKind, instantText, PAGE_QUERY } from "../../http/paging.ts";
import { route } from "../../http/route.ts";
import { listSchema, timelineItemSchema } from "../../http/schemas.ts";
import { personWith, storeField } from "./person.ts";

const cursors = cursorKind("timeline", z.strictObject({ at: instantText, key: plainText(128) }));

/** Before any trail. */
const BEGINNING = parseInstant("2006-01-01T00:00:00Z")!;

export function timelineRoute(app: FastifyInstance, { database, clock }: ApiDependencies): void {
  const history = new PostgresPersonHistory(database);
  const ports = {
    events: new PostgresPersonEvents(database),
    sessions: new PostgresSessionStore(database),
    residuals: new PostgresResidualStore(database),
  };
  route(app, {
    method: "GET",
    path: "/v1/people/:id/timeline",
    tag: "people",
    summary: "What happened to one person: events, sessions, and access that outlived a removal.",
    params: { id: plainText(128).describe("A userId.") },
    query: {
      ...PAGE_QUERY,
      store: storeField,
      from: instantText.optional().describe("Nothing before it."),
      to: instantText.optional().describe("Nothing at or after it; now at the latest."),
    },
    answers: { 200: listSchema(timelineItemSchema) },
    async handle({ params, query }) {
      const person = await personWith(history, params.id, query.store);
      const { items, after } = await timelinePage(ports, {
        person,
        from: query.from ?? BEGINNING,
        to: earlier(query.to, instant(clock.now())),
        limit: query.limit,
        after: cursors.read(query.cursor),
      });
      return { items, nextCursor: after === null ? null : cursors.write(after) };
    },
  });
}

function earlier(asked: Instant | undefined, now: Instant): Instant {
  return asked !== undefined && asked < now ? asked : now;
}
