/** The whole way of a revocation on a real database: once whatever is killed, one a person, never over a foreign policy text. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { settingsOf } from "#core/domain/sessions/durations";
import { verifyAudit } from "#core/adapters/postgres/audit";
import { PostgresRevocationStore } from "#core/adapters/postgres/revocation/revocation-store";
import type { Person } from "#core/domain/person";
import {
  DENY_POLICY_CAPACITY,
  parseDenyPolicy,
  renderDenyPolicy,
} from "#core/domain/revocation/deny-policy";
import { HOUR, instant, MINUTE, plus } from "#core/domain/time";
import { advanceRevocation } from "#core/flows/revocation/advance-revocations";
import { approveRevocation } from "#core/flows/revocation/approve-revocation";
import { cancelRevocation } from "#core/flows/revocation/cancel-revocation";
import { requestRevocation } from "#core/flows/revocation/request-revocation";
import type { StepPorts } from "#core/flows/revocation/ports";
import { revocationView } from "#core/flows/revocation/view";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import {
  at,
  denialBy,
  MEMBER_ACCOUNT,
  personOf,
  REGION,
  roleCall,
  roleIssued,
  sessionDeleted,
  portal,
  userIdOf,
} from "../../unit/revocation/records.ts";
import { actions } from "#test/support/actions";
import { POLICY, TinyOrganisation } from "./tiny-organisation.ts";

const START = at("2026-03-02T10:00:00Z");
let database: TestDatabase;
let organisation: TinyOrganisation;
let ports: StepPorts;
let people = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query(
    `INSERT INTO coverage (source, account_id, region, first_event_at, last_event_at, hours_seen, records, last_received_at)
     VALUES ('files', $1, $2, '2026-01-01', '2027-01-01', '{[2026-01-01,2027-01-01)}', 1, '2027-01-01'),
            ('files', '444444444444', $2, '2026-01-01', '2027-01-01', '{[2026-01-01,2027-01-01)}', 1, '2027-01-01')`,
    [MEMBER_ACCOUNT, REGION],
  );
});
afterAll(() => database.drop());

beforeEach(async () => {
  await database.pool.query("TRUNCATE deny_leases, session_proofs, revocation_steps, revocations");
  organisation = new TinyOrganisation(START);
  ports = {
    store: organisation.disturbed(new PostgresRevocationStore(database)),
    revoker: organisation.disturbed(organisation.revoker),
    history: organisation.disturbed(organisation.history),
    access: organisation.disturbed(organisation.access),
    clock: { now: () => organisation.now },
    random: (bytes) => randomBytes(bytes),
    contain: { contain: "on", breakGlass: ["keeper"], peopleIn24h: 1_000, denyPolicyIds: [POLICY] },
    sessionSettings: settingsOf(null),
    actions,
    actor: "worker",
  };
});

function newPerson(): Person {
  const person = personOf((people += 1));
  organisation.add(person);
  return person;
}

const request = (user: Person, actor = "responder") =>
  requestRevocation(ports, {
    user,
    reason: "left the company",
    requester: { actor, userId: null },
  });

/** Passes of the worker until nothing moves: each later than every claim of the one before. */
async function settleDown(id: string, passes = 6) {
  for (let pass = 0; pass < passes; pass += 1) {
    organisation.now += 3 * MINUTE;
    await advanceRevocation(ports, id);
  }
  return revocationView(ports, id);
}

/** One revocation for each call that may be the last; a busy machine takes its time. */
const EVERY_CALL_MS = 240_000;

