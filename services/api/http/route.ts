/**
 * How a route is declared. Guarantees for every one of them: unknown query keys and body fields are refused, the roles it needs stand
 * in the table, and what it takes and answers is in the published OpenAPI document. Answers are checked against it in tests, not on
 * each request: checking halves the speed of a list.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from "fastify";
import { z } from "zod";
import { accessOf } from "../auth/authenticate.ts";
import { problemSchema } from "./schemas.ts";

type Shape = Readonly<Record<string, z.ZodType>>;
type Fields<S extends Shape> = z.output<z.ZodObject<S>>;

export interface RouteInput<Q extends Shape, P extends Shape, B extends Shape> {
  readonly query: Fields<Q>;
  readonly params: Fields<P>;
  readonly body: Fields<B>;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export interface RouteDeclaration<Q extends Shape, P extends Shape, B extends Shape> {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  /** One line for the OpenAPI document. */
  readonly summary: string;
  readonly tag: string;
  readonly query?: Q;
  readonly params?: P;
  /** The fields of a JSON body; without it a body has to be absent or `{}`. */
  readonly body?: B;
  /** What it answers when all is well, by status. Null: no body, or one that is not JSON. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  readonly writes?: true;
  handle(input: RouteInput<Q, P, B>): Promise<unknown>;
}

const STATUS_OF_PROBLEMS = [400, 401, 403, 404, 409, 422, 429, 500, 503] as const;

/** Adds the route to the server. */
export function route<Q extends Shape, P extends Shape, B extends Shape>(
  app: FastifyInstance,
  declared: RouteDeclaration<Q, P, B>,
): void {
  app.route({
    method: declared.method,
    url: declared.path,
    schema: schemaOf(declared),
    handler: (request, reply) =>
      declared.handle({
        query: request.query as Fields<Q>,
        params: request.params as Fields<P>,
        body: (request.body ?? {}) as Fields<B>,
        request,
        reply,
      }),
  });
}

function schemaOf<Q extends Shape, P extends Shape, B extends Shape>(
  declared: RouteDeclaration<Q, P, B>,
): NonNullable<RouteShorthandOptions["schema"]> {
  const { method, path, params, body } = declared;
  const access = accessOf(method, path);
  const answers = Object.entries(declared.answers).map(([status, schema]) => [
    status,
    schema ?? z.unknown(),
  ]);
  const problems =
    access === "anyone" ? [] : STATUS_OF_PROBLEMS.map((status) => [status, problemSchema]);
  const open = access === "anyone" || access === undefined;
  return {
    summary: declared.summary,
    tags: [declared.tag],
    description: open ? "Open to anyone." : `Roles: ${access.join(", ")}.`,
    security: open ? [] : [{ token: [] }],
    querystring: z.strictObject(declared.query ?? {}),
    ...(params === undefined ? {} : { params: z.strictObject(params) }),
    ...(method === "GET"
      ? {}
      : { body: body === undefined ? z.strictObject({}).nullish() : z.strictObject(body) }),
    ...(declared.writes === true
      ? { headers: z.looseObject({ "idempotency-key": IDEMPOTENCY_KEY }) }
      : {}),
    response: Object.fromEntries([...answers, ...problems]),
  };
}

/** Optional here because its absence is a problem of its own code. */
const IDEMPOTENCY_KEY = z
  .string()
  .optional()
  .describe("Required on writes: the same key gives the same answer and one effect.");
