/** What the analysis of policies answers: plain values, the same for the same documents whatever their order. */
import type { AccessLevel } from "./catalogue.ts";

export const POLICY_SEVERITIES = ["critical", "high", "medium", "low"] as const;
export type PolicySeverity = (typeof POLICY_SEVERITIES)[number];

export const POLICY_FINDING_IDS = [
  "administrator",
  "privilege-escalation",
  "credential-exposure",
  "data-exfiltration",
  "resource-exposure",
  "organisation-control",
  "log-tampering",
  "session-disruption",
  "open-trust",
  "unlimited-pass-role",
  "service-wildcard",
  "not-action-allow",
  "not-resource-allow",
] as const;
export type PolicyFindingId = (typeof POLICY_FINDING_IDS)[number];

/** Where a statement stands. */
export interface StatementRef {
  /** The document's name as the caller gave it. */
  readonly document: string;
  /** Its place in the document, counted from 1. */
  readonly statement: number;
  readonly sid: string | null;
}

export interface PolicyFinding {
  readonly id: PolicyFindingId;
  readonly severity: PolicySeverity;
  /** Sentences for a reader who does not know IAM's grammar: what can be done with it, and what it depends on. */
  readonly explanation: string;
  /** The statements that allow it, in the order of their documents' names. */
  readonly statements: readonly StatementRef[];
  /** `iam:PassRole`; sorted. `service:*` where a whole service is meant. */
  readonly actions: readonly string[];
}

/** How much of a service is allowed somewhere, under whatever condition. */
export interface ServiceAllowance {
  readonly service: string;
  readonly name: string;
  /** By level, how many of the service's actions. */
  readonly levels: Readonly<Partial<Record<AccessLevel, number>>>;
  /** Every action of the service that the data knows. */
  readonly whole: boolean;
}

export interface PolicyVerdict {
  /** Null where a document that nobody could read decides. */
  readonly administrator: boolean | null;
  readonly findings: readonly PolicyFinding[];
  /** What could not be read, one sentence each: what it may allow or take away is not in this verdict. */
  readonly unread: readonly string[];
  /** By service, in the order of their prefixes. */
  readonly allows: readonly ServiceAllowance[];
  /** Allowed patterns that no action of the data matches: newer than the data, or misspelt. */
  readonly unknownActions: readonly string[];
  /** Version of the data of AWS's actions. */
  readonly actionData: string;
}
