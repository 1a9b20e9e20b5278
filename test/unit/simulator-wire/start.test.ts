import { LookupEventsCommand, CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { ListUsersCommand, IdentitystoreClient } from "@aws-sdk/client-identitystore";
import {
  DescribePolicyCommand,
  OrganizationsClient,
  UpdatePolicyCommand,
} from "@aws-sdk/client-organizations";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { gunzipSync } from "node:zlib";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startSimulator, type RunningSimulator, type SimulatorOptions } from "#simulator/start";
import { first, NOW } from "./office.ts";

let directory: string;
const running: RunningSimulator[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "curfew-simulator-"));
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function start(options: Partial<SimulatorOptions> = {}): Promise<RunningSimulator> {
  const simulator = await startSimulator({ directory, now: NOW, trail: false, ...options });
  running.push(simulator);
  return simulator;
}

function configuration({ environment }: RunningSimulator) {
  return {
    endpoint: environment.AWS_ENDPOINT_URL,
    region: environment.AWS_REGION,
    maxAttempts: 1,
    credentials: {
      accessKeyId: environment.AWS_ACCESS_KEY_ID,
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY,
    },
  };
}

test("the history of a new directory begins 120 days before its first start, at midnight UTC", async () => {
  const { organisation, clock } = await start();
  expect(organisation.anchor).toBe(Math.floor(NOW / 86_400_000) * 86_400_000 - 120 * 86_400_000);
  expect(clock.now()).toBeGreaterThanOrEqual(NOW);
  expect(clock.now()).toBeLessThan(NOW + 60_000);
});

test("the official clients need nothing but the environment", async () => {
  const { environment, organisation } = await start({ seed: 5 });
  const before = { ...process.env };
  Object.assign(process.env, environment);
  try {
    const client = new IdentitystoreClient({});
    const { Users } = await client.send(
      new ListUsersCommand({ IdentityStoreId: organisation.identityStoreId }),
    );
    expect(Users?.length).toBeGreaterThan(0);
    client.destroy();
  } finally {
    process.env = before;
  }
});

test("two simulators on one directory serve one organisation with one set of changes", async () => {
  const one = await start({ seed: 9 });
  const two = await start();
  expect(two.organisation).toEqual(one.organisation);
  expect(two.environment.AWS_ACCESS_KEY_ID).toBe(one.environment.AWS_ACCESS_KEY_ID);
  const PolicyId = first(one.organisation.denyPolicyIds);
  const Content = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Deny", Action: "*", Resource: "*" }],
  });
  const writer = new OrganizationsClient(configuration(one));
  const reader = new OrganizationsClient(configuration(two));
  await writer.send(new UpdatePolicyCommand({ PolicyId, Content }));
  const { Policy } = await reader.send(new DescribePolicyCommand({ PolicyId }));
  expect(Policy?.Content).toBe(Content);
});

test("a write shows in LookupEvents with its caller once CloudTrail delivers it", async () => {
  const simulator = await start();
  const configured = configuration(simulator);
  const PolicyId = first(simulator.organisation.denyPolicyIds);
  const organizations = new OrganizationsClient(configured);
  await organizations.send(new UpdatePolicyCommand({ PolicyId, Description: "waits" }));
  const global = { ...configured, region: "us-east-1" };
  const events = async () => {
    const attribute = { AttributeKey: "EventName", AttributeValue: "UpdatePolicy" } as const;
    const command = new LookupEventsCommand({
      StartTime: new Date(NOW),
      EndTime: new Date(NOW + 3_600_000),
      LookupAttributes: [attribute],
    });
    return (await new CloudTrailClient(global).send(command)).Events ?? [];
  };
  expect(await events()).toEqual([]);
  // Simulated time runs so fast for a moment that the delivery, minutes away, is past.
  simulator.clock.setRate(10_000_000);
  const deadline = NOW + 2 * 3_600_000;
  while (simulator.clock.now() < deadline) await Promise.resolve();
  simulator.clock.setRate(1);
  const found = first(await events());
  expect(found).toMatchObject({ EventSource: "organizations.amazonaws.com", ReadOnly: "false" });
  expect(JSON.parse(found.CloudTrailEvent ?? "")).toMatchObject({
    awsRegion: "us-east-1",
    requestParameters: { policyId: PolicyId, description: "waits" },
    userIdentity: { accessKeyId: simulator.environment.AWS_ACCESS_KEY_ID },
  });
});

test("another seed or another switch than the directory's is refused", async () => {
  await start({ seed: 9, switches: { shape: "old" } });
  await expect(start({ seed: 8 })).rejects.toThrow(/founded with seed 9, not 8/);
  await expect(start({ switches: { shape: "new" } })).rejects.toThrow(/shape old, not new/);
  const { organisation } = await start();
  expect(organisation.seed).toBe(9);
});

test("a damaged founding is named with what would be right", async () => {
  await start();
  writeFileSync(join(directory, "organisation.json"), "{}");
  await expect(start()).rejects.toThrow(/should hold seed, anchor and switches/);
});

test("a stop closes the port and keeps the organisation", async () => {
  const simulator = await start({ seed: 3 });
  await simulator.stop();
  await expect(fetch(simulator.endpoint)).rejects.toThrow(/fetch failed/);
  expect(JSON.parse(readFileSync(join(directory, "organisation.json"), "utf8"))).toMatchObject({
    seed: 3,
  });
});

/** A directory with two days of history: a trail of 120 days takes seconds. */
function foundLately(): void {
  const anchor = Math.floor(NOW / 86_400_000) * 86_400_000 - 2 * 86_400_000;
  const founding = { seed: 7, anchor, switches: {} };
  writeFileSync(join(directory, "organisation.json"), JSON.stringify(founding));
}

test("catching up writes every file that is due, once, with what callers changed", async () => {
  foundLately();
  const simulator = await start();
  const { trailDirectory, organisation, clock } = simulator;
  const client = new OrganizationsClient(configuration(simulator));
  const PolicyId = first(organisation.denyPolicyIds);
  await client.send(new UpdatePolicyCommand({ PolicyId, Description: "waits" }));
  const files = () =>
    readdirSync(trailDirectory, { encoding: "utf8", recursive: true }).filter((name) =>
      name.endsWith(".json.gz"),
    );
  const [history, nothing] = await Promise.all([
    simulator.catchUpTrail(),
    simulator.catchUpTrail(),
  ]);
  expect(history.records).toBeGreaterThan(history.files);
  expect(files()).toHaveLength(history.files);
  expect(nothing.files).toBe(0);
  clock.setRate(10_000_000);
  while (clock.now() < NOW + 3_600_000) await Promise.resolve();
  clock.setRate(1);
  const later = await simulator.catchUpTrail();
  expect(files()).toHaveLength(history.files + later.files);
  const global = files().filter((name) => name.includes("/us-east-1/"));
  const texts = global.map((name) => gunzipSync(readFileSync(join(trailDirectory, name))));
  expect(texts.join("")).toContain('"eventName":"UpdatePolicy"');
});

test("a trail that grows is written in the background and stands still after the stop", async () => {
  foundLately();
  const simulator = await start({ trail: true });
  await simulator.stop();
  const state = () => readFileSync(join(directory, "trail-state.json"), "utf8");
  const written = state();
  simulator.clock.setRate(10_000_000);
  while (simulator.clock.now() < NOW + 3_600_000) await Promise.resolve();
  expect(state()).toBe(written);
});
