/**
 * The AWS endpoint on loopback: one port for every service, told apart by the scope of the signature.
 * It guarantees what all operations share (callers, limits, permissions, error forms, faults); a request that it answers with an
 * error has changed nothing, but for the one fault that says otherwise.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Caller } from "../model.ts";
import { Callers, readScope, type Scope } from "./callers.ts";
import { cloudTrailService } from "./cloudtrail/cloudtrail.ts";
import { isMembers, type Members } from "./http/input.ts";
import { jsonAnswer, jsonError, readJson, type Answer } from "./http/json.ts";
import { queryAnswer, queryError, readForm } from "./http/query.ts";
import { Throttle } from "./http/throttle.ts";
import { InvalidInput, InvalidPageToken, WireError } from "./http/wire-error.ts";
import { identityStoreService } from "./identitystore/identitystore.ts";
import { organizationsService } from "./organizations/organizations.ts";
import type { Call, Operation, Service, ServiceName } from "./service.ts";
import { ssoAdminService } from "./sso-admin/sso-admin.ts";
import { stsService } from "./sts/sts.ts";
import type { OrganisationState } from "../state.ts";
import type { World } from "./world.ts";

/** What a fault does to a request: throttled or failed without effect, or carried out and never answered. */
export type Fault = "throttle" | "timeout-after-effect" | "internal";
/** Asked for each request; `n` counts the requests of that operation from 1. */
export type Faults = (service: ServiceName, operation: string, n: number) => Fault | undefined;

export interface EndpointOptions {
  world: World;
  faults?: Faults | undefined;
  /** 0 takes a free port. */
  port: number;
  /** Milliseconds that only grow, for the limits. */
  monotonicMs: () => number;
  /** Real time, for the expiry of credentials. */
  wallClock: () => number;
}

export interface Endpoint {
  url: string;
  /** Closes the port and every connection. */
  close(): Promise<void>;
}

/** More than any request that the services take. */
const BODY_LIMIT = 1024 * 1024;

/** Listens on 127.0.0.1 and answers until it is closed. */
export async function openEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const desk = new Desk(options);
  const server = createServer((request, response) => void desk.serve(request, response));
  // Longer than any client keeps an idle connection: whoever closes first must not be the server, or a request is lost to it.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  return { url: `http://127.0.0.1:${portOf(server)}`, close: () => closed(server) };
}

/** A request whose service, operation and caller are known. */
interface Admitted {
  service: Service;
  operation: string;
  scope: Scope;
  caller: Caller;
  members: Members;
  requestId: string;
}

class Desk {
  readonly #world: World;
  readonly #callers: Callers;
  readonly #services: readonly Service[];
  readonly #throttle: Throttle;
  readonly #faults: Faults | undefined;
  readonly #counts = new Map<string, number>();

