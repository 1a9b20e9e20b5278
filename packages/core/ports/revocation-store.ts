/**
 * What is stored of revocations: rows that only ever move forward, each change in one transaction with its audit record.
 * The state of a revocation is not among it: it is derived from steps, proofs and `now`.
 */
import type { AuditEntry } from "../domain/audit.ts";
import type { Person, PersonKey } from "../domain/person.ts";
import type { PlannedStep, RevocationPlan, SessionProof, StepState } from "../domain/revocation.ts";
import type { TrailCoverage } from "../domain/revocation/coverage.ts";
import type { Instant } from "../domain/time.ts";

export interface StoredStep extends PlannedStep {
  readonly id: string;
  readonly revocationId: string;
  readonly state: StepState;
  /** Claims so far: probing counts as one. */
  readonly attempts: number;
  readonly nextAttemptAt: Instant;
  readonly requestId: string | null;
  readonly performedAt: Instant | null;
  readonly confirmedAt: Instant | null;
  readonly problem: string | null;
}

export interface StoredRevocation {
  readonly id: string;
  readonly user: Person;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAt: Instant;
  readonly plan: RevocationPlan;
  readonly approvalNeeded: boolean;
  readonly approvedBy: string | null;
  readonly approvedAt: Instant | null;
  readonly cancelledAt: Instant | null;
  readonly releasedAt: Instant | null;
  readonly settled: boolean;
  /** In their order. */
  readonly steps: readonly StoredStep[];
  readonly proofs: readonly SessionProof[];
}

export interface NewRevocation {
  readonly id: string;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAt: Instant;
  readonly plan: RevocationPlan;
  readonly approvalNeeded: boolean;
  /** One for each step of the plan, in its order. */
  readonly stepIds: readonly string[];
}

export interface DenyLease {
  readonly policyId: string;
  readonly userId: string;
  /** Null for an id that was found in AWS and adopted. */
  readonly revocationId: string | null;
  readonly leasedAt: Instant;
  readonly releasedAt: Instant | null;
}

/** What becomes of a claimed step. Fields left out stay as they are. */
export interface StepChange {
  readonly state: StepState;
  readonly nextAttemptAt: Instant;
  readonly requestId?: string | null;
  readonly performedAt?: Instant | null;
  readonly confirmedAt?: Instant | null;
  readonly problem: string | null;
}

export interface RevocationStore {
  /** Stores it whole, or answers the id of the person's unsettled revocation and stores nothing. */
  create(revocation: NewRevocation, audit: AuditEntry): Promise<{ id: string; created: boolean }>;
  find(id: string): Promise<StoredRevocation | null>;
  /** Newest first; `before` is the id of the last one of the page before. */
  list(limit: number, before?: string): Promise<StoredRevocation[]>;
  unsettledIds(): Promise<string[]>;
  /** Whom anybody's revocation asked to cut since, cancelled ones left out; each person once. */
  peopleCutSince(since: Instant): Promise<PersonKey[]>;

  /** False when it was approved, cancelled or settled before. */
  approve(id: string, by: string, at: Instant, audit: AuditEntry): Promise<boolean>;
  /** False when a step was claimed before, or it was cancelled or settled: the same lock as a claim's decides. */
  cancel(id: string, at: Instant, audit: AuditEntry): Promise<boolean>;

  /**
   * Takes a due step of an approved, unsettled revocation for one attempt: nobody else gets it before `until`. A process that
   * dies with it loses nothing but that time. Null when it is not due, settled, or somebody has it.
   */
  claimStep(stepId: string, now: Instant, until: Instant): Promise<StoredStep | null>;
  /** False, and nothing written, when another attempt began since. */
  recordStep(step: StoredStep, change: StepChange, audit: AuditEntry | null): Promise<boolean>;
  /**
   * Lets a second request join: steps it needs that are not there are added, automatic ones that failed are due again, and removals
   * that were confirmed are probed again, because a grant may have come back. Answers how many steps changed.
   */
  join(
    id: string,
    steps: readonly { readonly id: string; readonly step: PlannedStep }[],
    now: Instant,
    audit: AuditEntry,
  ): Promise<number>;

  /** Runs alone for the policy over all processes; nothing else may render or write it meanwhile. */
  withPolicyLock<T>(policyId: string, work: () => Promise<T>): Promise<T>;
  /** Released ones too: their ids are known. */
  leases(policyIds: readonly string[]): Promise<DenyLease[]>;
  /** Opens the lease, or hands an open one to this revocation. */
  lease(
    policyId: string,
    userId: string,
    revocationId: string | null,
    at: Instant,
    audit: AuditEntry,
  ): Promise<void>;
  /** Marks leases released; their rows stay, so that their ids stay known. */
  releaseLease(policyId: string, userId: string, at: Instant, audit: AuditEntry): Promise<void>;

  /** Adds what is not proven yet; a proof is never changed. Answers how many are new. */
  addProofs(
    id: string,
    proofs: readonly SessionProof[],
    audit: (proof: SessionProof) => AuditEntry,
  ): Promise<number>;
  /** Nothing is left to do or to wait for. */
  settle(id: string, releasedAt: Instant | null, audit: AuditEntry): Promise<void>;
  note(audit: AuditEntry): Promise<void>;

  /** Which hours of `[since, now]` trails were read of each account and Region, judged from what is stored. */
  coverage(since: Instant, now: Instant): Promise<TrailCoverage[]>;
}
