/**
 * The words of a revocation: plan, steps, residual access, proofs and the state derived from them.
 * Shapes are the contract of `curfew revoke --plan --json` and `POST /v1/revocations`. Requested is not done; done is not proven.
 */
import type { Person } from "./person.ts";
import type { SessionKind } from "./session.ts";
import type { Instant } from "./time.ts";

export const MECHANISMS = [
  "deny-lease",
  "deny-permission-set",
  "remove-assignment",
  "remove-membership",
  "scim-deactivate",
  "delete-entitlement",
  "remove-application-access",
  "revoke-older-sessions",
  "deny-sign-in-session",
  "end-sessions",
  "disable-user",
] as const;
export type Mechanism = (typeof MECHANISMS)[number];

export interface PlannedStep {
  readonly mechanism: Mechanism;
  /** `manual` where AWS offers no public call, or where another system owns the thing. */
  readonly mode: "automatic" | "manual";
  /** What it acts on: AWS ids under their AWS names. */
  readonly target: Readonly<Record<string, unknown>>;
  /** From 1. */
  readonly order: number;
  /** What it stops and, for a manual step, what the person has to do. */
  readonly why: string;
}

/** What would still work after every step of the plan. */
export interface ResidualAccess {
  readonly sessionId: string;
  readonly kind: SessionKind;
  /** Null when no bound is known. */
  readonly until: Instant | null;
  readonly why: string;
}

/** What the person did in the 30 days before, so that one sees what would break. */
export interface RevocationImpact {
  readonly accounts: number;
  readonly permissionSets: number;
  readonly roleSessions30d: number;
  readonly lastUsedAt: Instant | null;
  /** Other access that a removed membership carried, by group. */
  readonly alsoRemoved: readonly {
    readonly groupName: string;
    readonly accountId: string;
    readonly permissionSetName: string;
  }[];
}

/** Something that forbids or holds back the plan. */
export interface Brake {
  readonly code:
    | "contain-off"
    | "no-break-glass"
    | "self"
    | "break-glass"
    | "last-administrator"
    | "too-many-people"
    | "privileged-target"
    | "no-snapshot"
    | "no-deny-policy";
  /** `refused`: nothing is carried out. `approval`: a second person is needed. `notice`: it goes on without. */
  readonly effect: "refused" | "approval" | "notice";
  readonly sentence: string;
}

export interface RevocationPlan {
  readonly user: Person;
  readonly steps: readonly PlannedStep[];
  readonly residual: readonly ResidualAccess[];
  readonly impact: RevocationImpact;
  readonly brakes: readonly Brake[];
}

export const STEP_STATES = [
  "pending",
  "performed",
  "confirmed",
  "awaiting-person",
  "failed",
] as const;
export type StepState = (typeof STEP_STATES)[number];

export const REVOCATION_STATES = [
  "planned",
  "awaiting-approval",
  "running",
  "awaiting-person",
  "enforced",
  "contained",
  "expired-unproven",
  "failed",
  "cancelled",
  "released",
] as const;
export type RevocationState = (typeof REVOCATION_STATES)[number];

export interface SessionProof {
  readonly sessionId: string;
  readonly proof: "ended-by-event" | "exact-hard-end" | "denied-call" | "silence-after-hard-end";
  readonly provenAt: Instant;
  readonly eventIds: readonly string[];
  readonly why: string;
}
