/** API tokens: made and shown once, listed without their secret, revoked for good. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { PostgresTokenStore } from "#core/adapters/postgres/token-store";
import { Fault } from "#core/domain/fault";
import { instant, type Instant } from "#core/domain/time";
import { callerOf } from "../../auth/authenticate.ts";
import { ROLES } from "../../auth/roles.ts";
import { issueToken } from "../../auth/issue-token.ts";
import type { ApiDependencies } from "../../dependencies.ts";
import { idField, plainText } from "../../http/fields.ts";
import { cursorKind, instantText, PAGE_QUERY, pageOf } from "../../http/paging.ts";
import { route } from "../../http/route.ts";
import { listSchema, tokenSchema } from "../../http/schemas.ts";
import { idempotently } from "../../http/writes.ts";

const cursors = cursorKind("tokens", idField);

const newToken = {
  name: plainText(80).describe(
    "Who holds it: the actor of audit records. Not in use by another token.",
  ),
  roles: z
    .array(z.enum(ROLES))
    .min(1, "give at least one role")
    .max(ROLES.length)
    .refine((roles) => new Set(roles).size === roles.length, "give each role once"),
  expiresAt: instantText.nullish(),
};

const madeSchema = tokenSchema.extend({
  token: z
    .string()
    .nullable()
    .describe("The secret, in the first answer only; null in a repeated one."),
});

export function tokenRoutes(app: FastifyInstance, { database, clock }: ApiDependencies): void {
  const store = new PostgresTokenStore(database);
  readRoute(app, store);
  writeRoutes(app, store, { database, clock });
}

function readRoute(app: FastifyInstance, store: PostgresTokenStore): void {
  route(app, {
    method: "GET",
    path: "/v1/tokens",
    tag: "tokens",
    summary: "Every token, newest first, without its secret.",
    query: PAGE_QUERY,
    answers: { 200: listSchema(tokenSchema) },
    async handle({ query }) {
      const rows = await store.list(query.limit + 1, cursors.read(query.cursor));
      return pageOf(rows, query.limit, ({ id }) => cursors.write(id));
    },
  });
}

function writeRoutes(
  app: FastifyInstance,
  store: PostgresTokenStore,
  { database, clock }: Pick<ApiDependencies, "database" | "clock">,
): void {
  route(app, {
    method: "POST",
    path: "/v1/tokens",
    tag: "tokens",
    summary: "Makes a token. Its secret is shown in this answer and never again.",
    body: newToken,
    writes: true,
    answers: { 201: madeSchema },
    handle({ body, request, reply }) {
      const now = instant(clock.now());
      const expiresAt = futureOf(body.expiresAt ?? null, now);
      return idempotently({ database, now }, request, reply, async () => {
        const made = await issueToken(store, { ...body, expiresAt }, callerOf(request).actor, now);
        return { status: 201, body: made, repeatBody: { ...made, token: null } };
      });
    },
  });
  route(app, {
    method: "DELETE",
    path: "/v1/tokens/:id",
    tag: "tokens",
    summary: "Revokes a token at once and for good.",
    params: { id: idField },
    writes: true,
    answers: { 200: z.strictObject({ id: z.string(), revokedAt: z.string() }) },
    handle({ params: { id }, request, reply }) {
      const now = instant(clock.now());
      return idempotently({ database, now }, request, reply, async () => {
        const { actor } = callerOf(request);
        const audit = { at: now, actor, action: "token.revoked", subject: id, body: {} };
        if (await store.revoke(id, now, audit))
          return { status: 200, body: { id, revokedAt: now } };
        throw new Fault(
          "api.not-found",
          "There is no such token in force: take an id from the list of tokens.",
        );
      });
    },
  });
}

function futureOf(expiresAt: Instant | null, now: Instant): Instant | null {
  if (expiresAt === null || expiresAt > now) return expiresAt;
  throw new Fault(
    "input.invalid",
    "expiresAt in the body is wrong: give an instant in the future, or leave it out.",
  );
}
