/**
 * The AWS endpoint on loopback: one port for every service, told apart by the scope of the signature.
 * It guarantees what all operations share (callers, limits, permissions, error forms, faults); a request that it answers with an
 * error has changed nothing, but for the one fault that says otherwise.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { TrailBucket } from "../bucket/trail-bucket.ts";
import type { Caller } from "../model.ts";
import { accountAccessService } from "./account-access/account-access.ts";
import { Callers, readScope, type Scope } from "./callers.ts";
import { cloudTrailService } from "./cloudtrail/cloudtrail.ts";
import type { TrailDesk } from "./cloudtrail/trails.ts";
import { PlannedFaults } from "./faults/faults.ts";
import { closed, header, portOf, read, send, type Outgoing } from "./http/exchange.ts";
import type { Members } from "./http/input.ts";
import { RequestRates, type RequestRate } from "./http/rates.ts";
import { Throttle } from "./http/throttle.ts";
import { WireError } from "./http/wire-error.ts";
import { iamService } from "./iam/iam.ts";
import { identityStoreService } from "./identitystore/identitystore.ts";
import { organizationsService } from "./organizations/organizations.ts";
import { failure, parse, success, unknownOperation, unknownService } from "./protocol.ts";
import { S3, s3Failure } from "./s3/s3.ts";
import type { Call, Operation, Service, ServiceName } from "./service.ts";
import { sqsService, type Queues } from "./sqs/sqs.ts";
import { ssoAdminService } from "./sso-admin/sso-admin.ts";
import { stsService } from "./sts/sts.ts";
import type { OrganisationState } from "../state.ts";
import type { World } from "./world.ts";

/** What a fault does to a request: throttled or failed without effect, or carried out and never answered. */
export type Fault = "throttle" | "timeout-after-effect" | "internal";
/** Asked for each request; `n` counts the requests of that operation from 1. */
export type Faults = (service: ServiceName, operation: string, n: number) => Fault | undefined;

/** What is kept beside the organisation: the trail's bucket, and queues. */
export interface Storage {
  bucket: TrailBucket;
  trail: TrailDesk;
  queues: Queues;
}

export interface EndpointOptions {
  world: World;
  faults?: Faults | undefined;
  /** Faults that are planned while it runs. */
  planned?: PlannedFaults;
  /** Without it there is no bucket, no trail and no queue. */
  storage?: Storage;
  /** 0 takes a free port. */
  port: number;
  /** Milliseconds that only grow, for the limits. */
  monotonicMs: () => number;
  /** Real time, for the expiry of credentials. */
  wallClock: () => number;
}

export interface Endpoint {
  url: string;
  /** The requests to LookupEvents, by account and Region. */
  lookupRates(): RequestRate[];
  /** Closes the port and every connection. */
  close(): Promise<void>;
}

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
  const url = `http://127.0.0.1:${portOf(server)}`;
  return { url, lookupRates: () => desk.rates.all(), close: () => closed(server) };
}

/** A request whose service, operation and caller are known. */
interface Admitted {
  service: Service;
  operation: string;
  scope: Scope;
  caller: Caller;
  members: Members;
  requestId: string;
  origin: string;
  closed: AbortSignal;
}

class Desk {
  readonly rates = new RequestRates();
  readonly #world: World;
  readonly #callers: Callers;
  readonly #services: readonly Service[];
  readonly #s3: S3;
  readonly #monotonicMs: () => number;
  readonly #throttle: Throttle;
  readonly #faults: Faults | undefined;
  readonly #planned: PlannedFaults;
  readonly #counts = new Map<string, number>();

