/** Writes: one effect a key, the same answer each time, and a trace in the audit chain. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { firstBrokenLink } from "#core/domain/audit";
import { startTestApi, type TestApi } from "./api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const count = async (table: string): Promise<number> =>
  (await api.database.pool.query(`select count(*) from ${table}`)).rows[0].count;

test("a write without an Idempotency-Key is refused", async () => {
  const body = { name: "keyless", roles: ["reader"] };
  for (const key of ["", "a b", "ü", "x".repeat(300)]) {
    const answer = await api.send("POST", "/v1/tokens", body, { "idempotency-key": key });
    expect(answer.statusCode).toBe(400);
  }
  const missing = await api.send("POST", "/v1/tokens", body, { "idempotency-key": "" });
  expect(missing.json()).toMatchObject({ code: "api.idempotency-key-missing" });
});

test("the same key gives the same answer and one effect, and shows the secret once", async () => {
  const before = await count("api_tokens");
  const body = { name: "once", roles: ["auditor"] };
  const headers = { "idempotency-key": "make-once" };
  const first = await api.send("POST", "/v1/tokens", body, headers);
  const second = await api.send("POST", "/v1/tokens", body, headers);
  expect([first.statusCode, second.statusCode]).toEqual([201, 201]);
  expect(first.json().token).toMatch(/^crv_[A-Za-z0-9_-]{43}$/);
  expect(second.json()).toEqual({ ...first.json(), token: null });
  expect(second.headers["idempotency-replayed"]).toBe("true");
  expect(await count("api_tokens")).toBe(before + 1);
});

test("a key that is sent with another body is refused", async () => {
  const headers = { "idempotency-key": "make-two" };
  await api.send("POST", "/v1/tokens", { name: "two", roles: ["reader"] }, headers);
  const other = await api.send("POST", "/v1/tokens", { name: "three", roles: ["reader"] }, headers);
  expect(other.json()).toMatchObject({ status: 422, code: "api.idempotency-key-reused" });
});

test("a hundred requests with one key at once have one effect", async () => {
  const before = await count("api_tokens");
  const headers = { "idempotency-key": "stampede" };
  const body = { name: "stampede", roles: ["reader"] };
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => api.send("POST", "/v1/tokens", body, headers)),
  );
  const statuses = new Set(answers.map((answer) => answer.statusCode));
  expect([...statuses].filter((status) => status !== 201 && status !== 409)).toEqual([]);
  expect(answers.filter((answer) => answer.json().token?.startsWith("crv_"))).toHaveLength(1);
  expect(await count("api_tokens")).toBe(before + 1);
});

test("two tokens in force never share a name", async () => {
  const body = { name: "twin", roles: ["reader"] };
  const first = await api.send("POST", "/v1/tokens", body);
  expect((await api.send("POST", "/v1/tokens", body)).json()).toMatchObject({
    status: 400,
    code: "input.invalid",
  });
  expect((await api.send("DELETE", `/v1/tokens/${first.json().id}`)).statusCode).toBe(200);
  expect((await api.send("POST", "/v1/tokens", body)).statusCode).toBe(201);
  expect((await api.send("DELETE", `/v1/tokens/${first.json().id}`)).statusCode).toBe(404);
});

test("every write stands in the audit chain, and the chain holds", async () => {
  const { items } = (await api.get("/v1/audit?limit=200")).json();
  const actions = new Set(items.map((record: { action: string }) => record.action));
  expect([...actions]).toEqual(expect.arrayContaining(["token.created", "token.revoked"]));
  expect(firstBrokenLink(items)).toBeNull();
});
