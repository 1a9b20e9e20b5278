/**
 * Findings: what a rule saw, with the evidence to repeat its judgement. A finding opens at the instant its condition became
 * true, never at the sweep that noticed. It is about a person, or about an organisation as a whole, never about both.
 */
import type { Person, PersonKey } from "./person.ts";
import type { Instant } from "./time.ts";

export const SEVERITIES = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const FINDING_STATES = ["open", "acknowledged", "resolved"] as const;
export type FindingState = (typeof FINDING_STATES)[number];

/** What a detection is about: the id is AWS's own, or `<accountId>/<permissionSetArn or roleArn>` for access. */
export const SUBJECT_KINDS = [
  "session",
  "access",
  "person",
  "permission-set",
  "group",
  "assignment",
  "application",
  "trusted-token-issuer",
  "entitlement",
] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

/** What a rule says about one subject at one instant. */
export interface Detection {
  /** Distinguishes findings of one rule about one person or organisation; part of the id. */
  readonly key: readonly string[];
  readonly subject: { readonly kind: SubjectKind; readonly id: string };
  /** When the condition became true. */
  readonly since: Instant;
  readonly lastSeenAt: Instant;
  readonly severity: Severity;
  /** One sentence for a person. */
  readonly summary: string;
  /** Ids and numbers with which a person can repeat the judgement. */
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly eventIds: readonly string[];
}

export interface Finding {
  readonly id: string;
  readonly ruleId: string;
  readonly ruleVersion: string;
  readonly severity: Severity;
  readonly subject: { readonly kind: string; readonly id: string };
  /** Null for a finding about the organisation. */
  readonly user: Person | null;
  /** The instance of the organisation that it is about; null for a finding about a person. */
  readonly instanceArn: string | null;
  readonly openedAt: Instant;
  readonly lastSeenAt: Instant;
  readonly resolvedAt: Instant | null;
  readonly state: FindingState;
  readonly summary: string;
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly eventIds: readonly string[];
}

/** An organisation, by its instance of Identity Center. */
export interface OrganisationKey {
  readonly instanceArn: string;
}

/** Whom findings are about. */
export type FindingOwner = Person | OrganisationKey;

/** How lists name whom a finding is about. */
export function ownerName({ user }: Pick<Finding, "user">): string {
  return user === null ? "organisation" : (user.userName ?? user.userId);
}

export type { PersonKey };
