import { afterEach, beforeEach, expect, test } from "vitest";
import { awsDirectory } from "#core/adapters/aws/directory";
import { PostgresCrawlStore } from "#core/adapters/postgres/access/crawl-store";
import { decodeRecord } from "#core/domain/trail/decode";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { HOUR, instant, MINUTE } from "#core/domain/time";
import { refreshSnapshot } from "#core/flows/crawl/refresh";
import { takeSnapshot } from "#core/flows/take-snapshot";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import { record } from "#test/support/records";
import {
  openScriptedAws,
  ScriptedError,
  type Script,
  type ScriptedAws,
} from "../aws/scripted-aws.ts";
import {
  APPLICATION_ARN,
  INSTANCE_ARN,
  setArn,
  SMALL_ORGANISATION,
} from "../aws/small-organisation.ts";

let aws: ScriptedAws;
let database: TestDatabase;
let store: PostgresCrawlStore;
let now: number;
let answers: Script;

beforeEach(async () => {
  now = Date.UTC(2026, 10, 1);
  answers = {};
  const script = new Proxy(SMALL_ORGANISATION, {
    get: (sound, name: string) => answers[name] ?? sound[name],
  });
  aws = await openScriptedAws(script);
  database = await createTestDatabase();
  store = new PostgresCrawlStore(database);
  await takeSnapshot(ports("snp_1"));
  aws.calls.length = 0;
});
afterEach(async () => {
  await aws.close();
  await database.drop();
});

const ports = (id: string) => ({
  directory: awsDirectory({ clientsOf: () => aws.clients, regions: ["eu-central-1"] }),
  store,
  clock: { now: () => (now += 1_000) },
  newId: () => id,
  progress: () => undefined,
});

/** The trail shows that somebody changed this, just now. */
async function told(name: string, requestParameters: Record<string, unknown>): Promise<void> {
  now += 10 * MINUTE;
  const made = record(instant(now), "sso.amazonaws.com", name, {
    eventType: "AwsApiCall",
    requestParameters: { instanceArn: INSTANCE_ARN, ...requestParameters },
  });
  now += 10 * MINUTE;
  const records = [{ position: 0, decoded: decodeRecord(made) }];
  const at = instant(now);
  const parts = [{ origin: `file:${now}`, records, progress: { kind: "none" as const } }];
  await new PostgresTrailStore(database).append({ source: "files", receivedAt: at, parts }, at);
}

const bodies = async (kind: string) => {
  const { rows } = await database.pool.query<{ key: string; body: Record<string, unknown> }>(
    "select key, body from access_facts where kind = $1 and observed_to is null order by key",
    [kind],
  );
  return rows;
};

test("reads nothing where no event touched anything", async () => {
  now += HOUR;
  expect(await refreshSnapshot(ports("snp_2"))).toBeNull();
  await told("CreateAccountAssignment", { permissionSetArn: setArn(1) });
  expect(await refreshSnapshot(ports("snp_2"))).toBeNull();
  expect(aws.calls).toEqual([]);
});

test("reads a permission set that changed, with its provisioning, once, and leaves the rest", async () => {
  answers = {
    GetInlinePolicyForPermissionSet: () => ({ InlinePolicy: '{"Statement":[]}' }),
    ListAccountsForProvisionedPermissionSet: () => ({ AccountIds: ["444455556666"] }),
  };
  const kept = await bodies("assignment");
  await told("PutInlinePolicyToPermissionSet", { permissionSetArn: setArn(2) });
  const receipt = await refreshSnapshot(ports("snp_2"));
  expect(receipt).toMatchObject({ id: "snp_2", refreshed: [setArn(2)] });
  const sets = await bodies("permission-set");
  expect(sets.map((one) => one.body["inlinePolicy"])).toEqual([null, '{"Statement":[]}']);
  const where = (await bodies("provisioning")).map((one) => one.key);
  expect(where).toEqual([
    `111122223333/${setArn(1)}`,
    `444455556666/${setArn(1)}`,
    `444455556666/${setArn(2)}`,
  ]);
  expect(await bodies("assignment")).toEqual(kept);
  expect(aws.calls).not.toContain("ListUsers");
  expect(aws.calls).not.toContain("ListAccountAssignments");
  // What the event told is read; the snapshot counts as old as what was not.
  expect(await refreshSnapshot(ports("snp_3"))).toBeNull();
  const newest = await store.newest();
  const { rows } = await database.pool.query<{ at: string }>(
    "select started_at as at from access_snapshots where id = 'snp_1'",
  );
  expect(newest).toMatchObject({ id: "snp_2", startedAt: rows[0]?.at });
  expect(newest?.notes).toMatchObject([{ kind: "refreshed", about: setArn(2) }]);
});

test("closes a permission set that was deleted, and an application too", async () => {
  const absent = () => {
    throw new ScriptedError("ResourceNotFoundException");
  };
  answers = {
    DescribePermissionSet: absent,
    ListAccountsForProvisionedPermissionSet: absent,
    DescribeApplication: absent,
  };
  await told("DeletePermissionSet", { permissionSetArn: setArn(1) });
  await told("DeleteApplication", { applicationArn: APPLICATION_ARN });
  await refreshSnapshot(ports("snp_2"));
  expect((await bodies("permission-set")).map((one) => one.key)).toEqual([setArn(2)]);
  expect(await bodies("application")).toEqual([]);
  expect(await bodies("application-assignment")).toEqual([]);
});

test("changes nothing when it fails, and stands in nobody's way", async () => {
  answers = {
    DescribePermissionSet: () => {
      throw new ScriptedError("InternalServerException");
    },
  };
  await told("UpdatePermissionSet", { permissionSetArn: setArn(1) });
  await expect(refreshSnapshot(ports("snp_2"))).rejects.toMatchObject({ code: "aws.unexpected" });
  expect(await store.newest()).toMatchObject({ id: "snp_1" });
  answers = {};
  const receipt = await takeSnapshot(ports("snp_3"));
  expect(receipt).toMatchObject({ id: "snp_3", resumed: false });
});

test("leaves it to a crawl that is under way", async () => {
  await told("UpdatePermissionSet", { permissionSetArn: setArn(1) });
  await store.begin("snp_2", INSTANCE_ARN, instant(now), null);
  expect(await refreshSnapshot(ports("snp_3"))).toBeNull();
});

test("is begun anew as a whole crawl where it was killed", async () => {
  await store.begin("snp_2", INSTANCE_ARN, instant(now), null);
  await store.write("snp_2", { unit: "refresh", facts: [], notes: [] }, instant(now), {});
  const receipt = await takeSnapshot(ports("snp_3"));
  expect(receipt).toMatchObject({ id: "snp_3", resumed: false });
  expect(receipt.counts).toMatchObject({ user: 3, "permission-set": 2, assignment: 4 });
});
