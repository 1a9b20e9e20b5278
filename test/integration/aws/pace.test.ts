import { LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { afterAll, beforeAll, expect, test } from "vitest";
import { awsClients } from "#core/adapters/aws/clients";
import { PostgresRateBudget } from "#core/adapters/postgres/rate-budget";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import { openScriptedAws, ScriptedError, type ScriptedAws } from "./scripted-aws.ts";

let database: TestDatabase;
let aws: ScriptedAws;
const arrivals: number[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  aws = await openScriptedAws({
    LookupEvents: (_input, n) => {
      arrivals.push(performance.now());
      if (n === 2) throw new ScriptedError("ThrottlingException");
      return {};
    },
  });
});
afterAll(async () => {
  await aws.close();
  await database.drop();
});

/** The arrivals that a bucket of two requests, refilled by two a second, would refuse: AWS counts in this way. */
function refusedByBucket(times: readonly number[]): number[] {
  let [tokens, last] = [2, times[0] ?? 0];
  return times.filter((time) => {
    tokens = Math.min(2, tokens + ((time - last) / 1_000) * 2);
    last = time;
    tokens -= 1;
    return tokens < 0;
  });
}

test("never sends more lookups than CloudTrail takes, whatever the number of processes, retries included", async () => {
  const process = () =>
    awsClients({
      region: "eu-central-1",
      accountId: "111122223333",
      budget: new PostgresRateBudget(database),
      wait: () => Promise.resolve(),
    });
  const processes = [process(), process(), process()];
  await Promise.all(
    processes.flatMap(({ call, cloudTrail }) =>
      [1, 2].map(() => call("look up events", () => cloudTrail.send(new LookupEventsCommand({})))),
    ),
  );
  expect(arrivals).toHaveLength(7);
  expect(refusedByBucket(arrivals)).toEqual([]);
  // A burst would pass the bucket too: what leaves is spread over the time that the rate needs.
  expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(2_900);
  expect(processes.map(({ requests }) => requests.get("cloudtrail:LookupEvents") ?? 0)).toSatisfy(
    (counts: number[]) => counts.reduce((sum, one) => sum + one, 0) === 7,
  );
  for (const clients of processes) clients.close();
});
