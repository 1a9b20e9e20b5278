/** How long portal and background sessions last: entered by an admin, never changed, asked about again when the configuration changed. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { PostgresDurationStore } from "#core/adapters/postgres/people/duration-store";
import { instant } from "#core/domain/time";
import {
  enterDuration,
  LONGEST_MINUTES,
  questionsOf,
  SHORTEST_MINUTES,
} from "#core/flows/enter-duration";
import type { DurationEntry } from "#core/ports/people/duration-store";
import { callerOf } from "../../auth/authenticate.ts";
import type { ApiDependencies } from "../../dependencies.ts";
import { plainText } from "../../http/fields.ts";
import { cursorKind, instantText, PAGE_QUERY, pageOf } from "../../http/paging.ts";
import { route } from "../../http/route.ts";
import { durationSchema, durationsSchema } from "../../http/schemas.ts";
import { idempotently } from "../../http/writes.ts";

const kindField = z.enum(["portal", "background"]);
const storeField = plainText(512).describe("ARN or id of an identity store.");

const cursors = cursorKind(
  "durations",
  z.strictObject({
    identityStoreArn: plainText(512),
    kind: kindField,
    minutes: z.int(),
    effectiveFrom: instantText,
    enteredBy: plainText(256),
    enteredAt: instantText,
  }),
);

const minutesSentence = `give a whole number of minutes from ${SHORTEST_MINUTES} to ${LONGEST_MINUTES} (90 days)`;

const newDuration = {
  kind: kindField,
  minutes: z
    .int(minutesSentence)
    .min(SHORTEST_MINUTES, minutesSentence)
    .max(LONGEST_MINUTES, minutesSentence),
  effectiveFrom: instantText.nullish().describe("Since when it holds. Left out: from now on."),
  identityStore: storeField.nullish().describe("Left out: the only one there is."),
};

export function durationRoutes(app: FastifyInstance, dependencies: ApiDependencies): void {
  const store = new PostgresDurationStore(dependencies.database);
  readRoute(app, dependencies, store);
  writeRoute(app, dependencies, store);
}

function readRoute(
  app: FastifyInstance,
  { sessionSettings }: ApiDependencies,
  store: PostgresDurationStore,
): void {
  route(app, {
    method: "GET",
    path: "/v1/durations",
    tag: "durations",
    summary: "Durations as entered, newest first, and what a later change has put in question.",
    query: PAGE_QUERY,
    answers: { 200: durationsSchema },
    async handle({ query }) {
      const rows = await store.list(query.limit + 1, cursors.read(query.cursor));
      const configured = sessionSettings.durations.filter((entry) => entry.effectiveFrom === null);
      const settings = await store.settings({ durations: configured, changedAt: [] });
      return {
        ...pageOf(rows, query.limit, (entry: DurationEntry) => cursors.write(entry)),
        configured,
        questions: questionsOf(settings, await store.changes()),
      };
    },
  });
}

function writeRoute(
  app: FastifyInstance,
  { database, clock, queue }: ApiDependencies,
  durations: PostgresDurationStore,
): void {
  route(app, {
    method: "POST",
    path: "/v1/durations",
    tag: "durations",
    summary: "Enters how long sessions that begin from an instant on last.",
    body: newDuration,
    writes: true,
    answers: { 201: durationSchema },
    handle({ body, request, reply }) {
      const now = instant(clock.now());
      return idempotently({ database, now }, request, reply, async () => {
        const entry = await enterDuration(
          { durations, clock },
          {
            kind: body.kind,
            minutes: body.minutes,
            effectiveFrom: body.effectiveFrom ?? null,
            identityStore: body.identityStore ?? null,
            actor: callerOf(request).actor,
          },
        );
        await queue.nudge("sweep-people");
        return { status: 201, body: entry };
      });
    },
  });
}
