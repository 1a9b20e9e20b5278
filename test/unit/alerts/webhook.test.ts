import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, test } from "vitest";
import { checkedAddress, type Resolve } from "#core/adapters/alerts/receiver-address";
import { retryAfterMilliseconds, webhookSink } from "#core/adapters/alerts/webhook";

const OLD = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
const NEW = `whsec_${Buffer.alloc(32, 2).toString("base64")}`;
const MESSAGE = {
  id: "dlv_0123",
  payload: { type: "finding.opened", data: { summary: "naïve ☂" } },
};

interface Received {
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly path: string;
}
const servers: Server[] = [];
afterEach(() =>
  servers.splice(0).forEach((server) => (server.closeAllConnections(), server.close())),
);

async function receiver(
  answer: (response: ServerResponse, request: IncomingMessage) => void,
): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks).toString("utf8"),
        path: request.url ?? "",
      });
      answer(response, request);
    });
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received };
}
const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    response.writeHead(code, headers).end();

describe("a webhook", () => {
  test("is accepted by the Standard Webhooks verifier under each of two secrets, and by no other", async () => {
    const { url, received } = await receiver(status(204));
    const sink = webhookSink({ channel: "siem", url, secrets: [OLD, NEW] });
    expect(await sink.send(MESSAGE, Date.now())).toEqual({ outcome: "delivered" });
    const { body, headers } = received[0]!;
    for (const secret of [OLD, NEW]) {
      expect(new Webhook(secret).verify(body, headers)).toEqual(MESSAGE.payload);
    }
    const other = new Webhook(`whsec_${Buffer.alloc(32, 3).toString("base64")}`);
    expect(() => other.verify(body, headers)).toThrow("No matching signature");
    expect(() => new Webhook(OLD).verify(`${body} `, headers)).toThrow("No matching signature");
    expect(headers["webhook-id"]).toBe(MESSAGE.id);
  });

  test("says delivered for 2xx, dead for 410, refused for the rest with the wait the receiver asks for", async () => {
    const outcomes = [];
    for (const [code, headers] of [
      [200, {}],
      [410, {}],
      [500, {}],
      [400, {}],
      [429, { "retry-after": "120" }],
      [503, { "retry-after": "soon" }],
    ] as const) {
      const { url } = await receiver(status(code, headers));
      outcomes.push(await webhookSink({ channel: "c", url, secrets: [OLD] }).send(MESSAGE, 0));
    }
    expect(outcomes).toEqual([
      { outcome: "delivered" },
      { outcome: "dead", reason: "the receiver answered 410: it is gone for good" },
      { outcome: "refused", reason: "the receiver answered 500" },
      { outcome: "refused", reason: "the receiver answered 400" },
      { outcome: "refused", reason: "the receiver answered 429", retryAfterMilliseconds: 120_000 },
      { outcome: "refused", reason: "the receiver answered 503" },
    ]);
  });

  test("never follows a redirect", async () => {
    const target = await receiver(status(200));
    const { url } = await receiver(status(307, { location: target.url }));
    const outcome = await webhookSink({ channel: "c", url, secrets: [OLD] }).send(MESSAGE, 0);
    expect(outcome).toMatchObject({
      outcome: "refused",
      reason: expect.stringContaining("redirects are not followed"),
    });
    expect(target.received).toEqual([]);
  });

  test("gives up on a receiver that never answers and on a name that never resolves", async () => {
    const { url } = await receiver(() => undefined);
    const limit = { channel: "c", secrets: [OLD], timeLimitMilliseconds: 50 };
    const late = { outcome: "refused", reason: "no answer within 0.05 seconds" };
    expect(await webhookSink({ ...limit, url }).send(MESSAGE, 0)).toEqual(late);
    const resolve: Resolve = () => new Promise(() => undefined);
    expect(
      await webhookSink({ ...limit, url: "https://hooks.example.com/", resolve }).send(MESSAGE, 0),
    ).toEqual(late);
  });

  test("is refused, not thrown, when nobody listens", async () => {
    const { url } = await receiver(status(200));
    servers.splice(0).forEach((server) => server.close());
    const outcome = await webhookSink({ channel: "c", url, secrets: [OLD] }).send(MESSAGE, 0);
    expect(outcome).toMatchObject({
      outcome: "refused",
      reason: expect.stringContaining("could not be reached"),
    });
  });

  test("connects to the address that was checked and to no other that the name has", async () => {
    const { url, received } = await receiver(status(200));
    const named = url.replace("127.0.0.1", "localhost");
    const to = (address: string, family: 4 | 6) =>
      webhookSink({
        channel: "c",
        url: named,
        secrets: [OLD],
        resolve: async () => [{ address, family }],
      }).send(MESSAGE, 0);
    // The receiver listens on 127.0.0.1 only, where the name leads as well: only a pinned connection misses it.
    expect(await to("::1", 6)).toMatchObject({ outcome: "refused" });
    expect(received).toEqual([]);
    expect(await to("127.0.0.1", 4)).toEqual({ outcome: "delivered" });
    expect(received[0]!.headers["host"]).toMatch(/^localhost:/);
  });
});

