/**
 * An alert on its whole way: a record in a followed folder becomes a finding, and a receiver that fails twice gets it signed, under
 * one id, and once in effect.
 */
import { once } from "node:events";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endAll, started, temporaryFolder, until } from "#test/alone/command";
import { portal, signIn, token, USER } from "#test/support/records";

const SECRET = `whsec_${Buffer.from("a synthetic secret for one test!").toString("base64")}`;
const FAILURES = 2;

interface Attempt {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly status: number;
}

let folder: string;
let data: string;
let trail: string;
let receiver: Server;
let url: string;
const attempts: Attempt[] = [];

beforeAll(async () => {
  folder = temporaryFolder("alert");
  [data, trail] = [join(folder, "data"), join(folder, "trail")];
  mkdirSync(trail);
  receiver = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      const id = request.headers["webhook-id"];
      const earlier = attempts.filter(({ headers }) => headers["webhook-id"] === id).length;
      const status = earlier < FAILURES ? 500 : 204;
      attempts.push({ headers: request.headers, body, status });
      response.writeHead(status).end();
    });
  }).listen(0, "127.0.0.1");
  await once(receiver, "listening");
  url = `http://127.0.0.1:${(receiver.address() as { port: number }).port}/alerts`;
});
afterAll(async () => {
  receiver.close();
  await endAll(folder, data);
});

/** `minutes` ago, as CloudTrail writes it. */
const ago = (minutes: number): string =>
  new Date(Date.now() - minutes * 60_000).toISOString().replace(/\.\d{3}Z$/, "Z");

/** A file that appears whole. */
function deliver(name: string, ...records: unknown[]): void {
  writeFileSync(join(folder, name), JSON.stringify({ Records: records }));
  renameSync(join(folder, name), join(trail, name));
}

function headersOf({ headers }: Attempt): Record<string, string> {
  const names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
  return Object.fromEntries(names.map((name) => [name, String(headers[name])]));
}

test("a device code redeemed elsewhere reaches a receiver that failed twice, signed and with one id", async () => {
  deliver(
    "known.json",
    ...[3, 2, 1].flatMap((hours) => [
      signIn(ago(hours * 60)),
      portal(ago(hours * 60 - 1), "Authenticate"),
    ]),
  );
  const { child, ended } = await started(["--port", "0", "--data-dir", data], {
    env: { CURFEW_TRAIL_DIR: trail, CURFEW_WEBHOOK_URL: url, CURFEW_WEBHOOK_SECRET: SECRET },
  });
  const grant = token(ago(5), "device", { sourceIPAddress: "203.0.113.66" });
  deliver("phished.json", grant);
  // The same record again, as trails do: no second alert.
  deliver("again.json", grant, signIn(ago(4)));
  await until(() =>
    attempts.some(({ status, body }) => status === 204 && body.includes(String(grant["eventID"]))),
  );
  child.kill("SIGTERM");
  expect((await ended).code).toBe(0);

  const about = attempts.filter(({ body }) => body.includes(String(grant["eventID"])));
  expect(about.map(({ status }) => status)).toEqual([500, 500, 204]);
  expect(new Set(about.map((attempt) => headersOf(attempt)["webhook-id"])).size).toBe(1);
  const verifier = new Webhook(SECRET);
  for (const attempt of attempts) {
    expect(verifier.verify(attempt.body, headersOf(attempt))).toEqual(JSON.parse(attempt.body));
    expect(() =>
      verifier.verify(attempt.body.replace(USER, "another"), headersOf(attempt)),
    ).toThrow("signature");
  }
  expect(about[0]!.body).toContain("device-code-from-unknown-network");
}, 400_000);

test("after a restart a delivered alert is not sent again", async () => {
  const before = attempts.length;
  const { child, ended, said } = await started(["--port", "0", "--data-dir", data], {
    env: { CURFEW_TRAIL_DIR: trail, CURFEW_WEBHOOK_URL: url, CURFEW_WEBHOOK_SECRET: SECRET },
  });
  // Another person's record is read and judged: the worker has been at work since the restart.
  const other = {
    onBehalfOf: {
      userId: USER.replace(/^c4e8f4a8/, "d4e8f4a8"),
      identityStoreArn: "arn:aws:identitystore::111122223333:identitystore/d-90670abc12",
    },
  };
  const next = signIn(ago(1));
  deliver("other.json", {
    ...next,
    userIdentity: { ...(next["userIdentity"] as object), ...other },
  });
  await until(() => said().stderr.includes("worker.sweep-people"));
  child.kill("SIGTERM");
  expect((await ended).code).toBe(0);
  expect(attempts.length).toBe(before);
}, 400_000);
