/** An organisation is judged when a crawl or a change of access asks for it, once, and its findings stand with their alerts. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { PostgresFindingStore } from "#core/adapters/postgres/people/finding-store";
import { PostgresOrganisationStore } from "#core/adapters/postgres/people/organisation-store";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { MINUTE, parseInstant, plus, type Instant } from "#core/domain/time";
import { ingestFiles } from "#core/flows/ingest/ingest-files";
import { judgeOrganisation, type OrganisationPorts } from "#core/flows/judge-organisation";
import type { OrganisationRule } from "#core/rules/rule";
import { actions } from "#test/support/actions";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import * as records from "#test/support/records";

const INSTANCE = "arn:aws:sso:::instance/ssoins-1234567890abcdef";
const CRAWLED = parseInstant("2026-03-01T00:00:00Z")!;
const NOW = parseInstant("2026-03-02T00:00:00Z")!;

let database: TestDatabase;
let findings: PostgresFindingStore;
let now: Instant = NOW;
const said = { holds: true, breaks: false, next: null as Instant | null };
const rule: OrganisationRule = {
  about: "organisation",
  metadata: {
    id: "some-rule",
    title: "Some rule",
    severity: "low",
    pack: "over-broad",
    description: "Says what it is told.",
    revision: 1,
  },
  parameters: {},
  evaluate: (facts) => {
    if (said.breaks) throw new Error("broken");
    const found = {
      key: ["one"],
      subject: { kind: "permission-set" as const, id: "ps-1" },
      since: CRAWLED,
      lastSeenAt: CRAWLED,
      severity: "low" as const,
      summary: `There are ${facts.grants.length} grants.`,
      evidence: {},
      eventIds: [],
    };
    return { detections: said.holds ? [found] : [], nextDecisionAt: said.next, withheld: [] };
  },
};

const ports = (): OrganisationPorts => ({
  organisations: new PostgresOrganisationStore(database),
  access: new PostgresAccessStore(database),
  observations: new PostgresObservationStore(database),
  actions,
  catalogue: [rule],
  channels: ["siem"],
  clock: { now: () => Date.parse(now) },
});
const judge = (people = 0, patience: "rest" | "none" = "rest") =>
  judgeOrganisation(ports(), people, patience);
const list = async () => (await findings.list({}, { limit: 100, cursor: null })).items;
const dueAt = async (): Promise<Instant | null> => {
  const { rows } = await database.pool.query<{ due_at: Instant | null }>(
    "select due_at from organisations",
  );
  return rows[0]!.due_at;
};

beforeAll(async () => {
  database = await createTestDatabase();
  findings = new PostgresFindingStore(database);
});
afterAll(() => database.drop());
beforeEach(async () => {
  now = NOW;
  Object.assign(said, { holds: true, breaks: false, next: null });
  await database.pool.query(
    "truncate findings, deliveries, organisations, access_facts, access_snapshots cascade",
  );
  await database.pool.query(
    `insert into access_snapshots (id, instance_arn, started_at, completed_at, counts, api_calls)
     values ('snp_1', $1, $2, $2, '{}', '{}')`,
    [INSTANCE, CRAWLED],
  );
  const instance = {
    instanceArn: INSTANCE,
    identityStoreArn: records.STORE,
    identityStoreId: "d-90670abc12",
    ownerAccountId: records.OWNER,
    region: "eu-west-1",
  };
  await database.pool.query(
    `insert into access_facts (kind, key, instance_arn, body, body_sha256, observed_from, first_snapshot_id)
     values ('instance', $1, $1, $2, '', $3, 'snp_1')`,
    [INSTANCE, JSON.stringify(instance), CRAWLED],
  );
  await database.pool.query("insert into organisations (instance_arn, due_at) values ($1, $2)", [
    INSTANCE,
    CRAWLED,
  ]);
});

describe("an organisation", () => {
  test("that is due is judged once; its finding names the instance and no person, and is alerted", async () => {
    expect(await judge()).toEqual({ judged: 1, opened: 1, resolved: 0, failedRules: [] });
    expect(await judge()).toMatchObject({ judged: 0 });
    expect(await list()).toEqual([
      expect.objectContaining({ user: null, instanceArn: INSTANCE, state: "open" }),
    ]);
    const { rows } = await database.pool.query("select payload from deliveries");
    expect(rows).toEqual([
      { payload: expect.objectContaining({ data: expect.objectContaining({ user: null }) }) },
    ]);
  });

  test("is judged by one of two processes", async () => {
    const both = await Promise.all([judge(), judge()]);
    expect(both.reduce((sum, { judged }) => sum + judged, 0)).toBe(1);
  });

  test("has what does not hold any more resolved, and is due at the next decision", async () => {
    await judge();
    Object.assign(said, { holds: false, next: plus(NOW, MINUTE) });
    await database.pool.query("update organisations set due_at = $1", [NOW]);
    expect(await judge()).toMatchObject({ judged: 1, resolved: 1 });
    expect(await dueAt()).toBe(plus(NOW, MINUTE));
    now = plus(NOW, MINUTE);
    said.next = null;
    expect(await judge()).toMatchObject({ judged: 1 });
    expect(await dueAt()).toBeNull();
  });

  test("keeps the findings of a rule that threw", async () => {
    await judge();
    said.breaks = true;
    await database.pool.query("update organisations set due_at = $1", [NOW]);
    expect(await judge()).toEqual({
      judged: 1,
      opened: 0,
      resolved: 0,
      failedRules: ["some-rule"],
    });
    expect(await list()).toEqual([expect.objectContaining({ state: "open" })]);
  });

  test("rests between judgements for new use alone, but for a command that answers and goes", async () => {
    await judge();
    now = plus(NOW, MINUTE);
    expect(await judge(3)).toMatchObject({ judged: 0 });
    expect(await dueAt()).toBe(plus(NOW, 5 * MINUTE));
    expect(await judge(0, "none")).toMatchObject({ judged: 1 });
    expect(await dueAt()).toBeNull();
  });

  // Last, because its event stays.
  test("is due again by an event that changes access, whose grant the rules then see", async () => {
    await judge();
    now = plus(NOW, 3 * MINUTE);
    const made = records.record(plus(NOW, MINUTE), "sso.amazonaws.com", "CreateAccountAssignment", {
      requestParameters: {
        instanceArn: INSTANCE,
        targetId: records.MEMBER,
        targetType: "AWS_ACCOUNT",
        permissionSetArn: "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1",
        principalType: "USER",
        principalId: records.USER,
      },
    });
    const file = { path: "a.json", bytes: Buffer.from(JSON.stringify({ Records: [made] })) };
    await ingestFiles([file], new PostgresTrailStore(database), { now: () => Date.parse(now) });
    expect(await dueAt()).toBe(NOW);
    expect(await judge()).toMatchObject({ judged: 1 });
    expect(await list()).toEqual([
      expect.objectContaining({ summary: "There are 1 grants.", openedAt: CRAWLED }),
    ]);
  });
});
