/**
 * The AWS query protocol as the SDK clients of STS and IAM speak it: a form in, XML out.
 * Only flat parameters are read; nested texts and lists are written, and a member that is undefined is left out.
 */
import { isMembers, type Members } from "./input.ts";
import type { Answer } from "./json.ts";
import type { WireError } from "./wire-error.ts";

const CONTENT_TYPE = "text/xml";

/** The parameters of a form; numbers stay texts, as they were sent. */
export function readForm(body: string): Members {
  return Object.fromEntries(new URLSearchParams(body));
}

export function queryAnswer(
  operation: string,
  result: object,
  namespace: string,
  requestId: string,
): Answer {
  const inner = `<${operation}Result>${elements(result)}</${operation}Result>`;
  const metadata = elements({ ResponseMetadata: { RequestId: requestId } });
  const body = `<${operation}Response xmlns="${namespace}">${inner}${metadata}</${operation}Response>`;
  return { status: 200, headers: headers(requestId), body };
}

export function queryError(error: WireError, namespace: string, requestId: string): Answer {
  const fault = {
    Type: error.status < 500 ? "Sender" : "Receiver",
    Code: error.name,
    Message: error.message,
  };
  const body = `<ErrorResponse xmlns="${namespace}">${elements({ Error: fault, RequestId: requestId })}</ErrorResponse>`;
  return { status: error.status, headers: headers(requestId), body };
}

function headers(requestId: string): Record<string, string> {
  return { "content-type": CONTENT_TYPE, "x-amzn-requestid": requestId };
}

function elements(of: object): string {
  return Object.entries(of)
    .filter(([, value]: [string, unknown]) => value !== undefined)
    .map(([name, value]: [string, unknown]) => `<${name}>${inside(value)}</${name}>`)
    .join("");
}

function inside(value: unknown): string {
  if (Array.isArray(value))
    return value.map((one: unknown) => `<member>${inside(one)}</member>`).join("");
  return isMembers(value) ? elements(value) : escaped(String(value));
}

function escaped(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
