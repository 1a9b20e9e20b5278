/**
 * Writes behind an Idempotency-Key: one effect a key and token however often it is sent, and the same answer each time
 * (draft-ietf-httpapi-idempotency-key-header). A write that failed gives its key back, so that the next attempt is carried out.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Database } from "#core/adapters/postgres/database";
import {
  claimKey,
  releaseKey,
  requestHash,
  storeAnswer,
} from "#core/adapters/postgres/idempotency";
import { Fault } from "#core/domain/fault";
import type { Instant } from "#core/domain/time";
import { callerOf } from "../auth/authenticate.ts";

export interface WriteAnswer {
  readonly status: number;
  readonly body: unknown;
  /** What a repeat is answered with, where that must not be the body: a secret is shown once. */
  readonly repeatBody?: unknown;
}

/** Faults: `api.idempotency-key-missing`, `api.idempotency-key-reused`, `api.idempotency-in-progress`, and those of the effect. */
export async function idempotently(
  { database, now }: { readonly database: Database; readonly now: Instant },
  request: FastifyRequest,
  reply: FastifyReply,
  effect: () => Promise<WriteAnswer>,
): Promise<unknown> {
  const held = { actor: callerOf(request).tokenId, key: keyOf(request) };
  const hash = requestHash(request.method, request.url, request.body);
  const claim = await claimKey(database.pool, held, hash, now);
  switch (claim.outcome) {
    case "replay":
      void reply.code(claim.answer.status).header("idempotency-replayed", "true");
      return claim.answer.body;
    case "reused":
      throw new Fault(
        "api.idempotency-key-reused",
        "This Idempotency-Key was sent with another request before: use a new key for a new request.",
      );
    case "in-progress":
      throw new Fault(
        "api.idempotency-in-progress",
        "A request with this Idempotency-Key is being carried out: send it again in a few seconds.",
      );
    case "proceed": {
      const answer = await carriedOut(database, held, effect);
      void reply.code(answer.status);
      return answer.body;
    }
  }
}

async function carriedOut(
  database: Database,
  held: { readonly actor: string; readonly key: string },
  effect: () => Promise<WriteAnswer>,
): Promise<WriteAnswer> {
  let answer: WriteAnswer;
  try {
    answer = await effect();
  } catch (error) {
    await releaseKey(database.pool, held);
    throw error;
  }
  const { status, body, repeatBody } = answer;
  await storeAnswer(database.pool, held, { status, body: repeatBody ?? body });
  return answer;
}

function keyOf(request: FastifyRequest): string {
  const key = request.headers["idempotency-key"];
  if (key === undefined || key === "") {
    throw new Fault(
      "api.idempotency-key-missing",
      "The header Idempotency-Key is missing: send one fresh random value a request, the same again on a retry.",
    );
  }
  if (typeof key !== "string" || !/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw new Fault(
      "input.invalid",
      "The Idempotency-Key is not usable: give one value of 1 to 200 printable ASCII characters.",
    );
  }
  return key;
}
