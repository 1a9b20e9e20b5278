/**
 * AWS JSON as the SDK clients of CloudTrail, IAM Identity Center, Identity Store, Organizations and SQS speak it; 1.0 and 1.1 differ in
 * nothing that is answered here.
 * Instants are numbers of seconds; an error names its type in `__type` and in the header `x-amzn-errortype`.
 */
import { isMembers, type Members } from "./input.ts";
import { InvalidInput, type WireError } from "./wire-error.ts";

/** What goes back on the wire. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const CONTENT_TYPE = "application/x-amz-json-1.1";

export function readJson(body: string): Members {
  let parsed: unknown;
  try {
    parsed = body === "" ? {} : JSON.parse(body);
  } catch {
    throw new InvalidInput("The body must be one JSON structure; it cannot be parsed.");
  }
  if (!isMembers(parsed)) throw new InvalidInput("The body must be one JSON structure.");
  return parsed;
}

export function jsonAnswer(result: object, requestId: string): Answer {
  return {
    status: 200,
    headers: { "content-type": CONTENT_TYPE, "x-amzn-requestid": requestId },
    body: JSON.stringify(result),
  };
}

/** Both spellings of the message are sent: the models disagree about it. */
export function jsonError(error: WireError, namespace: string, requestId: string): Answer {
  const { name, message } = error;
  return {
    status: error.status,
    headers: {
      "content-type": CONTENT_TYPE,
      "x-amzn-requestid": requestId,
      "x-amzn-errortype": name,
    },
    body: JSON.stringify({
      __type: `${namespace}#${name}`,
      message,
      Message: message,
      RequestId: requestId,
      ...error.members,
    }),
  };
}

/** An instant of this protocol: seconds since the epoch, with milliseconds as the fraction. */
export function seconds(instant: number): number {
  return Math.round(instant) / 1000;
}
