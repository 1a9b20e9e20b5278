/**
 * An AWS endpoint on loopback that answers from a script, for answers that no honest service gives: token loops, empty pages,
 * dangling ids. Every operation is answered by its name; an operation without a script is answered with an empty structure.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { awsClients, type AwsClients } from "#core/adapters/aws/clients";
import { UNLIMITED } from "./aws-office.ts";

/** `n` counts the requests of the operation from 1. A thrown `ScriptedError` is the answer. */
export type Script = Readonly<
  Record<string, (input: Readonly<Record<string, unknown>>, n: number) => object>
>;

export class ScriptedError extends Error {
  readonly members: object;

  constructor(name: string, members: object = {}) {
    super(`scripted ${name}`);
    this.name = name;
    this.members = members;
  }
}

export interface ScriptedAws {
  clients: AwsClients;
  /** What the calls waited for after throttles, in milliseconds. */
  waits: number[];
  calls: string[];
  close(): Promise<void>;
}

export async function openScriptedAws(script: Script): Promise<ScriptedAws> {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const operation = String(request.headers["x-amz-target"]).split(".").at(-1) ?? "";
      calls.push(operation);
      const input = JSON.parse(Buffer.concat(chunks).toString("utf8") || "{}") as Record<
        string,
        unknown
      >;
      const n = calls.filter((call) => call === operation).length;
      const { status, body } = answer(() => script[operation]?.(input, n) ?? {});
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const before = { ...process.env };
  process.env["AWS_ENDPOINT_URL"] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env["AWS_ACCESS_KEY_ID"] = "AKIAIOSFODNN7EXAMPLE";
  process.env["AWS_SECRET_ACCESS_KEY"] = "example";
  process.env["AWS_MAX_ATTEMPTS"] = "1";
  delete process.env["AWS_PROFILE"];
  delete process.env["AWS_SESSION_TOKEN"];
  const waits: number[] = [];
  const clients = awsClients({
    region: "eu-central-1",
    accountId: "111122223333",
    budget: UNLIMITED,
    wait: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
  });
  const close = async () => {
    clients.close();
    process.env = before;
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { clients, waits, calls, close };
}

function answer(run: () => object): { status: number; body: object } {
  try {
    return { status: 200, body: run() };
  } catch (error) {
    if (!(error instanceof ScriptedError)) throw error;
    return { status: 400, body: { __type: error.name, message: error.message, ...error.members } };
  }
}
