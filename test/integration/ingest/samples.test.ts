/** Records that others published, each file alone in a database: read whole, every record counted, nobody guessed. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventsOfRows, type StoredRow } from "#core/adapters/postgres/trail/stored-rows";
import { openStand, type Outcome, type Stand } from "./stand.ts";

const SAMPLES = fileURLToPath(new URL("../../../../shared/samples/cloudtrail", import.meta.url));

function samplesThere(): boolean {
  if (existsSync(SAMPLES)) return true;
  process.stderr.write(
    `SKIPPED: published trail records, because there is no folder ${SAMPLES}.\n`,
  );
  return false;
}

/** Workflow, step, outcome and credentials of each sign-in step that is stored, by workflow and time. */
async function signInSteps(stand: Stand): Promise<string[][]> {
  const { pool } = stand.database;
  const { rows } = await pool.query<StoredRow>(
    "select e.*, null::uuid[] as event_ids, null::int[] as offsets from events e order by occurred_at, event_id",
  );
  return (await eventsOfRows(pool, rows))
    .flat()
    .flatMap((event) =>
      event.kind === "sign-in-step"
        ? [[event.workflowId ?? "", event.step, event.outcome, event.credentialTypes.join(",")]]
        : [],
    );
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

  test("the sign-ins of both shapes have the same steps and outcomes, and name the same session or none", async () => {
    const told: Record<string, string[][]> = {};
    for (const shape of ["2023", "current"]) {
      await stand.clear();
      await read(`awsdocs-sso-user-guide-${shape}.ndjson`);
      told[shape] = await signInSteps(stand);
    }
    expect(told["2023"]).toEqual(told["current"]);
    const [second, enrolment, plain, failed] = [...new Set(told["current"]!.map(([id]) => id!))]
      .toSorted()
      .map((id) => told["current"]!.filter(([workflow]) => workflow === id));
    // Steps of one second stand in the order of their ids: here they are told by step.
    const order = ["challenge", "verification", "authentication"];
    const lines = (steps: string[][] | undefined) =>
      steps!
        .toSorted(([, left], [, right]) => order.indexOf(left!) - order.indexOf(right!))
        .map(([, ...rest]) => rest.join(" "));
    expect(lines(second)).toEqual([
      "challenge success PASSWORD",
      "challenge success TOTP",
      "verification success PASSWORD",
      "verification success TOTP",
      "authentication success PASSWORD,TOTP",
    ]);
    const password = ["challenge success PASSWORD", "verification success PASSWORD"];
    expect(lines(enrolment)).toEqual([...password, "authentication success PASSWORD"]);
    // The guide prints one eventID under two sign-ins: which of them stands is not told, that both are read is.
    expect(lines(plain).slice(0, 2)).toEqual(password);
    expect(lines(plain)).toHaveLength(3);
    expect(lines(failed)).toEqual(["challenge success PASSWORD", "verification failure PASSWORD"]);
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