test(
  "a revocation ends in one effect each and the same end, wherever it is killed",
  async () => {
    const attempt = async (
      killAt: number,
    ): Promise<{ calls: number; effects: string[]; state: string }> => {
      organisation.now = Date.parse(START);
      organisation.effects.length = 0;
      const person = newPerson();
      organisation.events.push(roleIssued(person, plus(START, -10 * MINUTE)));
      let calls = 0;
      organisation.disturb = () => {
        calls += 1;
        if (calls === killAt) throw new Error("killed");
      };
      const alive = async <T>(work: () => Promise<T>): Promise<T | null> =>
        work().catch((error: unknown) => {
          if (!(error instanceof Error) || error.message !== "killed") throw error;
          return null;
        });
      const asked = (await alive(() => request(person))) ?? (await request(person));
      await alive(() => advanceRevocation(ports, asked.id));
      organisation.now += 3 * MINUTE;
      await alive(() => advanceRevocation(ports, asked.id));
      const reached = calls;
      organisation.disturb = () => undefined;
      await settleDown(asked.id, 2);
      organisation.now += 2 * HOUR;
      const view = await revocationView(ports, asked.id);
      const effects = organisation.effects.map((effect) => effect.replace(person.userId, "person"));
      return { calls: reached, effects, state: view.state };
    };
    const whole = await attempt(0);
    expect(whole.state).toBe("contained");
    expect(whole.effects).toEqual(["deny person", "unassign person", "leave person"]);
    for (let killAt = 1; killAt <= whole.calls; killAt += 1) {
      const { effects, state } = await attempt(killAt);
      expect({ killAt, effects, state }).toEqual({
        killAt,
        effects: whole.effects,
        state: whole.state,
      });
    }
    expect(whole.calls).toBeGreaterThan(40);
  },
  EVERY_CALL_MS,
);

test("of many requests for one person at once one is stored and all answer its id", async () => {
  const person = newPerson();
  const receipts = await Promise.all(Array.from({ length: 12 }, () => request(person)));
  expect(new Set(receipts.map(({ id }) => id)).size).toBe(1);
  expect(receipts.filter(({ created }) => created)).toHaveLength(1);
});

test("many people cut at once all stand in the policy", async () => {
  const asked = [];
  for (let index = 0; index < 8; index += 1) asked.push(await request(newPerson()));
  await Promise.all(asked.map(({ id }) => advanceRevocation(ports, id)));
  const parsed = parseDenyPolicy(organisation.policyText);
  expect(parsed.ok && parsed.userIds.length).toBe(8);
});

test("a policy that somebody else edited is never overwritten", async () => {
  const { id } = await request(newPerson());
  organisation.policyText = organisation.policyText.replace('"Deny"', '"Allow"');
  const foreign = organisation.policyText;
  await advanceRevocation(ports, id);
  const view = await revocationView(ports, id);
  expect(organisation.policyText).toBe(foreign);
  expect(view.state).toBe("failed");
  expect(view.steps[0]?.problem).toContain("edited by somebody else");
});

test("asking again after the policy was restored carries the failed deny out", async () => {
  const person = newPerson();
  const { id } = await request(person);
  organisation.policyText = "{}";
  await advanceRevocation(ports, id);
  organisation.policyText = renderDenyPolicy([]);
  expect((await request(person)).id).toBe(id);
  await settleDown(id, 2);
  expect(parseDenyPolicy(organisation.policyText)).toEqual({ ok: true, userIds: [person.userId] });
});

test("an id that only AWS knows becomes a lease and stays in the text", async () => {
  const stranger = userIdOf(900_001);
  organisation.policyText = renderDenyPolicy([stranger]);
  const person = newPerson();
  await advanceRevocation(ports, (await request(person)).id);
  expect(parseDenyPolicy(organisation.policyText)).toEqual({
    ok: true,
    userIds: [person.userId, stranger].sort(),
  });
  const leases = await ports.store.leases([POLICY]);
  expect(leases.find((lease) => lease.userId === stranger)?.revocationId).toBeNull();
});

test("a full policy fails the step, is not written, and keeps nobody else out", async () => {
  const ids: string[] = [];
  while (
    renderDenyPolicy([...ids, userIdOf(100_000 + ids.length)]).length <= DENY_POLICY_CAPACITY
  ) {
    ids.push(userIdOf(100_000 + ids.length));
  }
  organisation.policyText = renderDenyPolicy(ids);
  const full = organisation.policyText;
  const person = newPerson();
  const { id } = await request(person);
  await advanceRevocation(ports, id);
  const view = await revocationView(ports, id);
  expect(organisation.policyText).toBe(full);
  expect(view.steps[0]).toMatchObject({
    state: "failed",
    problem: expect.stringContaining("attach a further deny policy") as string,
  });
  const leases = await ports.store.leases([POLICY]);
  expect(leases.find((lease) => lease.userId === person.userId)?.releasedAt).not.toBeNull();
});

test("an id that somebody took out of the policy is written again", async () => {
  const person = newPerson();
  const { id } = await request(person);
  await advanceRevocation(ports, id);
  organisation.policyText = renderDenyPolicy([]);
  await settleDown(id, 2);
  expect(parseDenyPolicy(organisation.policyText)).toEqual({ ok: true, userIds: [person.userId] });
});

