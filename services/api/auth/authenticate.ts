/**
 * Decides before anything else is read of a request whether its caller may make it. Every refusal of a caller says the same whatever
 * was wrong with the token, so that nobody learns which tokens exist.
 */
import type { FastifyRequest } from "fastify";
import type { ApiToken } from "#core/adapters/postgres/token-store";
import { Fault } from "#core/domain/fault";
import type { Instant } from "#core/domain/time";
import { ACCESS, type Access, type Role, ROLES } from "./roles.ts";
import { tokenDigest } from "./token.ts";

/** Who calls. */
export interface Caller {
  readonly tokenId: string;
  /** The token's name: the actor of audit records. */
  readonly actor: string;
  readonly roles: readonly Role[];
}

declare module "fastify" {
  interface FastifyRequest {
    /** Null on routes that are open to anyone. */
    caller: Caller | null;
  }
}

const HOW = "send one header `Authorization: Bearer crv_…` with a token that is in force";

/** What a route needs; undefined when the table does not know it. */
export function accessOf(method: string, path: string): Access | undefined {
  return ACCESS[`${method === "HEAD" ? "GET" : method} ${path}`];
}

/** The caller of a request. Faults: `api.unauthenticated`, `api.forbidden`. */
export async function authenticate(
  request: FastifyRequest,
  needed: readonly Role[],
  tokens: { bySha256(tokenSha256: string): Promise<ApiToken | null> },
  now: Instant,
): Promise<Caller> {
  const digest = tokenDigest(bearerOf(request));
  const token = digest === null ? null : await tokens.bySha256(digest);
  if (token === null || token.revokedAt !== null || expired(token, now)) {
    throw new Fault("api.unauthenticated", `The token is unknown, expired or revoked: ${HOW}.`);
  }
  const roles = ROLES.filter((role) => token.roles.includes(role));
  if (!needed.some((role) => roles.includes(role))) {
    throw new Fault(
      "api.forbidden",
      `This token may not do that: it needs the role ${needed.join(" or ")}.`,
    );
  }
  return { tokenId: token.id, actor: token.name, roles };
}

/** The caller of a route that is not open to anyone. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null)
    throw new Fault("internal.bug", "The request was not authenticated.");
  return request.caller;
}

function expired(token: ApiToken, now: Instant): boolean {
  return token.expiresAt !== null && token.expiresAt <= now;
}

/** Node keeps only the first of two Authorization headers; a proxy may look at the other one, so two are refused. */
function bearerOf(request: FastifyRequest): string {
  const { rawHeaders } = request.raw;
  const values = rawHeaders.filter(
    (_value, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === "authorization",
  );
  const [value] = values;
  if (value === undefined) throw new Fault("api.unauthenticated", `A token is needed: ${HOW}.`);
  if (values.length > 1) {
    throw new Fault("api.unauthenticated", `More than one Authorization header was sent: ${HOW}.`);
  }
  // RFC 6750: the scheme is case-insensitive, the rest is the token.
  const match = /^bearer ([^\s]+)$/i.exec(value);
  if (match === null) {
    throw new Fault(
      "api.unauthenticated",
      `The Authorization header is not a bearer token: ${HOW}.`,
    );
  }
  return match[1]!;
}
