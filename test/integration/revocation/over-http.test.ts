/** A revocation through the real adapters: the official clients over HTTP on the simulated organisation, events from its trail. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseDenyPolicy } from "#core/domain/revocation/deny-policy";
import { reconstruct } from "#core/domain/sessions/reconstruct";
import { DAY, HOUR, instant, MINUTE, SECOND } from "#core/domain/time";
import { advanceRevocation } from "#core/flows/revocation/advance-revocations";
import { planFor, requestRevocation } from "#core/flows/revocation/request-revocation";
import type { StepPorts } from "#core/flows/revocation/ports";
import { revocationView } from "#core/flows/revocation/view";
import type { Person } from "#core/domain/person";
import { first } from "#test/unit/simulator-wire/office";
import type { AwsOffice } from "../aws/aws-office.ts";
import { openSimulatedWorld, type SimulatedWorld } from "./simulated-world.ts";

let simulated: SimulatedWorld;
let office: AwsOffice;
let ports: StepPorts;

beforeAll(async () => {
  simulated = await openSimulatedWorld();
  ({ office, ports } = simulated);
  await simulated.read(office.clock.now - 2 * DAY, office.clock.now);
  await simulated.snapshot();
});
afterAll(() => simulated.close());

/** Somebody with a running role session in a member account and access of their own or by a local group. */
async function somebody(): Promise<Person> {
  const now = instant(office.clock.now);
  for (const { userId } of office.world.organisation.people) {
    const person = await ports.history.person({
      identityStoreArn: office.world.organisation.identityStoreArn,
      userId,
    });
    const events = await ports.history.eventsOf(person, now);
    const running = reconstruct(person, events, ports.sessionSettings).some(
      (session) =>
        session.kind === "role" &&
        session.endsAt.certainty === "exact" &&
        (session.endsAt.at ?? "") > now &&
        session.accountId !== office.world.organisation.managementAccountId,
    );
    if (!running) continue;
    const plan = await planFor(ports, person, { actor: "responder", userId: null });
    if (
      plan.steps.some((step) => step.mechanism.startsWith("remove-") && step.mode === "automatic")
    ) {
      return person;
    }
  }
  throw new Error("The simulated organisation has nobody with a running role session.");
}

test("a person of the organisation is denied, loses their grants and nobody else does", async () => {
  const person = await somebody();
  const before = office.world.at(office.clock.now);
  const { id, plan } = await requestRevocation(ports, {
    user: person,
    reason: "left the company",
    requester: { actor: "responder", userId: null },
  });
  const automatic = plan.steps.filter((step) => step.mode === "automatic");
  for (let pass = 0; pass < 12; pass += 1) {
    await advanceRevocation(ports, id);
    office.clock.now += 30 * SECOND;
  }
  const view = await revocationView(ports, id);
  const done = view.steps.filter((step) => step.mode === "automatic");
  expect(done.map(({ state }) => state)).toEqual(automatic.map(() => "confirmed"));
  const text = await ports.revoker.readDenyPolicy(first(office.world.organisation.denyPolicyIds));
  expect(parseDenyPolicy(text.content)).toEqual({ ok: true, userIds: [person.userId] });

  const after = office.world.at(office.clock.now);
  const assignmentsOfOthers = (all: typeof before.assignments) =>
    all.filter((one) => one.principalId !== person.userId).length;
  expect(assignmentsOfOthers(after.assignments)).toBe(assignmentsOfOthers(before.assignments));
  const membershipsOfOthers = (all: typeof before.memberships) =>
    all.filter((one) => one.userId !== person.userId).length;
  expect(membershipsOfOthers(after.memberships)).toBe(membershipsOfOthers(before.memberships));

  const from = office.clock.now - 12 * 30 * SECOND;
  office.clock.now += 13 * HOUR;
  await simulated.read(from, office.clock.now - MINUTE);
  await simulated.snapshot();
  await advanceRevocation(ports, id);
  const later = await revocationView(ports, id);
  const { managementAccountId } = office.world.organisation;
  const running = later.residual.filter(
    ({ kind, why }) => kind === "role" && why.includes("refuses"),
  );
  expect(running.length).toBeGreaterThan(0);
  expect(running.map(({ proof }) => proof?.proof)).toContain("denied-call");
  expect(await deniedBy(running.flatMap(({ proof }) => proof?.eventIds ?? []))).not.toContain(
    managementAccountId,
  );
  // A group of the identity provider still gives access, and nobody ended the token session.
  expect(
    later.steps.some((step) => step.mode === "manual" && step.state === "awaiting-person"),
  ).toBe(true);
  expect(later.open).not.toEqual([]);
  expect(later.state).toBe("awaiting-person");
});

/** The accounts in which these calls were made. */
async function deniedBy(eventIds: readonly string[]): Promise<string[]> {
  const { rows } = await simulated.database.pool.query<{ account: string }>(
    "SELECT t.value::json->>4 AS account FROM events e JOIN event_terms t ON t.term_no = e.type_no WHERE e.event_id = ANY($1::uuid[])",
    [eventIds],
  );
  expect(rows.length).toBeGreaterThan(0);
  return rows.map(({ account }) => account);
}
