import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  applyReconciliation,
  openFindingsOf,
  PostgresFindingStore,
} from "#core/adapters/postgres/people/finding-store";
import { transaction } from "#core/adapters/postgres/transaction";
import type { Finding } from "#core/domain/finding";
import { reconcileFindings, type AttributedDetection } from "#core/domain/reconcile-findings";
import type { Person } from "#core/domain/person";
import { plus, type Instant } from "#core/domain/time";
import { createTestDatabase, type TestDatabase } from "#test/support/database";

const PERSON: Person = {
  identityStoreArn: "arn:aws:identitystore::111122223333:identitystore/d-1234567890",
  userId: "1234567890-0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d",
  userName: "jane.roe",
};
const SINCE = "2026-03-01T00:00:00.000Z" as Instant;
const NOW = "2026-03-05T00:00:00.000Z" as Instant;

let database: TestDatabase;
let store: PostgresFindingStore;
beforeAll(async () => {
  database = await createTestDatabase();
  store = new PostgresFindingStore(database);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query("truncate people, person_names, findings, deliveries cascade");
  await database.pool.query("insert into people (identity_store_arn, user_id) values ($1, $2)", [
    PERSON.identityStoreArn,
    PERSON.userId,
  ]);
  await database.pool.query("insert into person_names values ($1, $2, $3, $4)", [
    PERSON.identityStoreArn,
    PERSON.userId,
    PERSON.userName,
    SINCE,
  ]);
});

function detected(key: string, over: Partial<AttributedDetection> = {}): AttributedDetection {
  return {
    key: [key],
    subject: { kind: "session", id: key },
    since: SINCE,
    lastSeenAt: SINCE,
    severity: "medium",
    summary: `seen ${key}`,
    evidence: { observed: 1 },
    eventIds: ["11111111-1111-4111-8111-111111111111"],
    ruleId: "some-rule",
    ruleVersion: "v1",
    parameters: { idleHours: 24 },
    ...over,
  };
}

function sweep(
  detections: AttributedDetection[],
  now = NOW,
  channels = ["siem", "chat"],
): Promise<void> {
  return transaction(database, async (client) => {
    const open = await openFindingsOf(client, PERSON);
    await applyReconciliation(
      client,
      reconcileFindings(open, detections, PERSON, now),
      channels,
      now,
    );
  });
}

async function deliveries(): Promise<string[]> {
  const { rows } = await database.pool.query<{ text: string }>(
    `select channel || ' ' || (payload->>'type') || ' ' || (payload->>'timestamp') as text from deliveries order by text`,
  );
  return rows.map(({ text }) => text);
}
const all = async (filter = {}): Promise<readonly Finding[]> =>
  (await store.list(filter, { limit: 100, cursor: null })).items;

