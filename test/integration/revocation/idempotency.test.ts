/** One key, one effect, one answer: whoever else calls learns what became of it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  ABANDONED_AFTER,
  claimKey,
  forgetKeys,
  releaseKey,
  requestHash,
  storeAnswer,
} from "#core/adapters/postgres/idempotency";
import { plus } from "#core/domain/time";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { at } from "../../unit/revocation/records.ts";

const NOW = at("2026-03-02T10:00:00Z");
const HASH = requestHash("post", "/v1/revocations", { user: "a", reason: "b" });
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test("of a thousand callers with one key exactly one proceeds, and all get its answer afterwards", async () => {
  const key = { actor: "token", key: "thousand" };
  const claims = await Promise.all(
    Array.from({ length: 1_000 }, () => claimKey(database.pool, key, HASH, NOW)),
  );
  const outcomes = claims.map(({ outcome }) => outcome);
  expect(outcomes.filter((outcome) => outcome === "proceed")).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome === "in-progress")).toHaveLength(999);
  await storeAnswer(database.pool, key, { status: 201, body: { id: "rev_1" } });
  await storeAnswer(database.pool, key, { status: 500, body: null });
  expect(await claimKey(database.pool, key, HASH, NOW)).toEqual({
    outcome: "replay",
    answer: { status: 201, body: { id: "rev_1" } },
  });
});

test("a key of another request is refused, also while the first is in progress", async () => {
  const key = { actor: "token", key: "reused" };
  await claimKey(database.pool, key, HASH, NOW);
  expect(
    await claimKey(database.pool, key, requestHash("POST", "/v1/revocations", {}), NOW),
  ).toEqual({ outcome: "reused" });
  expect(await claimKey(database.pool, { ...key, actor: "other" }, HASH, NOW)).toEqual({
    outcome: "proceed",
  });
});

test("the order of a request's fields does not matter", () => {
  expect(requestHash("POST", "/v1/revocations", { reason: "b", user: "a" })).toBe(HASH);
});

test("a key whose caller died is taken over by the same request, once", async () => {
  const key = { actor: "token", key: "abandoned" };
  const later = plus(NOW, ABANDONED_AFTER + 1);
  await claimKey(database.pool, key, HASH, NOW);
  expect(await claimKey(database.pool, key, HASH, plus(NOW, ABANDONED_AFTER))).toEqual({
    outcome: "in-progress",
  });
  expect(await claimKey(database.pool, key, "other", later)).toEqual({ outcome: "reused" });
  const claims = await Promise.all([1, 2, 3].map(() => claimKey(database.pool, key, HASH, later)));
  expect(claims.filter(({ outcome }) => outcome === "proceed")).toHaveLength(1);
});

test("a key that is given back can be used again, an answered one cannot be given back", async () => {
  const key = { actor: "token", key: "released" };
  await claimKey(database.pool, key, HASH, NOW);
  await releaseKey(database.pool, key);
  expect((await claimKey(database.pool, key, HASH, NOW)).outcome).toBe("proceed");
  await storeAnswer(database.pool, key, { status: 204, body: null });
  await releaseKey(database.pool, key);
  expect((await claimKey(database.pool, key, HASH, NOW)).outcome).toBe("replay");
  await forgetKeys(database.pool, plus(NOW, 1));
  expect((await claimKey(database.pool, key, HASH, NOW)).outcome).toBe("proceed");
});
