/** Records that others published, each file alone in a database: read whole, every record counted, nobody guessed. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openStand, type Outcome, type Stand } from "./stand.ts";

const SAMPLES = fileURLToPath(new URL("../../../../shared/samples/cloudtrail", import.meta.url));

function samplesThere(): boolean {
  if (existsSync(SAMPLES)) return true;
  process.stderr.write(
    `SKIPPED: published trail records, because there is no folder ${SAMPLES}.\n`,
  );
  return false;
}

describe.runIf(samplesThere())("published records", () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await openStand();
  });
  beforeEach(() => stand.clear());
  afterAll(() => stand.drop());

  async function read(name: string): Promise<Exclude<Outcome, string>> {
    const outcome = await stand.ingest(readFileSync(join(SAMPLES, name)), name);
    if (typeof outcome === "string") throw new Error(`${name} was refused: ${outcome}`);
    await stand.sweep();
    return outcome;
  }

  const names = existsSync(SAMPLES) ? readdirSync(SAMPLES) : [];
  test.each(names)("%s is read to its end, twice with the same count", async (name) => {
    const first = await read(name);
    process.stderr.write(`${name}: ${JSON.stringify(first)}\n`);
    expect(first.records).toBeGreaterThan(0);
    expect(await read(name)).toEqual({
      ...first,
      appended: 0,
      duplicates: first.duplicates + first.appended,
    });
  });

  test("2,900 records of an account without Identity Center are all somebody else's", async () => {
    expect(await read("invictus-aws-dataset.ndjson.gz")).toMatchObject({
      records: 2_900,
      appended: 0,
      ignored: 2_900,
      undecodable: 0,
    });
    expect(await stand.sessions()).toEqual([]);
  });

  test("nobody is guessed from records that name no userId", async () => {
    expect((await read("awsdocs-sso-user-guide-2023.ndjson")).appended).toBeGreaterThan(0);
    expect(await stand.count("people")).toBe(0);
    expect(await stand.sessions()).toEqual([]);
  });

  test("the same events in the present shape have persons and sessions", async () => {
    await read("awsdocs-sso-user-guide-current.ndjson");
    expect(await stand.count("people")).toBeGreaterThan(0);
    expect((await stand.sessions()).length).toBeGreaterThan(0);
  });

  test("the two shapes of one event in one database are conflicts, none of them dropped", async () => {
    // One eventID stands for two events within the first file already.
    const first = await read("awsdocs-sso-user-guide-2023.ndjson");
    const second = await read("awsdocs-sso-user-guide-current.ndjson");
    expect(second.undecodable).toBeGreaterThan(0);
    const { rows } = await stand.database.pool.query<{ n: number }>(
      "select count(*) as n from undecodable_records where reason = 'event-id-conflict'",
    );
    expect(rows[0]!.n).toBe(first.undecodable + second.undecodable);
  });
});
