/** Revocations: planned, requested, approved, withdrawn, and shown in the state that is proven. The worker carries them out. */
import { randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { PostgresPersonHistory } from "#core/adapters/postgres/people/person-history";
import { PostgresRevocationStore } from "#core/adapters/postgres/revocation/revocation-store";
import { instant } from "#core/domain/time";
import { approveRevocation } from "#core/flows/revocation/approve-revocation";
import { cancelRevocation } from "#core/flows/revocation/cancel-revocation";
import { planFor, requestRevocation } from "#core/flows/revocation/request-revocation";
import type { RevocationPorts } from "#core/flows/revocation/ports";
import { revocationView, revocationViews } from "#core/flows/revocation/view";
import { callerOf } from "../../auth/authenticate.ts";
import { countingSettings } from "../../counting-settings.ts";
import type { ApiDependencies } from "../../dependencies.ts";
import { idField, personNamed, plainText, userField } from "../../http/fields.ts";
import { cursorKind, PAGE_QUERY, pageOf } from "../../http/paging.ts";
import { route } from "../../http/route.ts";
import { listSchema } from "../../http/schemas.ts";
import { idempotently } from "../../http/writes.ts";
import { planSchema, revocationSchema } from "./schemas.ts";

/** With the durations that count when the request is answered. */
type PortsNow = () => Promise<RevocationPorts>;

const cursors = cursorKind("revocations", idField);

export function revocationRoutes(app: FastifyInstance, dependencies: ApiDependencies): void {
  const { database, clock, contain, actions } = dependencies;
  const settingsNow = countingSettings(dependencies);
  const base = {
    store: new PostgresRevocationStore(database),
    history: new PostgresPersonHistory(database),
    access: new PostgresAccessStore(database),
    clock,
    random: (bytes: number) => randomBytes(bytes),
    contain,
    actions,
  };
  const ports: PortsNow = async () => ({ ...base, sessionSettings: await settingsNow() });
  listRoutes(app, ports);
  requestRoute(app, dependencies, ports);
  decisionRoutes(app, dependencies, ports);
}

function listRoutes(app: FastifyInstance, ports: PortsNow): void {
  route(app, {
    method: "GET",
    path: "/v1/revocations",
    tag: "revocations",
    summary: "Revocations, newest first, each in the state that is proven now.",
    query: PAGE_QUERY,
    answers: { 200: listSchema(revocationSchema) },
    async handle({ query }) {
      const before = cursors.read(query.cursor) ?? undefined;
      const rows = await revocationViews(await ports(), query.limit + 1, before);
      return pageOf(rows, query.limit, ({ id }) => cursors.write(id));
    },
  });
  route(app, {
    method: "GET",
    path: "/v1/revocations/:id",
    tag: "revocations",
    summary: "One revocation: steps, proofs and what is still open.",
    params: { id: idField },
    answers: { 200: revocationSchema },
    handle: async ({ params }) => revocationView(await ports(), params.id),
  });
}

/** Tokens are no people of the directory: nobody can be told apart from the person they ask to cut. */
function requesterOf(request: FastifyRequest): { actor: string; userId: null } {
  return { actor: callerOf(request).actor, userId: null };
}

function requestRoute(
  app: FastifyInstance,
  { database, clock, queue }: ApiDependencies,
  ports: PortsNow,
): void {
  route(app, {
    method: "POST",
    path: "/v1/revocations",
    tag: "revocations",
    summary: "Plans a person's revocation (`plan: true`, nothing is stored) or requests it.",
    body: {
      user: userField,
      reason: plainText(1_000),
      plan: z.boolean().optional().describe("True: answer the plan and store nothing."),
    },
    writes: true,
    answers: { 200: z.union([planSchema, revocationSchema]), 201: revocationSchema },
    async handle({ body, request, reply }) {
      const requester = requesterOf(request);
      if (body.plan === true) {
        const held = await ports();
        return planFor(held, await personNamed(held.history, body.user), requester);
      }
      const now = instant(clock.now());
      return idempotently({ database, now }, request, reply, async () => {
        const held = await ports();
        const user = await personNamed(held.history, body.user);
        const receipt = await requestRevocation(held, { user, reason: body.reason, requester });
        await queue.nudge("advance-revocations");
        // An unsettled revocation of the same person was joined, not made: 200.
        const status = receipt.created ? 201 : 200;
        return { status, body: await revocationView(held, receipt.id) };
      });
    },
  });
}

function decisionRoutes(
  app: FastifyInstance,
  { database, clock, queue }: ApiDependencies,
  ports: PortsNow,
): void {
  const decision = (
    name: "approve" | "cancel",
    summary: string,
    decide: (id: string, request: FastifyRequest) => Promise<unknown>,
  ): void =>
    route(app, {
      method: "POST",
      path: `/v1/revocations/:id/${name}`,
      tag: "revocations",
      summary,
      params: { id: idField },
      writes: true,
      answers: { 200: revocationSchema },
      handle: ({ params: { id }, request, reply }) =>
        idempotently({ database, now: instant(clock.now()) }, request, reply, async () => {
          await decide(id, request);
          await queue.nudge("advance-revocations");
          return { status: 200, body: await revocationView(await ports(), id) };
        }),
    });
  decision(
    "approve",
    "Approves one that waits for a second person; never the requester's own.",
    async (id, request) => approveRevocation(await ports(), id, requesterOf(request)),
  );
  decision("cancel", "Withdraws one of which no step was begun.", async (id, request) =>
    cancelRevocation(await ports(), id, callerOf(request).actor),
  );
}
