/**
 * What an AWS error means, by its name. Guarantees a fault with one sentence for whatever an SDK client throws.
 * Status codes are not looked at: the same error has another one in the JavaScript model than in the documents
 * (IAM Identity Center API reference, ThrottlingException).
 */
import { Fault, type FaultCode } from "../../domain/fault.ts";

const THROTTLED = new Set([
  "ThrottlingException",
  "Throttling",
  "ThrottledException",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
  "SlowDown",
]);

const DENIED = new Set([
  "AccessDeniedException",
  "AccessDenied",
  "UnauthorizedOperation",
  "UnauthorizedException",
  "UnrecognizedClientException",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
  "IncompleteSignatureException",
  "MissingAuthenticationTokenException",
  "ExpiredToken",
  "ExpiredTokenException",
]);

const UNCONFIGURED = new Set([
  "CredentialsProviderError",
  "TokenProviderError",
  "AWSOrganizationsNotInUseException",
]);

const NETWORK = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "EPIPE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "SELF_SIGNED_CERT_IN_CHAIN",
]);

const ADVICE: Partial<Record<FaultCode, string>> = {
  "aws.throttled": "AWS slows requests down; try again later",
  "aws.denied":
    "allow the action to the role that Curfew runs as (infra/iam), with valid credentials",
  "aws.not-configured": "give credentials of the organisation by the AWS SDK's own settings",
  "aws.unreachable": "let this machine reach the AWS endpoint, or correct AWS_ENDPOINT_URL",
  "aws.unexpected": "try again; if it stays, the detail in the log names the answer",
};

/** The name of an AWS error (`ThrottlingException`); empty for anything that has none. */
export function awsErrorName(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

/** The name of the AWS error that a fault was made of. */
export function answeredName(error: unknown): string {
  return awsErrorName(error instanceof Fault ? error.cause : error);
}

const ABSENT = new Set([
  "ResourceNotFoundException",
  "NoSuchEntity",
  "NoSuchEntityException",
  "GroupNotFoundException",
]);

/** What was asked for does not exist: never did, or was deleted meanwhile. */
export const isAbsent = (error: unknown): boolean => ABSENT.has(answeredName(error));

/** The caller may not ask this. */
export const isDenied = (error: unknown): boolean =>
  error instanceof Fault && error.code === "aws.denied";

/**
 * The fault that an SDK error means. `doing` completes "AWS did not …": `list the users of d-1234567890`.
 * A fault is returned as it is.
 */
export function awsFault(error: unknown, doing: string): Fault {
  if (error instanceof Fault) return error;
  const code = codeOf(error);
  const name = awsErrorName(error) || "no name";
  return new Fault(code, `AWS did not ${doing} (${name}): ${ADVICE[code]}.`, {
    detail: { doing, name, message: error instanceof Error ? error.message : String(error) },
    cause: error,
  });
}

/** How long AWS asks to wait, in milliseconds; null where the error does not say (Identity Store: `RetryAfterSeconds`). */
export function retryAfterMilliseconds(error: unknown): number | null {
  const seconds = member(error, "RetryAfterSeconds");
  return typeof seconds === "number" && seconds > 0 ? Math.min(seconds, 900) * 1_000 : null;
}

function codeOf(error: unknown): FaultCode {
  const name = awsErrorName(error);
  if (THROTTLED.has(name)) return "aws.throttled";
  if (DENIED.has(name)) return "aws.denied";
  if (UNCONFIGURED.has(name)) return "aws.not-configured";
  const code = member(error, "code");
  const network = typeof code === "string" && NETWORK.has(code);
  if (network || name === "TimeoutError" || name === "NetworkingError") return "aws.unreachable";
  return "aws.unexpected";
}

function member(error: unknown, name: string): unknown {
  return typeof error === "object" && error !== null
    ? (error as Record<string, unknown>)[name]
    : null;
}
