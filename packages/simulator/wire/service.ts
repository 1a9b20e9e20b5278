/**
 * What a simulated AWS service is: a table of operations with their permissions and limits.
 * The endpoint does what all have in common (callers, limits, faults, protocols), so that an operation is only its meaning.
 */
import type { Caller, Change } from "../model.ts";
import type { Members } from "./http/input.ts";
import type { Route } from "./http/rest.ts";
import type { Limit } from "./http/throttle.ts";
import type { OrganisationState } from "../state.ts";
import type { World } from "./world.ts";

/** The signing names of the services that are served. */
export type ServiceName =
  | "account-access"
  | "cloudtrail"
  | "iam"
  | "identitystore"
  | "organizations"
  | "sqs"
  | "sso"
  | "sts";

/** One request, after its caller is known. */
export interface Call {
  readonly world: World;
  readonly caller: Caller;
  readonly region: string;
  readonly operation: string;
  readonly requestId: string;
  /** Scheme, host and port that the caller came to. */
  readonly origin: string;
  /** Aborted when the caller has gone. */
  readonly closed: AbortSignal;
  readonly members: Members;
  /** Simulated instant of the request. */
  readonly now: number;
  /** What exists at that instant. */
  state(): OrganisationState;
  /** Logs a write of this caller in this service. `takesMs` after now it takes effect. */
  write(response: Change["response"], takesMs?: number): void;
}

export interface Operation {
  /** Writes are for the root key and for the worker's role. */
  writes?: true;
  /** Answered to callers of the management account only. */
  managementOnly?: true;
  handle(call: Call): object | Promise<object>;
}

/** A number of requests that share one limit. */
export interface Quota {
  key: string;
  limit: Limit;
}

export interface Service {
  name: ServiceName;
  /** The prefix of `X-Amz-Target`; null for the query protocol and for REST. */
  target: string | null;
  /** The paths of a service that speaks REST. */
  routes?: readonly Route[];
  /** Namespace of error types, as in `__type`. */
  namespace: string;
  eventSource: string;
  /** The IAM prefix in messages of refused calls. */
  iamPrefix: string;
  /** The Region that CloudTrail names for writes; null: the Region of the call. */
  eventRegion: string | null;
  /** How the service names input of a wrong shape, a foreign page token and a throttled request. */
  invalid: string;
  invalidToken: string;
  throttled: string;
  /** The codes that the older query protocol had for its errors, sent beside the names. */
  queryCodes?: Readonly<Record<string, string>>;
  quota(operation: string, accountId: string, region: string): Quota | null;
  operations: Readonly<Record<string, Operation>>;
}
