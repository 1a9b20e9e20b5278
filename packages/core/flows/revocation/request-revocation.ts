/**
 * Plans a person's revocation, and stores it with its steps and audit record in one transaction. A refused plan is shown and recorded
 * in the audit, never stored; a person has one unsettled revocation, which a second request joins.
 */
import { Fault } from "../../domain/fault.ts";
import { createdId } from "../../domain/ids.ts";
import type { Person } from "../../domain/person.ts";
import type { RevocationPlan } from "../../domain/revocation.ts";
import { pairVerdicts } from "../../domain/access/verdicts.ts";
import { accessOfPerson, directoryFacts } from "../../domain/revocation/directory.ts";
import { chainedCalls } from "../../domain/revocation/escape.ts";
import type { Requester } from "../../domain/revocation/facts.ts";
import { planRevocation } from "../../domain/revocation/plan.ts";
import { reconstruct } from "../../domain/sessions/reconstruct.ts";
import { viewSession } from "../../domain/sessions/state.ts";
import { DAY, instant, plus, type Instant } from "../../domain/time.ts";
import type { RevocationPorts } from "./ports.ts";

export interface RevocationRequest {
  readonly user: Person;
  readonly reason: string;
  readonly requester: Requester;
}

export interface RequestReceipt {
  readonly id: string;
  /** False when the person's unsettled revocation was joined. */
  readonly created: boolean;
  /** Of the stored revocation. */
  readonly plan: RevocationPlan;
  readonly approvalNeeded: boolean;
}

const LONGEST_REASON = 1_000;

/** The plan as it stands now, with everything that forbids it in its brakes. Stores nothing. */
export async function planFor(
  ports: RevocationPorts,
  user: Person,
  requester: Requester,
): Promise<RevocationPlan> {
  const now = instant(ports.clock.now());
  const events = await ports.history.eventsOf(user, now);
  const sessions = reconstruct(user, events, ports.sessionSettings);
  const snapshot = await ports.access.asOf(now);
  const verdicts = snapshot === null ? undefined : pairVerdicts(snapshot, await ports.actions());
  const policyIds = ports.contain.denyPolicyIds;
  const leases = await ports.store.leases(policyIds);
  return planRevocation({
    now,
    user,
    requester,
    sessions: sessions.map((session) => viewSession(session, now)),
    access:
      snapshot === null ? [] : accessOfPerson(snapshot, user, sessions, events, now, verdicts),
    directory: snapshot === null ? null : directoryFacts(snapshot, user, now, verdicts),
    chainedRoleArns: chainedCalls(events).flatMap(({ issuedRoleArn }) => issuedRoleArn ?? []),
    denyPolicies: policyIds.map((policyId) => ({
      policyId,
      userIds: leases
        .filter((lease) => lease.policyId === policyId && lease.releasedAt === null)
        .map((lease) => lease.userId),
    })),
    peopleCut: await ports.store.peopleCutSince(plus(now, -DAY)),
    settings: ports.contain,
  });
}

/** Faults: `input.invalid` for a reason that says nothing, `revoke.forbidden` with the sentence of the first brake that refuses. */
export async function requestRevocation(
  ports: RevocationPorts,
  request: RevocationRequest,
): Promise<RequestReceipt> {
  const reason = checkedReason(request.reason);
  const plan = await planFor(ports, request.user, request.requester);
  const now = instant(ports.clock.now());
  await refuse(ports, request, plan, now);
  const approvalNeeded = plan.brakes.some((brake) => brake.effect === "approval");
  const id = createdId("rev", now, ports.random(10));
  const stepIds = plan.steps.map(() => createdId("step", now, ports.random(10)));
  const { actor } = request.requester;
  const asked = { userId: plan.user.userId, reason, approvalNeeded, brakes: plan.brakes };
  const stored = await ports.store.create(
    { id, reason, requestedBy: actor, requestedAt: now, plan, approvalNeeded, stepIds },
    {
      at: now,
      actor,
      action: "revocation.requested",
      subject: id,
      body: { ...asked, steps: plan.steps },
    },
  );
  if (stored.created) return { id, created: true, plan, approvalNeeded };
  await ports.store.join(
    stored.id,
    plan.steps.map((step, index) => ({ id: stepIds[index]!, step })),
    now,
    { at: now, actor, action: "revocation.joined", subject: stored.id, body: { reason } },
  );
  const found = await ports.store.find(stored.id);
  return {
    id: stored.id,
    created: false,
    plan: found?.plan ?? plan,
    approvalNeeded: found?.approvalNeeded ?? approvalNeeded,
  };
}

function checkedReason(text: string): string {
  const reason = text.trim();
  // Postgres refuses U+0000 in text; the other control characters only mislead who reads the audit.
  const printable = /^[^\p{Cc}]*$/u.test(reason.replaceAll("\n", ""));
  if (reason.length === 0 || reason.length > LONGEST_REASON || !printable) {
    throw new Fault(
      "input.invalid",
      `The reason is not usable: give 1 to ${LONGEST_REASON} characters without control characters.`,
    );
  }
  return reason;
}

async function refuse(
  { store }: RevocationPorts,
  { user, requester }: RevocationRequest,
  plan: RevocationPlan,
  at: Instant,
): Promise<void> {
  const brake = plan.brakes.find(({ effect }) => effect === "refused");
  if (brake === undefined) return;
  await store.note({
    at,
    actor: requester.actor,
    action: "revocation.refused",
    subject: user.userId,
    body: { brake: brake.code },
  });
  throw new Fault("revoke.forbidden", brake.sentence, { detail: { brake: brake.code } });
}
