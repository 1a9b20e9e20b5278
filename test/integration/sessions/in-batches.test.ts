/**
 * Lives with every kind of session and removal, read batch by batch in an order that has nothing to do with time, and judged after each:
 * what is stored is at every step what a rebuild gives, links and residuals too. Without a database `test/alone/seeds` tries many more.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { PostgresResidualStore } from "#core/adapters/postgres/people/residual-store";
import { SESSION_KINDS } from "#core/domain/session";
import { DigestOfSessions, type ReplayDigest } from "#core/flows/replay";
import { recordsOf } from "#test/alone/seeds/life";
import { dice, shuffled } from "#test/support/sizes";
import { openStand, trailFile, type Stand } from "../ingest/stand.ts";

const SEEDS = [3, 7, 11, 19, 23, 31, 43, 47, 59, 67];
/** Records of a file at most. */
const LARGEST = 6;

let stand: Stand;
let residuals: PostgresResidualStore;
const kinds = new Set<string>();

beforeAll(async () => {
  stand = await openStand({ portalSessionMinutes: 480 });
  residuals = new PostgresResidualStore(stand.database);
});
beforeEach(async () => {
  await stand.clear();
  await stand.database.pool.query("truncate residuals");
});
afterAll(() => stand.drop());

/** What stands in the database, as the replay sums it up. */
async function kept(): Promise<ReplayDigest> {
  const digest = new DigestOfSessions();
  for (const session of await stand.sessions()) {
    kinds.add(session.kind);
    digest.add(session);
  }
  for await (const residual of residuals.everything()) digest.addResidual(residual);
  return digest.finish();
}

test.each(SEEDS)("of life %i every step is stored as a rebuild gives it", async (seed) => {
  const random = dice(seed);
  const records = recordsOf(seed);
  const arriving = shuffled([...records, ...records.filter(() => random() < 0.2)], random);
  for (let at = 0; at < arriving.length;) {
    const records = arriving.slice(at, (at += 1 + Math.floor(random() * LARGEST)));
    await stand.ingest(trailFile(...records));
    await stand.sweep();
    expect(await kept()).toEqual(await stand.replay());
  }
});

test("the lives hold every kind of session", () => {
  expect(kinds).toEqual(new Set(SESSION_KINDS));
});