describe("the address of a receiver", () => {
  const as =
    (...addresses: string[]): Resolve =>
    async () =>
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

  test.each([
    "169.254.169.254",
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.100.100.200",
    "0.0.0.0",
    "168.63.129.16",
    "224.0.0.1",
    "::1",
    "::",
    "fd00:ec2::254",
    "fe80::1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
  ])("must not be %s for a name", async (address) => {
    expect(await checkedAddress("hooks.example.com", as(address))).toHaveProperty("refused");
  });

  test.each(["169.254.169.254", "10.1.2.3", "[fd00:ec2::254]", "[::ffff:10.0.0.1]"])(
    "must not be %s written out",
    async (host) => {
      expect(await checkedAddress(host, as())).toHaveProperty("refused");
    },
  );

  test("is refused when only one of several is forbidden", async () => {
    const mixed = await checkedAddress("hooks.example.com", as("8.8.8.8", "10.0.0.1"));
    expect(mixed).toEqual({
      refused: "hooks.example.com: 10.0.0.1 is not a public address (private)",
    });
  });

  test("may be public, and localhost may only be loopback", async () => {
    expect(await checkedAddress("hooks.example.com", as("8.8.8.8"))).toEqual({
      address: "8.8.8.8",
      family: 4,
    });
    expect(await checkedAddress("localhost", as("127.0.0.1"))).toEqual({
      address: "127.0.0.1",
      family: 4,
    });
    expect(await checkedAddress("localhost", as("10.0.0.1"))).toHaveProperty("refused");
  });
});

describe("the settings of a webhook", () => {
  test.each([
    "http://hooks.example.com/",
    "http://169.254.169.254/",
    "file:///etc/passwd",
    "ftp://localhost/",
    "hooks.example.com",
    "",
    "http://2130706433.example.com/",
  ])("refuse the address %j", (url) => {
    expect(() => webhookSink({ channel: "c", url, secrets: [OLD] })).toThrow(
      "A webhook address has to be an https URL; http is for localhost only.",
    );
  });

  test("refuse a password in the address", () => {
    expect(() =>
      webhookSink({ channel: "c", url: "https://u:p@hooks.example.com/", secrets: [OLD] }),
    ).toThrow(/user name or password/);
  });

  test.each([
    "",
    "secret",
    "whsec_",
    "whsec_AAAA",
    `whsec_${"A".repeat(200)}`,
    "whsec_not base64 at all, but long enough to count",
    OLD.slice(6),
  ])("refuse the secret %j without repeating it", (secret) => {
    const make = () =>
      webhookSink({ channel: "c", url: "https://hooks.example.com/", secrets: [secret] });
    expect(make).toThrow("A webhook secret has to be whsec_ followed by 24 to 64 bytes in base64.");
  });

  test("read Retry-After as seconds or a date, and nothing else", () => {
    const now = Date.parse("2026-03-01T00:00:00Z");
    expect(retryAfterMilliseconds("5", now)).toBe(5000);
    expect(retryAfterMilliseconds("Sun, 01 Mar 2026 00:01:00 GMT", now)).toBe(60_000);
    for (const text of [undefined, "", "-5", "later", "Sun, 01 Mar 2020 00:01:00 GMT"]) {
      expect(retryAfterMilliseconds(text, now)).toBeNull();
    }
  });
});
