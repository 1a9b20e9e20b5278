/**
 * Amazon S3 as a reader of the trail needs it: list, get and head of one bucket, path style. Guarantees S3's own error names and
 * statuses, and that a request for the wrong Region is sent on, as S3 does. Nothing can be written over the wire; what is not
 * served (ranges, versions, ACLs) is refused by name, never answered as something else.
 */
import type { Bucket } from "../../bucket/bucket.ts";
import type { StoredObject } from "../../bucket/objects.ts";
import type { Caller, Organisation } from "../../model.ts";
import type { S3Blow, S3Faults, S3Operation } from "../faults/s3-faults.ts";
import type { Transfer } from "../http/exchange.ts";
import { WireError } from "../http/wire-error.ts";
import { listObjects, NAMESPACE } from "./listing.ts";
import { document } from "./xml.ts";

/** A request as it came. */
export interface S3Request {
  readonly method: string;
  /** Path and query, still encoded. */
  readonly url: string;
  readonly ifMatch: string | undefined;
  readonly region: string;
  readonly caller: Caller;
}

export interface S3Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
  readonly transfer: Transfer | null;
}

/** An error with headers of its own. */
class S3Error extends WireError {
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, name: string, message: string, headers: Record<string, string> = {}) {
    super(name, message, {}, status);
    this.headers = headers;
  }
}

const XML = { "content-type": "application/xml" };

export class S3 {
  readonly #bucket: Bucket | null;
  readonly #organisation: Organisation;
  readonly #faults: S3Faults;

  /** Without a bucket every bucket is unknown. */
  constructor(bucket: Bucket | null, organisation: Organisation, faults: S3Faults) {
    this.#bucket = bucket;
    this.#organisation = organisation;
    this.#faults = faults;
  }

  async answer(request: S3Request): Promise<S3Answer> {
    // Split by hand: URL would take the dots out of a key such as a/../b.
    const [pathname = "", ...queries] = request.url.split("?");
    const query = new URLSearchParams(queries.join("?"));
    const [name = "", ...rest] = pathname.slice(1).split("/").map(decoded);
    const key = rest.join("/");
    const bucket = this.#admitted(name, request.caller);
    if (request.method === "GET" && key === "" && query.has("location")) {
      // AWS: GetBucketLocation API reference; the classic Region is named by silence. It is answered from every Region.
      const place = bucket.region === "us-east-1" ? "" : bucket.region;
      return xml(document("LocationConstraint", place, NAMESPACE));
    }
    if (request.region !== bucket.region) throw elsewhere(bucket);
    const named = { "x-amz-bucket-region": bucket.region };
    if (request.method === "HEAD" && key === "") return { ...xml(""), headers: named };
    if (request.method === "GET" && key === "" && query.get("list-type") === "2")
      return { ...this.#list(bucket, query), headers: { ...XML, ...named } };
    if (key === "" || (request.method !== "GET" && request.method !== "HEAD"))
      throw notServed(request.method, pathname);
    return this.#object(bucket, key, request);
  }

  #admitted(name: string, caller: Caller): Bucket {
    const bucket = this.#bucket;
    if (bucket?.name !== name)
      throw new S3Error(404, "NoSuchBucket", "The specified bucket does not exist");
    if (caller.accountId !== this.#organisation.managementAccountId) throw denied(caller);
    return bucket;
  }

  #list(bucket: Bucket, query: URLSearchParams): S3Answer {
    const blow = this.#faults.take("ListObjectsV2", query.get("prefix") ?? "");
    if (blow !== null) refuse(blow);
    return xml(listObjects(bucket, query));
  }

  async #object(bucket: Bucket, key: string, request: S3Request): Promise<S3Answer> {
    const operation: S3Operation = request.method === "HEAD" ? "HeadObject" : "GetObject";
    const blow = this.#faults.take(operation, key);
    if (blow !== null) refuse(blow);
    if (blow?.kind === "etag-changed" && bucket.describe(key) !== null) await bucket.overwrite(key);
    const found = await bucket.get(key);
    if (found === null) throw noSuchKey();
    const { ifMatch } = request;
    if (ifMatch !== undefined && ifMatch !== "*" && ifMatch.replaceAll('"', "") !== found.etag)
      throw new S3Error(
        412,
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
      );
    return {
      status: 200,
      headers: headersOf(found),
      body: blow?.kind === "wrong-body" ? flipped(found.bytes) : found.bytes,
      transfer: blow?.kind === "slow-body" || blow?.kind === "cut-body" ? blow : null,
    };
  }
}

