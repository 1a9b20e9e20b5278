/**
 * The protocols of the services that have operations: which operation a request names, and how an answer or an error is written.
 * Guarantees that whatever is thrown becomes an error of the service's own kind, and that no failure of the simulator passes as AWS's.
 */
import type { IncomingMessage } from "node:http";
import { header } from "./http/exchange.ts";
import type { Members } from "./http/input.ts";
import { jsonAnswer, jsonError, readJson, type Answer } from "./http/json.ts";
import { queryAnswer, queryError, readForm } from "./http/query.ts";
import { readRest } from "./http/rest.ts";
import { InvalidInput, InvalidPageToken, WireError } from "./http/wire-error.ts";
import type { Service } from "./service.ts";

/** The operation that a request names, with its members. */
export function parse(
  service: Service,
  request: IncomingMessage,
  body: string,
): { operation: string; members: Members } {
  if (service.routes !== undefined) {
    const { method = "GET", url = "/" } = request;
    const asked = readRest(service.routes, { method, url, body });
    if (asked === null) throw unknownOperation(service, `${method} ${url}`);
    return asked;
  }
  if (service.target === null) {
    const members = readForm(body);
    return { operation: typeof members["Action"] === "string" ? members["Action"] : "", members };
  }
  const [target, operation] = (header(request, "x-amz-target") ?? "").split(/\.(?=[^.]*$)/);
  if (target?.split(".").at(-1) !== service.target || operation === undefined) {
    throw unknownOperation(service, header(request, "x-amz-target") ?? "(no X-Amz-Target)");
  }
  return { operation, members: readJson(body) };
}

/** The answer to a request that was carried out. */
export function success(
  service: Service,
  operation: string,
  result: object,
  requestId: string,
): Answer {
  return speaksQuery(service)
    ? queryAnswer(operation, result, service.namespace, requestId)
    : jsonAnswer(result, requestId);
}

/** The answer to a request that threw; `service` is undefined where it could not be told. */
export function failure(service: Service | undefined, thrown: unknown, requestId: string): Answer {
  const error = named(service, thrown);
  if (service !== undefined && speaksQuery(service))
    return queryError(error, service.namespace, requestId);
  const answer = jsonError(error, service?.namespace ?? "com.amazonaws.simulator", requestId);
  const code = service?.queryCodes?.[error.name];
  if (code !== undefined)
    answer.headers["x-amzn-query-error"] = `${code};${error.status < 500 ? "Sender" : "Receiver"}`;
  return answer;
}

function speaksQuery(service: Service): boolean {
  return service.target === null && service.routes === undefined;
}

function named(service: Service | undefined, thrown: unknown): WireError {
  if (thrown instanceof InvalidPageToken && service !== undefined)
    return new WireError(service.invalidToken, thrown.message);
  if (thrown instanceof InvalidInput && service !== undefined)
    return new WireError(service.invalid, thrown.message);
  if (thrown instanceof WireError) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new WireError("InternalServerException", `The simulator failed: ${detail}`, {}, 500);
}

export function unknownOperation(service: Service, asked: string): WireError {
  const served = Object.keys(service.operations).toSorted().join(", ");
  return new WireError(
    "UnknownOperationException",
    `The simulator does not serve ${asked}; of ${service.name} it serves ${served}.`,
  );
}

export function unknownService(name: string): WireError {
  const served = "account-access, cloudtrail, iam, identitystore, organizations, s3, sqs, sso, sts";
  return new WireError(
    "UnknownOperationException",
    `The simulator does not serve ${name}; it serves ${served}.`,
  );
}
