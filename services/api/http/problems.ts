/**
 * Every answer of 4xx and 5xx as a problem of RFC 9457, from any error. Public text comes from faults only: what another error says
 * (a driver's message, SQL, a stack) never leaves the process.
 */
import { STATUS_CODES } from "node:http";
import { Fault, type FaultCode } from "#core/domain/fault";
import { validationSentence } from "./validation.ts";

/** RFC 9457, with the stable code of the fault. `type` is about:blank: the title says what the status says. */
export interface Problem {
  readonly type: "about:blank";
  readonly title: string;
  readonly status: number;
  /** One sentence: what is wrong and what would be right. */
  readonly detail: string;
  readonly code: FaultCode;
}

export const PROBLEM_TYPE = "application/problem+json; charset=utf-8";

export function problemOf(fault: Fault): Problem {
  return {
    type: "about:blank",
    title: STATUS_CODES[fault.status] ?? "Error",
    status: fault.status,
    detail: fault.message,
    code: fault.code,
  };
}

/** What Fastify and its plugins refuse, by their code. */
const FRAMEWORK: Readonly<Record<string, readonly [FaultCode, string]>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    "api.unsupported-media-type",
    "The body's media type is not known here: send application/json.",
  ],
  FST_ERR_CTP_BODY_TOO_LARGE: [
    "api.payload-too-large",
    "The body is larger than 64 KiB: send less.",
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: [
    "input.invalid",
    "The body is empty although it is declared as JSON: send a JSON object.",
  ],
  FST_ERR_CTP_INVALID_JSON_BODY: ["input.invalid", "The body is not JSON: send one JSON object."],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    "input.invalid",
    "The body is not as long as its Content-Length says: send it whole.",
  ],
  FST_ERR_BAD_URL: ["input.invalid", "The path is not percent-encoded UTF-8: encode it anew."],
  FST_ERR_MAX_PARAM_LENGTH: ["api.not-found", "Nothing is at this path: the id in it is too long."],
};

const CONNECTION =
  /^(?:ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT|57P0[123]|53300|08\w{3}|25P03)$/;
const CONNECTION_TEXT =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error/;

interface Shaped {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
}

/** Whether an error, or what caused it, says that the database is away. */
function databaseAway(error: unknown, depth = 0): boolean {
  if (typeof error !== "object" || error === null || depth > 4) return false;
  const { code, message, cause } = error as Shaped;
  if (typeof code === "string" && CONNECTION.test(code)) return true;
  if (typeof message === "string" && CONNECTION_TEXT.test(message)) return true;
  return databaseAway(cause, depth + 1);
}

/** The fault that an error of any kind is answered as. */
export function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const invalid = validationSentence(error);
  if (invalid !== null) return new Fault("input.invalid", invalid, { cause: error });
  if (databaseAway(error)) {
    return new Fault(
      "postgres.unreachable",
      "The database does not answer at the moment: try again in a few seconds.",
      { cause: error },
    );
  }
  const { code, statusCode } = (error ?? {}) as Shaped;
  const known = typeof code === "string" ? FRAMEWORK[code] : undefined;
  if (known !== undefined) return new Fault(known[0], known[1], { cause: error });
  if (typeof statusCode === "number" && statusCode >= 400 && statusCode < 500) {
    return new Fault("input.invalid", "The request is malformed: send it as the API describes.", {
      cause: error,
    });
  }
  return new Fault(
    "internal.bug",
    "Curfew could not answer because of a fault of its own: the operator finds it in the log.",
    { cause: error },
  );
}