  constructor(options: EndpointOptions) {
    this.#world = options.world;
    this.#callers = new Callers(options.world.organisation, options.world.now(), options.wallClock);
    this.#throttle = new Throttle(options.monotonicMs);
    this.#faults = options.faults;
    this.#monotonicMs = options.monotonicMs;
    const planned = options.planned ?? new PlannedFaults(options.monotonicMs);
    this.#planned = planned;
    const { storage } = options;
    this.#s3 = new S3(storage?.bucket ?? null, options.world.organisation, planned.s3);
    this.#services = [
      accountAccessService(),
      cloudTrailService(options.world, storage?.trail ?? null, planned.lookup),
      sqsService(storage?.queues ?? new Map()),
      ssoAdminService(),
      identityStoreService(),
      organizationsService(),
      stsService(this.#callers),
      iamService(),
    ];
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    // The protocols differ in their errors too; a request that is not signed is answered in JSON.
    const isS3 = /\/s3\/aws4_request/.test(request.headers.authorization ?? "");
    const answer = isS3
      ? await this.#object(request, requestId)
      : await this.#operation(request, requestId, gone.signal);
    if (answer === null) request.socket.destroy();
    else await send(response, answer);
  }

  async #object(request: IncomingMessage, requestId: string): Promise<Outgoing> {
    const method = request.method ?? "GET";
    const named = { "x-amz-request-id": requestId, "x-amz-id-2": "simulator" };
    try {
      await read(request);
      const { accessKeyId, region } = readScope(request.headers.authorization);
      const caller = this.#identify(accessKeyId, request);
      const ifMatch = header(request, "if-match");
      const url = request.url ?? "/";
      const answer = await this.#s3.answer({ method, url, ifMatch, region, caller });
      return { ...answer, headers: { ...answer.headers, ...named } };
    } catch (error) {
      const answer = s3Failure(error, method, requestId);
      return { ...answer, headers: { ...answer.headers, ...named } };
    }
  }

  async #operation(
    request: IncomingMessage,
    requestId: string,
    closed: AbortSignal,
  ): Promise<Outgoing | null> {
    let service: Service | undefined;
    try {
      const body = await read(request);
      const scope = readScope(request.headers.authorization);
      service = this.#services.find((one) => one.name === scope.service);
      if (service === undefined) throw unknownService(scope.service);
      const { operation, members } = parse(service, request, body);
      const caller = this.#identify(scope.accessKeyId, request);
      const origin = `http://${request.headers.host ?? "127.0.0.1"}`;
      const known = { operation, scope, caller, members, requestId, origin, closed };
      return await this.#answer({ service, ...known });
    } catch (error) {
      return failure(service, error, requestId);
    }
  }

  #identify(accessKeyId: string, request: IncomingMessage): Caller {
    return this.#callers.identify(accessKeyId, header(request, "x-amz-security-token"));
  }

  /** Counts what asks LookupEvents, and how much of it is throttled. */
  async #answer(request: Admitted): Promise<Outgoing | null> {
    const { service, operation, scope } = request;
    if (service.name !== "cloudtrail" || operation !== "LookupEvents") return this.#judge(request);
    const { accountId } = request.caller;
    this.rates.came(accountId, scope.region, this.#monotonicMs());
    try {
      return await this.#judge(request);
    } catch (error) {
      if (error instanceof WireError && error.name === service.throttled)
        this.rates.wasThrottled(accountId, scope.region);
      throw error;
    }
  }

  /** Null: carried out, but the caller is to hear nothing of it. */
  async #judge(request: Admitted): Promise<Outgoing | null> {
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
    const result = await this.#planned.directory.around(
      { service: service.name, operation: request.operation, members: request.members },
      (members) => this.#carryOut(operation, { ...request, members }),
    );
    if (fault === "timeout-after-effect") return null;
    return success(service, request.operation, result, requestId);
  }

  async #carryOut(operation: Operation, request: Admitted): Promise<object> {
    const { service, caller, requestId, members, origin, closed } = request;
    const { region } = request.scope;
    const world = this.#world;
    const now = world.now();
    let state: OrganisationState | null = null;
    const call: Call = {
      world,
      caller,
      region,
      requestId,
      origin,
      closed,
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
    const others = this.#planned.directory.requestsOfOthers(service.name);
    for (let i = 0; i < others && quota !== null; i++) this.#throttle.take(key, quota.limit);
    const isThrottled = fault === "throttle" || this.#planned.directory.throttles(service.name);
    const wait = isThrottled ? 1 : quota === null ? null : this.#throttle.take(key, quota.limit);
    if (wait === null) return;
    const members = service.name === "identitystore" ? { RetryAfterSeconds: Math.ceil(wait) } : {};
    throw new WireError(service.throttled, "Rate exceeded", members);
  }
}
