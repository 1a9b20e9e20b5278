/**
 * One request and its answer on the socket. Guarantees that a request has a bounded size, and that an answer which a fault cuts or slows
 * tells its full length first, as a real one that breaks would.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { S3Blow } from "../faults/s3-faults.ts";
import { isMembers } from "./input.ts";
import { WireError } from "./wire-error.ts";

/** More than any request that the services take. */
const BODY_LIMIT = 1024 * 1024;

/** How a body goes out when it does not simply go out. */
export type Transfer = Extract<S3Blow, { kind: "slow-body" | "cut-body" }>;

/** What goes out; the length is told by whoever sends it. */
export interface Outgoing {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
  readonly transfer?: Transfer | null;
}

export async function read(request: IncomingMessage): Promise<string> {
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

export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" ? value : undefined;
}

/** Sends an answer; resolves when it is handed to the socket, or when the caller is gone. */
export async function send(response: ServerResponse, answer: Outgoing): Promise<void> {
  const body = Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(answer.body, "utf8");
  response.writeHead(answer.status, { ...answer.headers, "content-length": body.length });
  const transfer = answer.transfer ?? null;
  if (transfer === null) response.end(body);
  else if (transfer.kind === "cut-body")
    response.write(body.subarray(0, body.length >> 1), () => response.destroy());
  else await trickle(response, body, transfer);
}

async function trickle(
  response: ServerResponse,
  body: Buffer,
  { bytesPerTick, wait }: Extract<Transfer, { kind: "slow-body" }>,
): Promise<void> {
  for (let at = 0; at < body.length && !response.destroyed; at += bytesPerTick) {
    await wait();
    response.write(body.subarray(at, at + bytesPerTick));
  }
  response.end();
}

export function portOf(server: Server): number {
  const address: unknown = server.address();
  if (!isMembers(address) || typeof address["port"] !== "number")
    throw new Error("The endpoint has no port.");
  return address["port"];
}

export async function closed(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
