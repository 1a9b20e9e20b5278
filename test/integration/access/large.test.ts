/**
 * A large organisation: as many accounts, permission sets and people as Curfew promises to crawl every night, a tenth of them with
 * every change. Time is that of the paced rate: how long the slots of each quota would have taken.
 */
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { largeOrganisation } from "#simulator/organisation/large";
import { serveOrganisation, type ServedOrganisation } from "#simulator/wire/serving";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import { size } from "#test/support/sizes";

const CRAWLER = fileURLToPath(new URL("crawler-process.ts", import.meta.url));
const TSX = createRequire(import.meta.url).resolve("tsx");
const MOST_MEBIBYTES = 256;

const sizes = {
  accounts: size(100, 2_000),
  permissionSets: size(75, 1_500),
  people: size(1_000, 20_000),
  groups: size(100, 2_000),
  pairs: size(2_000, 40_000),
  seed: 1,
};

interface Crawled {
  readonly counts: Readonly<Record<string, number>>;
  readonly apiCalls: Readonly<Record<string, number>>;
  readonly assignmentListing: { readonly by: string };
  readonly resumed: boolean;
  /** Seconds that the slots of a quota take. */
  readonly scopes: Readonly<Record<string, number>>;
  readonly realSeconds: number;
  readonly peakMebibytes: number;
}

let database: TestDatabase;
let served: ServedOrganisation;
let ticks = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  const organisation = largeOrganisation(sizes);
  served = await serveOrganisation({ organisation, monotonicMs: () => (ticks += 1_000) });
});
afterAll(async () => {
  await served.stop();
  await database.drop();
});

async function crawl(id: string, dieAfter = 0): Promise<Crawled> {
  const { managementAccountId, region } = served.organisation();
  const args = [database.url, managementAccountId, region, id, `${dieAfter}`];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--import", TSX, CRAWLER, ...args],
    { env: { ...process.env, ...served.environment, AWS_MAX_ATTEMPTS: "1" } },
  );
  return JSON.parse(stdout) as Crawled;
}

async function digest(): Promise<unknown> {
  const { rows } = await database.pool.query<{ kind: string; n: number; digest: string }>(
    `select kind, count(*) as n, md5(string_agg(key || body_sha256, '' order by key collate "C")) as digest
       from access_facts where observed_to is null group by kind order by kind`,
  );
  return rows;
}

const LONGEST = size(180_000, 2 * 3_600_000);

test(
  "reads all of it in the time that its calls take at the paced rate, within its memory, killed or not",
  { timeout: LONGEST },
  async () => {
    const { accounts, permissionSets, people, groups } = served.organisation();
    const whole = await crawl("snp_whole");
    expect(whole.counts).toMatchObject({
      user: people.length,
      group: groups.length,
      account: accounts.length,
      "permission-set": permissionSets.length,
      provisioning: sizes.pairs,
    });
    expect(whole.counts["assignment"]).toBeGreaterThanOrEqual(sizes.pairs);
    // Fewer users and groups than pairs, and the credentials of the management account.
    expect(whole.assignmentListing.by).toBe("principals");
    const calls = Object.entries(whole.apiCalls)
      .filter(([operation]) => operation.startsWith("sso:"))
      .reduce((sum, [, count]) => sum + count, 0);
    const longest = Math.max(...Object.values(whole.scopes));
    // Identity Center's ten a second decide; nothing else takes longer.
    expect(longest).toBeCloseTo(calls / 10, 0);
    process.stderr.write(
      `${calls} calls to Identity Center, ${Math.round(longest / 60)} minutes at the paced rate, ${Math.round(whole.realSeconds)} s here, ${Math.round(whole.peakMebibytes)} MiB at most\n`,
    );
    expect(whole.peakMebibytes).toBeLessThan(MOST_MEBIBYTES);
    const facts = await digest();
    await database.pool.query("truncate access_facts, access_snapshots cascade");
    const killed = crawl("snp_killed", Math.round(calls / 2));
    await expect(killed).rejects.toMatchObject({ signal: "SIGKILL" });
    expect(await digest()).toEqual([]);
    const resumed = await crawl("snp_resumed");
    expect(resumed.resumed).toBe(true);
    expect(await digest()).toEqual(facts);
  },
);
