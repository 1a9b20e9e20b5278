/** A revocation as the API and the command line show it: what was asked, how far each step came, and what is proven or open. */
import type {
  Brake,
  Mechanism,
  ResidualAccess,
  RevocationPlan,
  RevocationState,
  SessionProof,
  StepState,
} from "../../domain/revocation.ts";
import { Fault } from "../../domain/fault.ts";
import type { Person } from "../../domain/person.ts";
import type { OpenItem } from "../../domain/revocation/proof.ts";
import { between, instant, type Instant } from "../../domain/time.ts";
import type { StoredRevocation, StoredStep } from "../../ports/revocation-store.ts";
import { judgeRevocation } from "./judge.ts";
import type { RevocationPorts } from "./ports.ts";

export interface StepView {
  readonly id: string;
  readonly order: number;
  readonly mechanism: Mechanism;
  readonly mode: "automatic" | "manual";
  readonly target: Readonly<Record<string, unknown>>;
  readonly why: string;
  readonly state: StepState;
  readonly attempts: number;
  readonly requestId: string | null;
  readonly performedAt: Instant | null;
  readonly confirmedAt: Instant | null;
  readonly problem: string | null;
  /** Milliseconds from the request to the confirmation; null until then. */
  readonly timeToContain: number | null;
}

export interface RevocationView {
  readonly id: string;
  readonly user: Person;
  readonly state: RevocationState;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAt: Instant;
  readonly approvalNeeded: boolean;
  readonly approvedBy: string | null;
  readonly approvedAt: Instant | null;
  readonly cancelledAt: Instant | null;
  readonly releasedAt: Instant | null;
  readonly steps: readonly StepView[];
  readonly residual: readonly (ResidualAccess & { readonly proof: SessionProof | null })[];
  /** What keeps it from being contained; empty exactly when nothing does. */
  readonly open: readonly OpenItem[];
  readonly brakes: readonly Brake[];
  readonly plan: RevocationPlan;
}

/** Fault `revoke.not-found` for an id that nobody has. */
export async function findRevocation(
  { store }: Pick<RevocationPorts, "store">,
  id: string,
): Promise<StoredRevocation> {
  const revocation = await store.find(id);
  if (revocation === null) {
    throw new Fault(
      "revoke.not-found",
      `There is no revocation ${id}: take an id from the list of revocations.`,
    );
  }
  return revocation;
}

export async function revocationView(ports: RevocationPorts, id: string): Promise<RevocationView> {
  return viewOf(ports, await findRevocation(ports, id));
}

/** Newest first; `before` is the id of the last one of the page before. */
export async function revocationViews(
  ports: RevocationPorts,
  limit: number,
  before?: string,
): Promise<RevocationView[]> {
  const views: RevocationView[] = [];
  for (const revocation of await ports.store.list(limit, before)) {
    views.push(await viewOf(ports, revocation));
  }
  return views;
}

async function viewOf(
  ports: RevocationPorts,
  revocation: StoredRevocation,
): Promise<RevocationView> {
  const { state, proofs, open } = await judgeRevocation(
    ports,
    revocation,
    instant(ports.clock.now()),
  );
  const { settled: _settled, proofs: _recorded, steps, plan, ...asked } = revocation;
  return {
    ...asked,
    state,
    steps: steps.map((step) => stepView(step, revocation.requestedAt)),
    residual: plan.residual.map((residual) => ({
      ...residual,
      proof: proofs.find((proof) => proof.sessionId === residual.sessionId) ?? null,
    })),
    open,
    brakes: plan.brakes,
    plan,
  };
}

function stepView(step: StoredStep, requestedAt: Instant): StepView {
  const { revocationId: _of, nextAttemptAt: _next, ...shown } = step;
  return {
    ...shown,
    timeToContain: step.confirmedAt === null ? null : between(requestedAt, step.confirmedAt),
  };
}
