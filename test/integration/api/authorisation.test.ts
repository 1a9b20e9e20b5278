/** Nobody in: every route against every role and against every bad credential, generated from the table of access. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { problemSchema } from "#services/api/http/schemas";
import { ACCESS, ROLES } from "#services/api/auth/roles";
import { buildServer } from "#services/api/server";
import { startTestApi, type TestApi } from "./api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const ROUTES = Object.entries(ACCESS).map(([key, access]) => {
  const [method, path] = key.split(" ") as ["GET" | "POST" | "DELETE", string];
  const url = path
    .replace(":id", "ses_00000000000000000000000000000000")
    .replace(":eventId", "00000000-0000-4000-8000-000000000000")
    .replace(":name", "report.html");
  return { key, method, url, access };
});
const GUARDED = ROUTES.filter((route) => route.access !== "anyone");

function ask(method: "GET" | "POST" | "DELETE", url: string, headers: Record<string, string>) {
  return api.app.inject({ method, url, headers });
}

describe.each(GUARDED)("$key", ({ method, url, access }) => {
  test.each(ROLES.filter((role) => access.includes(role)))("lets the role %s in", async (role) => {
    const answer = await ask(method, url, { authorization: `Bearer ${api.tokens[role]}` });
    expect([401, 403]).not.toContain(answer.statusCode);
  });

  test.each(ROLES.filter((role) => !access.includes(role)))(
    "keeps the role %s out",
    async (role) => {
      const answer = await ask(method, url, { authorization: `Bearer ${api.tokens[role]}` });
      expect(problemSchema.parse(answer.json())).toMatchObject({
        status: 403,
        code: "api.forbidden",
      });
    },
  );

  test.each([
    ["no header", {}],
    ["an empty header", { authorization: "" }],
    ["the wrong scheme", { authorization: "Basic b3BlcmF0b3I6eA==" }],
    ["no token after the scheme", { authorization: "Bearer " }],
    ["two tokens in one header", { authorization: "Bearer a, Bearer b" }],
    ["a token nobody has", { authorization: `Bearer crv_${"A".repeat(43)}` }],
    ["SQL for a token", { authorization: "Bearer ' or 1=1 --" }],
    ["a token of 16 KiB", { authorization: `Bearer ${"A".repeat(12_000)}` }],
  ])("refuses %s", async (_what, headers) => {
    const answer = await ask(method, url, headers);
    expect(answer.statusCode).toBe(401);
    expect(answer.headers["www-authenticate"]).toContain("Bearer");
    expect(problemSchema.parse(answer.json())).toMatchObject({ code: "api.unauthenticated" });
  });
});

test.each(ROUTES.filter((route) => route.access === "anyone"))(
  "$key is open to anyone",
  async ({ method, url }) => {
    const answer = await ask(method, url, {});
    expect(answer.statusCode).toBe(200);
  },
);

test("two Authorization headers are refused although the first is right", async () => {
  await api.app.listen({ host: "127.0.0.1", port: 0 });
  const address = api.app.server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const { request } = await import("node:http");
  const status = await new Promise<number>((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path: "/v1/rules" }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.setHeader("authorization", [`Bearer ${api.tokens.admin}`, `Bearer ${api.tokens.reader}`]);
    asked.on("error", reject);
    asked.end();
  });
  expect(status).toBe(401);
});

test("a revoked token is refused from the next request on", async () => {
  const made = (
    await api.send("POST", "/v1/tokens", { name: "short-lived", roles: ["reader"] })
  ).json();
  expect((await api.get("/v1/rules", made.token)).statusCode).toBe(200);
  expect((await api.send("DELETE", `/v1/tokens/${made.id}`)).statusCode).toBe(200);
  expect((await api.get("/v1/rules", made.token)).statusCode).toBe(401);
});

test("an expired token is refused from the instant it expires", async () => {
  const made = (
    await api.send("POST", "/v1/tokens", {
      name: "expiring",
      roles: ["reader"],
      expiresAt: "2026-03-02T10:00:00Z",
    })
  ).json();
  api.setNow(Date.parse("2026-03-02T09:59:59.999Z"));
  expect((await api.get("/v1/rules", made.token)).statusCode).toBe(200);
  api.setNow(Date.parse("2026-03-02T10:00:00.000Z"));
  expect((await api.get("/v1/rules", made.token)).statusCode).toBe(401);
});

test("a route that no role was given for fails the build", async () => {
  const admin = ACCESS["GET /v1/rules"]!;
  const table = ACCESS as Record<string, unknown>;
  delete table["GET /v1/rules"];
  try {
    await expect(buildServer(api.dependencies)).rejects.toThrow("GET /v1/rules is not listed");
  } finally {
    table["GET /v1/rules"] = admin;
  }
});

test("an entry of the table without a route fails the build", async () => {
  const table = ACCESS as Record<string, unknown>;
  table["GET /v1/nothing"] = "anyone";
  try {
    await expect(buildServer(api.dependencies)).rejects.toThrow("GET /v1/nothing");
  } finally {
    delete table["GET /v1/nothing"];
  }
});

test("no secret of a token is logged or stored", async () => {
  const { rows } = await api.database.pool.query(
    "select (select jsonb_agg(to_jsonb(t)) from api_tokens t)::text || (select jsonb_agg(to_jsonb(a)) from audit_records a)::text || coalesce((select jsonb_agg(to_jsonb(i)) from idempotency_keys i)::text, '') as everything",
  );
  for (const text of [rows[0].everything, api.logLines.join("\n")]) {
    expect(text).not.toMatch(/crv_[A-Za-z0-9_-]{43}/);
  }
});