test("a call of the very session that our policy denied proves it, and the lease ends 12 hours after the grants", async () => {
  const person = newPerson();
  const issuedAt = plus(START, -10 * MINUTE);
  organisation.events.push(roleIssued(person, issuedAt, 12 * 3_600));
  const { id } = await request(person);
  expect((await settleDown(id, 2)).state).toBe("enforced");
  // Until then nobody can have read the trail past the request.
  organisation.now += HOUR;
  organisation.events.push(roleCall(person, issuedAt, instant(organisation.now), denialBy(POLICY)));
  organisation.now += MINUTE;
  const contained = await revocationView(ports, id);
  expect(contained.state).toBe("contained");
  expect(contained.residual[0]?.proof?.proof).toBe("denied-call");
  await settleDown(id, 1);
  expect(parseDenyPolicy(organisation.policyText)).toEqual({ ok: true, userIds: [person.userId] });
  organisation.now += 12 * HOUR;
  await advanceRevocation(ports, id);
  expect((await revocationView(ports, id)).state).toBe("released");
  expect(parseDenyPolicy(organisation.policyText)).toEqual({ ok: true, userIds: [] });
});

test("ending a portal session waits for the event that names it", async () => {
  const person = newPerson();
  const credential = "11111111-2222-4333-8444-555555555555";
  organisation.events.push({ ...portal(person, plus(START, -HOUR), credential) });
  const { id } = await request(person);
  organisation.now += HOUR;
  const waiting = await settleDown(id, 3);
  expect(waiting.state).toBe("awaiting-person");
  organisation.events.push(sessionDeleted(person, instant(organisation.now), []));
  const unnamed = await settleDown(id, 3);
  expect(unnamed.state).toBe("awaiting-person");
  expect(unnamed.steps.find((step) => step.mechanism === "end-sessions")?.problem).toContain(
    "but not which",
  );
  organisation.events.push(sessionDeleted(person, instant(organisation.now), [credential]));
  const named = await settleDown(id, 3);
  expect(named.state).toBe("contained");
  expect(named.steps.find((step) => step.mechanism === "end-sessions")?.state).toBe("confirmed");
});

test("a second person approves and nothing happens before", async () => {
  ports = { ...ports, contain: { ...ports.contain, peopleIn24h: 0 } };
  const { id, approvalNeeded } = await request(newPerson());
  expect(approvalNeeded).toBe(true);
  await advanceRevocation(ports, id);
  expect(organisation.effects).toEqual([]);
  await expect(approveRevocation(ports, id, { actor: "responder", userId: null })).rejects.toThrow(
    "second person",
  );
  await approveRevocation(ports, id, { actor: "approver", userId: null });
  await advanceRevocation(ports, id);
  expect(organisation.effects).not.toEqual([]);
});

test("only a revocation that has not begun can be cancelled", async () => {
  const begun = await request(newPerson());
  await advanceRevocation(ports, begun.id);
  await expect(cancelRevocation(ports, begun.id, "responder")).rejects.toThrow(
    "cannot be cancelled",
  );
  const fresh = await request(newPerson());
  await cancelRevocation(ports, fresh.id, "responder");
  expect((await revocationView(ports, fresh.id)).state).toBe("cancelled");
});

test("a refused plan changes nothing and leaves a record", async () => {
  ports = { ...ports, contain: { ...ports.contain, contain: "off" } };
  await expect(request(newPerson())).rejects.toMatchObject({ code: "revoke.forbidden" });
  const { rows } = await database.pool.query("SELECT 1 FROM revocations");
  expect(rows).toEqual([]);
});

test("the chain of audit records holds, and shows a row that was changed", async () => {
  const { id } = await request(newPerson());
  await settleDown(id, 2);
  expect(await verifyAudit(database.pool)).toMatchObject({ brokenAt: null });
  const { rows } = await database.pool.query<{ sequence: number }>(
    "SELECT sequence FROM audit_records ORDER BY sequence OFFSET 3 LIMIT 1",
  );
  const sequence = rows[0]!.sequence;
  await database.pool.query("UPDATE audit_records SET actor = 'nobody' WHERE sequence = $1", [
    sequence,
  ]);
  expect((await verifyAudit(database.pool)).brokenAt).toBe(sequence);
  await database.pool.query("DELETE FROM audit_records");
});
