/**
 * Answers a connection whose bytes are no HTTP request: header too large, request too slow, or broken framing (a request with both
 * Content-Length and Transfer-Encoding among them). There is no request yet, so the answer is written to the socket as it stands.
 */
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { Fault } from "#core/domain/fault";
import { PROBLEM_TYPE, problemOf } from "./problems.ts";

const STATUS: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [
    431,
    "The request's headers are larger than 16 KiB: send fewer or shorter ones.",
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    408,
    "The request took too long to arrive: send it again without pauses.",
  ],
};

export function answerBrokenConnection(error: Error & { code?: string }, socket: Socket): void {
  // The peer is gone: nobody reads an answer.
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy(error);
  const [status, sentence] = STATUS[error.code ?? ""] ?? [
    400,
    "This is not a well-formed HTTP/1.1 request: send it as RFC 9112 describes.",
  ];
  const title = STATUS_CODES[status] ?? "Bad Request";
  const problem = { ...problemOf(new Fault("input.invalid", sentence)), status, title };
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
