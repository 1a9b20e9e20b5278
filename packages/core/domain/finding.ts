/**
 * Findings: what a rule saw, with the evidence to repeat its judgement. A finding opens at the instant its condition became
 * true, never at the sweep that noticed.
 */
import type { Person, PersonKey } from "./person.ts";
import type { Instant } from "./time.ts";

export const SEVERITIES = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const FINDING_STATES = ["open", "acknowledged", "resolved"] as const;
export type FindingState = (typeof FINDING_STATES)[number];

/** What a rule says about one subject at one instant. */
export interface Detection {
  /** Distinguishes findings of one rule about one person; part of the id. */
  readonly key: readonly string[];
  readonly subject: { readonly kind: "session" | "access" | "person"; readonly id: string };
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
  readonly user: Person;
  readonly openedAt: Instant;
  readonly lastSeenAt: Instant;
  readonly resolvedAt: Instant | null;
  readonly state: FindingState;
  readonly summary: string;
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly eventIds: readonly string[];
}

export type { PersonKey };