describe("a sweep's findings", () => {
  test("come back as they were written, with one delivery a channel", async () => {
    await sweep([detected("a")]);
    const [finding] = await all();
    expect(finding).toEqual(reconcileFindings([], [detected("a")], PERSON, NOW).opened[0]);
    expect(await store.get(finding!.id)).toEqual(finding);
    expect(await deliveries()).toEqual([
      `chat finding.opened ${SINCE}`,
      `siem finding.opened ${SINCE}`,
    ]);
  });

  test("are one finding and one alert however often a sweep is repeated", async () => {
    const reconciliation = reconcileFindings([], [detected("a")], PERSON, NOW);
    const apply = () =>
      transaction(database, (client) => applyReconciliation(client, reconciliation, ["siem"], NOW));
    await Promise.all([apply(), apply(), apply(), apply()]);
    await sweep([detected("a")], plus(NOW, 1), ["siem"]);
    expect(await all()).toHaveLength(1);
    expect(await deliveries()).toHaveLength(1);
  });

  test("roll back with their alerts", async () => {
    const failing = transaction(database, async (client) => {
      const reconciliation = reconcileFindings([], [detected("a")], PERSON, NOW);
      await applyReconciliation(client, reconciliation, ["siem"], NOW);
      throw new Error("killed before commit");
    });
    await expect(failing).rejects.toThrow("killed before commit");
    expect(await all()).toEqual([]);
    expect(await deliveries()).toEqual([]);
  });

  test("are resolved, and open again as the same finding with the earlier period kept", async () => {
    await sweep([detected("a")], NOW, ["siem"]);
    await sweep([], plus(NOW, 1000), ["siem"]);
    expect(await all({ state: "resolved" })).toMatchObject([{ resolvedAt: plus(NOW, 1000) }]);
    const again = plus(NOW, 5000);
    await sweep([detected("a", { since: again })], plus(NOW, 6000), ["siem"]);
    expect(await all()).toMatchObject([
      {
        state: "open",
        openedAt: again,
        resolvedAt: null,
        evidence: { earlier: [{ openedAt: SINCE, resolvedAt: plus(NOW, 1000) }] },
      },
    ]);
    await sweep([detected("a", { since: again })], plus(NOW, 7000), ["siem"]);
    expect((await all())[0]!.evidence["earlier"]).toHaveLength(1);
    expect(await deliveries()).toEqual([
      `siem finding.opened ${SINCE}`,
      `siem finding.opened ${again}`,
      `siem finding.resolved ${plus(NOW, 1000)}`,
    ]);
  });

  test("keep an acknowledgement through a refresh that was judged before it was given", async () => {
    await sweep([detected("a")]);
    const open = await openFindingsOf(database.pool, PERSON);
    await database.pool.query("update findings set state = 'acknowledged'");
    const reconciliation = reconcileFindings(
      open,
      [detected("a", { summary: "new words" })],
      PERSON,
      NOW,
    );
    await applyReconciliation(database.pool, reconciliation, [], NOW);
    expect(await all()).toMatchObject([{ state: "acknowledged", summary: "new words" }]);
  });
});

describe("the list of findings", () => {
  test("gives every finding once over its pages, newest first", async () => {
    const keys = Array.from({ length: 23 }, (_, index) => `k${index}`);
    await sweep(
      keys.map((key, index) => detected(key, { since: plus(SINCE, Math.floor(index / 3)) })),
    );
    const seen: Finding[] = [];
    let cursor: string | null = null;
    do {
      const page = await store.list({}, { limit: 5, cursor });
      seen.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(23);
    const times = seen.map(({ openedAt }) => openedAt);
    expect(times).toEqual(times.toSorted().toReversed());
  });

  test("narrows by rule, severity, state and person", async () => {
    await sweep([detected("a"), detected("b", { ruleId: "other-rule", severity: "high" })]);
    expect(await all({ ruleId: "other-rule" })).toHaveLength(1);
    expect(await all({ severity: "high" })).toHaveLength(1);
    expect(await all({ severity: "low" })).toHaveLength(0);
    expect(
      await all({ userId: PERSON.userId, identityStoreArn: PERSON.identityStoreArn }),
    ).toHaveLength(2);
    expect(await all({ userId: "somebody-else" })).toHaveLength(0);
    expect(await all({ state: "resolved" })).toHaveLength(0);
  });

  test("shows things as they stood at an instant", async () => {
    await sweep([detected("a")]);
    await sweep([], plus(NOW, 1000));
    expect(await all({ asOf: plus(SINCE, -1) })).toEqual([]);
    expect(await all({ asOf: NOW, state: "open" })).toMatchObject([
      { state: "open", resolvedAt: null },
    ]);
    expect(await all({ asOf: NOW, state: "resolved" })).toEqual([]);
    expect(await all({ asOf: plus(NOW, 1000) })).toMatchObject([{ state: "resolved" }]);
  });

  test.each(["x", "e30", Buffer.from('["now","fin_1"]').toString("base64url")])(
    "refuses the cursor %j",
    async (cursor) => {
      await expect(store.list({}, { limit: 5, cursor })).rejects.toMatchObject({
        code: "input.invalid",
      });
    },
  );

  test.each([0, -1, 501, 1.5, Number.NaN])("refuses the limit %s", async (limit) => {
    await expect(store.list({}, { limit, cursor: null })).rejects.toMatchObject({
      code: "input.invalid",
    });
  });
});
