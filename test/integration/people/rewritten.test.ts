/** A sweep writes what changed and nothing else, and removes what is gone: told by the row versions that Postgres keeps. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { call, portal, signIn, vend } from "#test/support/records";
import { openStand, trailFile, type Stand } from "../ingest/stand.ts";

let stand: Stand;
beforeAll(async () => {
  stand = await openStand();
  await stand.ingest(
    trailFile(
      signIn("2026-11-09T07:00:00Z", {}),
      portal("2026-11-09T07:00:05Z", "Authenticate"),
      call("2026-11-09T07:30:10Z", "2026-11-09T07:30:00Z"),
    ),
  );
  await stand.sweep();
});
afterAll(() => stand.drop());

/** The transaction that wrote each session last. */
async function versions(): Promise<Map<string, string>> {
  const { rows } = await stand.database.pool.query<{ kind: string; version: string }>(
    "select kind, xmin::text as version from sessions",
  );
  return new Map(rows.map((row) => [row.kind, row.version]));
}

const judgedAnew = async () => {
  await stand.database.pool.query("update people set due_at = '2026-11-09T07:00:00Z'");
  return (await stand.sweep()).judged;
};

test("judging again what did not change writes no session", async () => {
  const before = await versions();
  expect([...before.keys()].toSorted()).toEqual(["portal", "role"]);
  expect(await judgedAnew()).toBe(1);
  expect(await versions()).toEqual(before);
});

test("a session that was stored before digests were kept is written once, and then no more", async () => {
  await stand.database.pool.query("update sessions set body_sha256 = ''");
  const before = await versions();
  await judgedAnew();
  const written = await versions();
  expect([...written.values()]).not.toEqual([...before.values()]);
  await judgedAnew();
  expect(await versions()).toEqual(written);
});

test("of a person's sessions that one alone is written which a new event changed", async () => {
  const before = await versions();
  await stand.ingest(trailFile(call("2026-11-09T07:45:00Z", "2026-11-09T07:30:00Z")));
  await stand.sweep();
  const after = await versions();
  expect(after.get("role")).not.toBe(before.get("role"));
  expect(after.get("portal")).toBe(before.get("portal"));
});

test("a session that the events no longer give is removed", async () => {
  await stand.ingest(
    trailFile(
      vend("2026-11-09T09:00:00Z", "GetRoleCredentials", "6a1f2c3d-1111-4222-8333-444455556666"),
    ),
  );
  await stand.sweep();
  const stored = await stand.sessions();
  const alone = stored.find((one) => one.kind === "role" && one.unknownReason !== null)!;
  expect(alone).toBeDefined();
  // The account's own record takes up what only the portal's call had told of.
  await stand.ingest(trailFile(call("2026-11-09T09:00:10Z", "2026-11-09T09:00:01Z")));
  await stand.sweep();
  expect((await stand.sessions()).map(({ id }) => id)).not.toContain(alone.id);
});
