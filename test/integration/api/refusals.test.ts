/** Every bad request gets a problem with one sentence, and nothing half-done stays behind. */
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "#core/adapters/postgres/database";
import { buildServer } from "#services/api/server";
import { problemSchema } from "#services/api/http/schemas";
import { startTestApi, type TestApi } from "./api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

function refused(answer: { body: string; headers: Record<string, unknown>; statusCode: number }) {
  expect(answer.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
  const problem = problemSchema.parse(JSON.parse(answer.body));
  expect(problem.status).toBe(answer.statusCode);
  expect(problem.detail).toMatch(/^[A-Z`a-z].*\.$/);
  expect(answer.body).not.toMatch(/ at .*\(|select |node_modules|postgres:\/\//i);
  return problem;
}

describe("a GET", () => {
  test.each([
    ["/v1/nothing", 404, "api.not-found"],
    ["/v1/../etc/passwd", 404, "api.not-found"],
    [`/v1/sessions/${"a".repeat(10_000)}`, 404, "api.not-found"],
    ["/v1/sessions/%00", 400, "input.invalid"],
    ["/v1/sessions/%ff", 400, "input.invalid"],
    ["/v1/sessions/..%2f..%2f", 400, "input.invalid"],
    ["/v1/sessions/ses_Аbc", 400, "input.invalid"],
    ["/v1/sessions?unknown=1", 400, "input.invalid"],
    ["/v1/sessions?limit=1&limit=2", 400, "input.invalid"],
    ["/v1/sessions?state[$ne]=active", 400, "input.invalid"],
    ["/v1/sessions?__proto__=1", 400, "input.invalid"],
    ["/v1/sessions?state=alive", 400, "input.invalid"],
    ["/v1/sessions?user=%00", 400, "input.invalid"],
    [`/v1/sessions?user=${"a".repeat(300)}`, 400, "input.invalid"],
    ["/v1/sessions?asOf=now", 400, "input.invalid"],
    ["/v1/sessions?asOf=2026-02-30T00:00:00Z", 400, "input.invalid"],
    ["/v1/findings?severity=bad", 400, "input.invalid"],
    ["/v1/findings?rule=%27%20or%201=1", 400, "input.invalid"],
    ["/v1/findings?sort=name", 400, "input.invalid"],
    ["/v1/assignments?account=123", 400, "input.invalid"],
    ["/v1/rules?x", 400, "input.invalid"],
    ["/v1/openapi.json?x=1", 400, "input.invalid"],
    ["/?x=1", 400, "input.invalid"],
  ])("of %j answers %i %s", async (path, status, code) => {
    const problem = refused(await api.get(path));
    expect(problem).toMatchObject({ status, code });
  });
});

test.each(["PUT", "PATCH", "DELETE", "OPTIONS"] as const)(
  "%s on a list is 405 with the methods there are",
  async (method) => {
    const answer = await api.app.inject({ method, url: "/v1/sessions" });
    expect(refused(answer).code).toBe("api.method-not-allowed");
    expect(answer.headers["allow"]).toBe("GET, HEAD");
  },
);

test("HEAD answers as GET does, without a body", async () => {
  const headers = { authorization: `Bearer ${api.tokens.reader}` };
  const answer = await api.app.inject({ method: "HEAD", url: "/v1/sessions", headers });
  expect([answer.statusCode, answer.body]).toEqual([200, ""]);
  const open = await api.app.inject({ method: "HEAD", url: "/v1/sessions" });
  expect(open.statusCode).toBe(401);
});

describe("a POST", () => {
  const key = { "idempotency-key": "bad-bodies" };
  test.each([
    ["a body cut short", '{"name":', {}, 400, "input.invalid"],
    ["an empty body", "", {}, 400, "input.invalid"],
    ["an array", "[]", {}, 400, "input.invalid"],
    [
      "a prototype key",
      '{"__proto__":{"isAdmin":true},"name":"x","roles":["reader"]}',
      {},
      400,
      "input.invalid",
    ],
    ["an extra field", '{"name":"x","roles":["reader"],"isAdmin":true}', {}, 400, "input.invalid"],
    ["an unknown role", '{"name":"x","roles":["root"]}', {}, 400, "input.invalid"],
    ["a role twice", '{"name":"x","roles":["reader","reader"]}', {}, 400, "input.invalid"],
    ["NUL in a text", '{"name":"a\\u0000b","roles":["reader"]}', {}, 400, "input.invalid"],
    ["half a surrogate pair", '{"name":"\\ud800","roles":["reader"]}', {}, 400, "input.invalid"],
    [
      "an expiry in the past",
      '{"name":"x","roles":["reader"],"expiresAt":"2020-01-01T00:00:00Z"}',
      {},
      400,
      "input.invalid",
    ],
    [
      "a body beyond every need",
      `{"name":"${"a".repeat(70_000)}"}`,
      {},
      413,
      "api.payload-too-large",
    ],
    ["deep JSON", `{"name":${"[".repeat(20_000)}${"]".repeat(20_000)}}`, {}, 400, "input.invalid"],
    [
      "another media type",
      "name=x",
      { "content-type": "application/x-www-form-urlencoded" },
      415,
      "api.unsupported-media-type",
    ],
    ["a compressed body", "\u001f\u008b", { "content-encoding": "gzip" }, 400, "input.invalid"],
  ] as const)("with %s is refused", async (_what, payload, headers, status, code) => {
    const answer = await api.app.inject({
      method: "POST",
      url: "/v1/tokens",
      payload,
      headers: {
        authorization: `Bearer ${api.tokens.admin}`,
        "content-type": "application/json",
        ...key,
        ...headers,
      },
    });
    expect(refused(answer)).toMatchObject({ status, code });
  });

  test("names the field that is not taken", async () => {
    const answer = await api.send("POST", "/v1/tokens", {
      name: "x",
      roles: ["reader"],
      tenantId: "1",
    });
    expect(refused(answer).detail).toBe(
      "The body has tenantId, which this route does not take: leave it out.",
    );
  });

  test("left nothing behind", async () => {
    const { rows } = await api.database.pool.query("select count(*) from api_tokens");
    expect(rows[0].count).toBe(6);
  });
});

test("too many requests within a minute are 429 with the time to wait", async () => {
  const strict = await startTestApi({ requestsPerMinute: 3 });
  for (let count = 0; count < 3; count += 1) await strict.get("/v1/rules");
  const answer = await strict.get("/v1/rules");
  expect(refused(answer)).toMatchObject({ status: 429, code: "api.too-many-requests" });
  expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
  await strict.close();
});

test("X-Forwarded-For does not give a caller another budget", async () => {
  const strict = await startTestApi({ requestsPerMinute: 2 });
  const from = (address: string) =>
    strict.app.inject({ url: "/healthz", headers: { "x-forwarded-for": address } });
  await from("192.0.2.1");
  await from("192.0.2.2");
  expect((await from("192.0.2.3")).statusCode).toBe(429);
  await strict.close();
});

test("an unreachable database is a 503 problem, and the page and liveness still answer", async () => {
  const nowhere = openDatabase("postgres://curfew:hunter2@127.0.0.1:1/curfew", {
    maxConnections: 2,
    applicationName: "curfew test",
  });
  const app = await buildServer({ ...api.dependencies, database: nowhere });
  const headers = { authorization: `Bearer ${api.tokens.reader}` };
  for (const url of ["/v1/sessions", "/readyz"]) {
    const answer = await app.inject({ url, headers });
    expect(refused(answer)).toMatchObject({ status: 503, code: "postgres.unreachable" });
    expect(answer.headers["retry-after"]).toBe("5");
    expect(answer.body).not.toContain("hunter2");
  }
  for (const url of ["/", "/healthz", "/v1/status"]) {
    expect((await app.inject({ url })).statusCode).toBe(200);
  }
  await app.close();
  await nowhere.close();
});

test("readiness says when the database is of another version", async () => {
  const { rows } = await api.database.pool.query(
    "insert into drizzle.__drizzle_migrations (hash, created_at) values ('of a newer version', 1) returning id",
  );
  expect(refused(await api.get("/readyz"))).toMatchObject({
    status: 503,
    code: "postgres.newer-schema",
  });
  await api.database.pool.query("delete from drizzle.__drizzle_migrations where id = $1", [
    rows[0].id,
  ]);
  expect((await api.get("/readyz")).statusCode).toBe(200);
});

test("readiness names the queue when it does not answer", async () => {
  const { Fault } = await import("#core/domain/fault");
  const broken = await startTestApi({
    queue: {
      engine: "redis",
      ping: () =>
        Promise.reject(new Fault("redis.unreachable", "Redis does not answer: start it.")),
      nudge: () => Promise.resolve(),
    },
  });
  expect(refused(await broken.get("/readyz"))).toMatchObject({
    status: 503,
    code: "redis.unreachable",
  });
  await broken.close();
});

describe("on the wire", () => {
  async function raw(text: string): Promise<string> {
    if (!api.app.server.listening) await api.app.listen({ host: "127.0.0.1", port: 0 });
    const address = api.app.server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    return new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => socket.write(text));
      let answer = "";
      socket.on("data", (chunk) => (answer += String(chunk)));
      socket.on("end", () => resolve(answer));
      socket.on("error", reject);
    });
  }

  test.each([
    ["no HTTP", "HELLO\r\n\r\n", "400"],
    [
      "both lengths",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "400",
    ],
    [
      "a header of 20 KiB",
      `GET / HTTP/1.1\r\nHost: a\r\nX-A: ${"a".repeat(20_000)}\r\n\r\n`,
      "431",
    ],
  ])("%s is answered by a problem and the connection ends", async (_what, text, status) => {
    const answer = await raw(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain("application/problem+json");
    expect(JSON.parse(answer.slice(answer.indexOf("{")))).toMatchObject({ code: "input.invalid" });
  });
});