/** The answer to what was thrown; a HEAD has no body, so its error has a status alone. */
export function s3Failure(thrown: unknown, method: string, requestId: string): S3Answer {
  const error = named(thrown);
  const more = error instanceof S3Error ? error.headers : {};
  const detail = {
    Code: error.name,
    Message: error.message,
    RequestId: requestId,
    HostId: "simulator",
  };
  return {
    status: error.status,
    headers: { ...XML, ...more },
    body: method === "HEAD" ? "" : document("Error", detail),
    transfer: null,
  };
}

/** S3 has names of its own for what every service refuses. */
const NAMES: Readonly<Record<string, readonly [string, number]>> = {
  MissingAuthenticationTokenException: ["AccessDenied", 403],
  IncompleteSignatureException: ["AuthorizationHeaderMalformed", 400],
  UnrecognizedClientException: ["InvalidAccessKeyId", 403],
  ExpiredTokenException: ["ExpiredToken", 400],
  RequestEntityTooLargeException: ["EntityTooLarge", 400],
};

function named(thrown: unknown): WireError {
  if (!(thrown instanceof WireError)) {
    const detail = thrown instanceof Error ? thrown.message : String(thrown);
    return new S3Error(500, "InternalError", `The simulator failed: ${detail}`);
  }
  const [name, status] = NAMES[thrown.name] ?? [];
  return name === undefined || status === undefined
    ? thrown
    : new S3Error(status, name, thrown.message);
}

function refuse(blow: S3Blow): void {
  switch (blow.kind) {
    case "access-denied":
      throw new S3Error(403, "AccessDenied", "Access Denied");
    case "not-found":
      throw noSuchKey();
    case "internal":
      throw new S3Error(
        500,
        "InternalError",
        "We encountered an internal error. Please try again.",
      );
    case "slow-down":
      throw new S3Error(503, "SlowDown", "Please reduce your request rate.");
    case "etag-changed":
    case "slow-body":
    case "cut-body":
    case "wrong-body":
      return;
  }
}

function noSuchKey(): S3Error {
  return new S3Error(404, "NoSuchKey", "The specified key does not exist.");
}

function denied({ arn }: Caller): S3Error {
  const why = "because no resource-based policy allows the action";
  return new S3Error(
    403,
    "AccessDenied",
    `User: ${arn} is not authorized to perform the action ${why}`,
  );
}

function elsewhere({ region }: Bucket): S3Error {
  const message =
    "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.";
  return new S3Error(301, "PermanentRedirect", message, { "x-amz-bucket-region": region });
}

function notServed(method: string, path: string): S3Error {
  const served = "ListObjectsV2, GetObject, HeadObject, HeadBucket, GetBucketLocation";
  const message = `The simulator does not serve ${method} ${path}; of S3 it serves ${served}.`;
  return new S3Error(501, "NotImplemented", message);
}

function xml(body: string): S3Answer {
  return { status: 200, headers: XML, body, transfer: null };
}

function headersOf(found: StoredObject): Record<string, string> {
  const own = Object.entries(found.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
  return {
    "content-type": found.key.endsWith(".gz") ? "application/x-gzip" : "application/octet-stream",
    etag: `"${found.etag}"`,
    "x-amz-version-id": found.versionId,
    "last-modified": new Date(found.lastModified).toUTCString(),
    "accept-ranges": "none",
    ...Object.fromEntries(own),
  };
}

/** Same length, one bit other. */
function flipped(bytes: Buffer): Buffer {
  const other = Buffer.from(bytes);
  const middle = other.length >> 1;
  other[middle] = (other[middle] ?? 0) ^ 1;
  return other;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new S3Error(400, "InvalidURI", "Couldn't parse the specified URI.");
  }
}
