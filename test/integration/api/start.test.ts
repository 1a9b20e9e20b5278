/** Starting and stopping: a port that is taken is said in one sentence, port 0 takes a free one and says which, and operators get in. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { instant } from "#core/domain/time";
import { ensureOperatorToken, startApi } from "#services/api/main";
import { START, startTestApi, type TestApi } from "./api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const HERE = { host: "127.0.0.1", port: 0 };

test("port 0 takes a free port and says it", async () => {
  const running = await startApi(api.dependencies, HERE);
  expect(running.url).toBe(`http://127.0.0.1:${running.port}`);
  expect((await fetch(`${running.url}/healthz`)).status).toBe(200);
  await running.stop();
  await expect(fetch(`${running.url}/healthz`)).rejects.toThrow("fetch failed");
});

test("a port in use is one sentence that names it and the way out", async () => {
  const running = await startApi(api.dependencies, HERE);
  const second = startApi(api.dependencies, { host: "127.0.0.1", port: running.port });
  await expect(second).rejects.toMatchObject({
    code: "port.in-use",
    message: `Port ${running.port} on 127.0.0.1 is in use by another process: give another one with --port, or --port 0 for any free one.`,
  });
  await running.stop();
});

test("a request that was begun is answered before the stop is over", async () => {
  const running = await startApi(api.dependencies, HERE);
  const headers = { authorization: `Bearer ${api.tokens.reader}` };
  const asked = fetch(`${running.url}/v1/people`, { headers });
  const answer = await asked;
  const stopped = running.stop();
  expect(await answer.json()).toEqual({ items: [], nextCursor: null });
  await stopped;
});

test("the operator's token is kept while it is in force and made anew when it is lost", async () => {
  const now = instant(START);
  const first = await ensureOperatorToken(api.database, now, null);
  expect(await ensureOperatorToken(api.database, now, first)).toBe(first);
  expect((await api.get("/v1/tokens", first)).statusCode).toBe(200);
  const second = await ensureOperatorToken(api.database, now, null);
  expect(second).not.toBe(first);
  expect((await api.get("/v1/tokens", first)).statusCode).toBe(401);
  expect((await api.get("/v1/tokens", second)).statusCode).toBe(200);
  expect(await ensureOperatorToken(api.database, now, `crv_${"A".repeat(43)}`)).not.toBe(second);
});

test("another token of any name is not taken for the operator's", async () => {
  const answered = await ensureOperatorToken(api.database, instant(START), api.tokens.reader);
  expect(answered).not.toBe(api.tokens.reader);
});
