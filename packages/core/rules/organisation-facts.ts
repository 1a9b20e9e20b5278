/**
 * What rules about an organisation look at: one snapshot, what was found of its policies, how it is used and who granted it. Data
 * only, and the same in every replay of the same instant. Use is known from `observedSince` on, less the hours that were not read.
 */
import type { AccessSnapshot, AccountTier } from "../domain/access.ts";
import type { RoleUse } from "../domain/access/proposal/role-use.ts";
import type { Severity } from "../domain/finding.ts";
import type { Instant } from "../domain/time.ts";
import type { RuleSettings } from "./settings.ts";

/** What the policies of a permission set together are, in accounts in which they are the same. */
export interface SetVerdict {
  readonly permissionSetArn: string;
  /** Empty where it is provisioned nowhere. */
  readonly accountIds: readonly string[];
  /** Null where a policy could not be read. */
  readonly administrator: boolean | null;
  readonly findings: readonly {
    /** `privilege-escalation`, `credential-exposure`, … */
    readonly id: string;
    readonly severity: Severity;
    readonly explanation: string;
    readonly actions: readonly string[];
  }[];
  /** Prefixes of the services of which it allows anything; null where that is not known, or it allows every service. */
  readonly services: readonly string[] | null;
}

/** How far the use of an account is known. */
export interface Observation {
  readonly accountId: string;
  /** Null: never. */
  readonly observedSince: Instant | null;
  /** Hours since then that were not read. */
  readonly gapHours: number;
}

/** A grant that AWS accepted. */
export interface GrantEvent {
  readonly eventId: string;
  readonly occurredAt: Instant;
  readonly kind: "assignment" | "membership" | "entitlement";
  /** As the snapshot names the fact: `<account>/<set>/<principal>`, `<group>/<user>`, `<entitlementId>`. */
  readonly key: string;
  /** Null where the record does not name the caller. */
  readonly callerArn: string | null;
  /** The directory's own writer: SCIM, or the identity provider. */
  readonly isProvisioning: boolean;
}

export interface OrganisationFacts {
  readonly snapshot: AccessSnapshot;
  /** When the crawl that the snapshot stems from was complete, and the first one ever. */
  readonly takenAt: Instant;
  readonly firstCrawlAt: Instant;
  /** By `<kind>/<key>`: since when crawls saw the fact as it is. */
  readonly observedFrom: ReadonlyMap<string, Instant>;
  /** Of every account of the snapshot. */
  readonly tiers: ReadonlyMap<string, AccountTier>;
  readonly verdicts: readonly SetVerdict[];
  readonly usage: readonly RoleUse[];
  readonly observations: readonly Observation[];
  readonly grants: readonly GrantEvent[];
  readonly settings: RuleSettings;
}