  constructor(options: EndpointOptions) {
    this.#world = options.world;
    this.#callers = new Callers(options.world.organisation, options.world.now(), options.wallClock);
    this.#throttle = new Throttle(options.monotonicMs);
    this.#faults = options.faults;
    this.#services = [
      cloudTrailService(options.world),
      ssoAdminService(),
      identityStoreService(),
      organizationsService(),
      stsService(this.#callers),
    ];
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    let service: Service | undefined;
    try {
      const body = await read(request);
      const scope = readScope(request.headers.authorization);
      service = this.#services.find((one) => one.name === scope.service);
      if (service === undefined) throw unknownService(scope.service);
      const { operation, members } = parse(service, request, body);
      const caller = this.#callers.identify(
        scope.accessKeyId,
        header(request, "x-amz-security-token"),
      );
      const answer = await this.#answer({ service, operation, scope, caller, members, requestId });
      if (answer === null) request.socket.destroy();
      else send(response, answer);
    } catch (error) {
      send(response, failure(service, error, requestId));
    }
  }

  /** Null: carried out, but the caller is to hear nothing of it. */
  async #answer(request: Admitted): Promise<Answer | null> {
    const { service, requestId } = request;
    const operation = service.operations[request.operation];
    if (operation === undefined) throw unknownOperation(service, request.operation);
    const fault = this.#fault(service.name, request.operation);
    this.#limit(request, fault);
    const action = `${service.iamPrefix}:${request.operation}`;
    const needs = {
      write: operation.writes === true,
      management: operation.managementOnly === true,
    };
    this.#callers.authorize(request.caller, action, needs);
    const result = await this.#carryOut(operation, request);
    if (fault === "timeout-after-effect") return null;
    return service.target === null
      ? queryAnswer(request.operation, result, service.namespace, requestId)
      : jsonAnswer(result, requestId);
  }

  async #carryOut(operation: Operation, request: Admitted): Promise<object> {
    const { service, caller, requestId, members } = request;
    const { region } = request.scope;
    const world = this.#world;
    const now = world.now();
    let state: OrganisationState | null = null;
    const call: Call = {
      world,
      caller,
      region,
      requestId,
      members,
      now,
      operation: request.operation,
      state: () => (state ??= world.at(now)),
      write: (response, takesMs = 0) => {
        const { eventSource } = service;
        const what = {
          eventSource,
          eventName: request.operation,
          region: service.eventRegion ?? region,
        };
        world.append({
          at: now,
          effectiveAt: now + takesMs,
          requestId,
          caller,
          ...what,
          parameters: { ...members },
          response,
        });
      },
    };
    return operation.handle(call);
  }

  #fault(service: ServiceName, operation: string): Fault | undefined {
    if (this.#faults === undefined) return undefined;
    const key = `${service} ${operation}`;
    const n = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, n);
    return this.#faults(service, operation, n);
  }

  #limit({ service, operation, caller, scope }: Admitted, fault: Fault | undefined): void {
    if (fault === "internal")
      throw new WireError("InternalServerException", "The service failed; try again.", {}, 500);
    const quota = service.quota(operation, caller.accountId, scope.region);
    const key = `${service.name} ${quota?.key}`;
    const wait =
      fault === "throttle" ? 1 : quota === null ? null : this.#throttle.take(key, quota.limit);
    if (wait === null) return;
    const members = service.name === "identitystore" ? { RetryAfterSeconds: Math.ceil(wait) } : {};
    throw new WireError(service.throttled, "Rate exceeded", members);
  }
}

function parse(
  service: Service,
  request: IncomingMessage,
  body: string,
): { operation: string; members: Members } {
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

function failure(service: Service | undefined, thrown: unknown, requestId: string): Answer {
  const error = named(service, thrown);
  if (service?.target === null) return queryError(error, service.namespace, requestId);
  return jsonError(error, service?.namespace ?? "com.amazonaws.simulator", requestId);
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

function unknownOperation(service: Service, asked: string): WireError {
  const served = Object.keys(service.operations).toSorted().join(", ");
  return new WireError(
    "UnknownOperationException",
    `The simulator does not serve ${asked}; of ${service.name} it serves ${served}.`,
  );
}

function unknownService(name: string): WireError {
  const served = "cloudtrail, sso, identitystore, organizations, sts";
  return new WireError(
    "UnknownOperationException",
    `The simulator does not serve ${name}; it serves ${served}.`,
  );
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes: unknown = chunk;
    if (!Buffer.isBuffer(bytes)) continue;
    size += bytes.length;
    if (size > BODY_LIMIT)
      throw new WireError(
        "RequestEntityTooLargeException",
        "A request may have at most 1 MiB.",
        {},
        413,
      );
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" ? value : undefined;
}

function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, {
    ...answer.headers,
    "content-length": Buffer.byteLength(answer.body),
  });
  response.end(answer.body);
}

function portOf(server: Server): number {
  const address: unknown = server.address();
  if (!isMembers(address) || typeof address["port"] !== "number")
    throw new Error("The endpoint has no port.");
  return address["port"];
}

async function closed(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
