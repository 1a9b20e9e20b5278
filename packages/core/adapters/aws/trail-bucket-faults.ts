/**
 * What an error of S3 means for a trail's bucket: a trouble of one object, which is read again later, or of the bucket, the credentials
 * or the way to AWS. Guarantees one sentence for each.
 */
import { Fault } from "../../domain/fault.ts";
import { awsErrorName, awsFault } from "./faults.ts";

const NO_BUCKET = new Set(["NoSuchBucket", "PermanentRedirect", "AuthorizationHeaderMalformed"]);
/** Credentials that nothing can be read with: no trouble of one object. */
const CREDENTIALS = new Set([
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidAccessKeyId",
  "InvalidToken",
  "SignatureDoesNotMatch",
  "RequestTimeTooSkewed",
]);

/** Status and Region of an answer that was an error; null where it had none. */
export function answerOf(error: unknown): { status: number | null; region: string | null } {
  const { $metadata, $response } = error as {
    $metadata?: { httpStatusCode?: number };
    $response?: { headers?: Record<string, string> };
  };
  return {
    status: $metadata?.httpStatusCode ?? null,
    region: $response?.headers?.["x-amz-bucket-region"] ?? null,
  };
}

/** What is wrong with one object; null where it is the bucket, the credentials or the way to AWS. */
export function objectFault(error: unknown, place: string, slow: number | null): Fault | null {
  const name = awsErrorName(error);
  const told = (code: "aws.denied" | "aws.throttled" | "aws.unexpected", sentence: string) =>
    new Fault(code, sentence, { cause: error, detail: { name } });
  if (slow !== null) {
    return told(
      "aws.unexpected",
      `${place} did not come within ${Math.ceil(slow / 1_000)} s: it is read again later.`,
    );
  }
  if (NO_BUCKET.has(name) || CREDENTIALS.has(name)) return null;
  if (name === "InvalidObjectState") {
    return told(
      "aws.denied",
      `${place} lies in an archive: restore it, and it is read at its next try.`,
    );
  }
  const { code } = awsFault(error, "read");
  if (code === "aws.denied" || answerOf(error).status === 403) {
    return told(
      "aws.denied",
      `${place} may not be read (${name}): allow s3:GetObject on it, and kms:Decrypt on its key, to the role that Curfew runs as.`,
    );
  }
  if (code === "aws.throttled") {
    return told(
      "aws.throttled",
      `${place} was not given because S3 slows requests down: it is read again later.`,
    );
  }
  if (code === "aws.unreachable" && !isCut(error)) return null;
  if (code === "aws.not-configured") return null;
  return told(
    "aws.unexpected",
    `${place} did not come whole (${shortReason(error)}): it is read again later.`,
  );
}

/** A connection that broke within an answer is a trouble of that answer; one that was never made is not. */
function isCut(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "ECONNRESET" || code === "EPIPE";
}

function shortReason(error: unknown): string {
  const name = awsErrorName(error);
  return name === "Error" || name === "" ? (error as Error).message.slice(0, 100) : name;
}

/** The sentence for a bucket that cannot be read at all. */
export function bucketFault(error: unknown, bucket: string): Fault {
  const fault = error instanceof Fault ? error : awsFault(error, `read the bucket ${bucket}`);
  const name = awsErrorName(fault.cause);
  if (name === "NoSuchBucket") return noBucket(bucket, fault.cause);
  if (name === "PermanentRedirect" || name === "AuthorizationHeaderMalformed") {
    const { region } = answerOf(fault.cause);
    return new Fault(
      "bucket.other-region",
      `The bucket ${bucket} lies in ${region ?? "another Region"}: correct CURFEW_TRAIL_BUCKET_REGION, or leave it out.`,
      { cause: fault.cause },
    );
  }
  if (fault.code === "aws.denied" && !CREDENTIALS.has(name)) {
    return new Fault(
      "aws.denied",
      `The bucket ${bucket} may not be listed (${name}): allow s3:ListBucket and s3:GetObject on it, in its own policy too, to the role that Curfew runs as.`,
      { cause: fault.cause },
    );
  }
  return fault;
}

export function noBucket(bucket: string, cause: unknown): Fault {
  return new Fault(
    "bucket.missing",
    `There is no bucket ${bucket}: correct CURFEW_TRAIL_BUCKET to the name of the bucket that the organisation's trail writes to.`,
    { cause },
  );
}
