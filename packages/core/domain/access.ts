/**
 * Who can become what: the facts of one access snapshot, and effective access with every path kept.
 * Shapes are the contract of `curfew access --json` and the API.
 */
import type { Person, PersonKey } from "./person.ts";
import type { Instant } from "./time.ts";

export interface DirectoryUser extends PersonKey {
  readonly userName: string;
  readonly displayName: string | null;
  readonly email: string | null;
  /** `unknown` where the API does not answer it. */
  readonly status: "enabled" | "disabled" | "unknown";
  /** The identity provider's id: SCIM owns the user. */
  readonly externalId: string | null;
}

export interface DirectoryGroup {
  readonly identityStoreArn: string;
  readonly groupId: string;
  readonly displayName: string;
  readonly externalId: string | null;
}

export interface GroupMembership {
  readonly identityStoreArn: string;
  readonly membershipId: string;
  readonly groupId: string;
  readonly userId: string;
}

export interface PermissionSet {
  readonly arn: string;
  readonly name: string;
  readonly description: string | null;
  readonly sessionDuration: string;
  readonly managedPolicyArns: readonly string[];
  readonly customerManagedPolicies: readonly { readonly name: string; readonly path: string }[];
  /** The policy document's text as AWS holds it. */
  readonly inlinePolicy: string | null;
  readonly boundary: string | null;
  readonly relayState: string | null;
  readonly createdAt: Instant | null;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Account {
  readonly accountId: string;
  readonly name: string;
  readonly email: string | null;
  readonly status: string;
  /** Names from the root's child down, `Workloads/Production`. */
  readonly organizationalUnitPath: string;
  readonly isManagement: boolean;
}

export interface AccountAssignment {
  readonly accountId: string;
  readonly permissionSetArn: string;
  readonly principalType: "USER" | "GROUP";
  readonly principalId: string;
}

export interface IdentityCenterInstance {
  readonly instanceArn: string;
  readonly identityStoreArn: string;
  readonly identityStoreId: string;
  readonly ownerAccountId: string;
  readonly region: string;
}

/** A Region in which the instance is enabled; sign-ins and sessions occur in each of them, assignments are read in the primary one. */
export interface InstanceRegion {
  readonly regionName: string;
  /** As AWS answers it: `ACTIVE`, `ADDING`, `REMOVING`. */
  readonly status: string;
  readonly isPrimary: boolean;
}

/** A permission set that exists as a role in an account. */
export interface Provisioning {
  readonly accountId: string;
  readonly permissionSetArn: string;
  /** False where the role still has an older definition of the set; null where AWS did not answer it. */
  readonly isLatest: boolean | null;
}

/** An application that people reach through Identity Center, with what it may do for them. */
export interface Application {
  readonly applicationArn: string;
  readonly name: string;
  readonly description: string | null;
  readonly applicationProviderArn: string | null;
  /** As AWS answers it: `ENABLED`, `DISABLED`. */
  readonly status: string;
  /** False: everybody of the identity store may use it. Null where it could not be read. */
  readonly assignmentRequired: boolean | null;
  /** `sso:account:access` lets it take account roles as the person. */
  readonly scopes: readonly {
    readonly scope: string;
    readonly authorizedTargets: readonly string[];
  }[];
  /** Grant types that are allowed: `authorization_code`, `urn:ietf:params:oauth:grant-type:jwt-bearer`, … */
  readonly grants: readonly string[];
  /** Issuers whose tokens it may exchange, from its JWT bearer grant. */
  readonly trustedTokenIssuerArns: readonly string[];
  readonly backgroundSessions: "enabled" | "disabled" | null;
}

export interface ApplicationAssignment {
  readonly applicationArn: string;
  readonly principalType: "USER" | "GROUP";
  readonly principalId: string;
}

/** An issuer outside of Identity Center whose tokens stand for people. */
export interface TrustedTokenIssuer {
  readonly trustedTokenIssuerArn: string;
  readonly name: string;
  readonly issuerUrl: string | null;
  readonly claimAttributePath: string | null;
  readonly identityStoreAttributePath: string | null;
}

/** A role given to a person or group by account access manager, outside of permission sets. */
export interface Entitlement {
  readonly entitlementId: string;
  readonly applicationArn: string;
  readonly principalType: "USER" | "GROUP";
  readonly principalId: string;
  readonly accountId: string;
  readonly roleArn: string;
  readonly createdAt: Instant | null;
}

/** A role that entitlements name. */
export interface EntitlementRole {
  readonly roleArn: string;
  readonly accountId: string;
  /** The text of its trust policy; null where it could not be read. */
  readonly trustPolicy: string | null;
  readonly maxSessionSeconds: number | null;
  readonly managedPolicyArns: readonly string[];
  /** Texts of its inline policies. */
  readonly inlinePolicies: readonly string[];
  readonly boundaryArn: string | null;
  /** Why it could not be read whole; null where it was. */
  readonly unread: string | null;
}

/** The document behind a policy's ARN: AWS's own, or a customer's in one account. */
export interface PolicyDocument {
  readonly policyArn: string;
  /** The account whose policy it is; null for one that AWS manages. */
  readonly accountId: string | null;
  readonly versionId: string | null;
  /** The text of its default version; null where it could not be read. */
  readonly document: string | null;
  /** Why it could not be read, as one sentence; null where it was. */
  readonly unread: string | null;
}

/** Something that a reader of a crawl should know of it. */
export interface CrawlNote {
  /**
   * `unread`: it was not answered or may not be asked; `changed`: it changed while it was read; `odd`: AWS's answer was unusual;
   * `refreshed`: it was read again, later than the rest.
   */
  readonly kind: "unread" | "changed" | "odd" | "refreshed";
  /** Of `refreshed`: when its reading began. What events tell of it up to then is in what was read. */
  readonly at?: Instant;
  /** What it is about: `entitlements`, or the id of a permission set. */
  readonly about: string;
  /** One sentence, with what would mend it. */
  readonly problem: string;
}

/** One complete crawl. */
export interface AccessSnapshot {
  readonly instance: IdentityCenterInstance;
  readonly users: readonly DirectoryUser[];
  readonly groups: readonly DirectoryGroup[];
  readonly memberships: readonly GroupMembership[];
  readonly permissionSets: readonly PermissionSet[];
  readonly accounts: readonly Account[];
  readonly assignments: readonly AccountAssignment[];
  readonly regions: readonly InstanceRegion[];
  readonly provisionings: readonly Provisioning[];
  readonly applications: readonly Application[];
  readonly applicationAssignments: readonly ApplicationAssignment[];
  readonly trustedTokenIssuers: readonly TrustedTokenIssuer[];
  readonly entitlements: readonly Entitlement[];
  readonly entitlementRoles: readonly EntitlementRole[];
  readonly policies: readonly PolicyDocument[];
  readonly notes: readonly CrawlNote[];
}

export interface PathStep {
  readonly kind: "assignment" | "group" | "entitlement";
  readonly id: string;
  readonly name: string;
}

/** `management`: no service control policy binds it. `production`: by a rule of the reader's own (see `access/tier.ts`). */
export type AccountTier = "management" | "production" | "other";

/** What the policies of a permission set or role, taken together, were found to be. */
export interface PolicyVerdict {
  /** Null where a policy could not be read, or was changed since. */
  readonly administrator: boolean | null;
  /** Ids of what was found: `privilege-escalation`, `credential-exposure`, … Empty is "nothing found" only where all was read. */
  readonly findings: readonly string[];
}

/** What was seen of the use of one permission set or role by one person in one account, whatever the path. */
export interface SeenUse {
  /** Null: no use was seen. */
  readonly firstUsedAt: Instant | null;
  readonly lastUsedAt: Instant | null;
  /** Sessions begun in the 30 days before. */
  readonly uses30d: number;
  /** Days (UTC) on which a call was made or a session begun. */
  readonly usedDays: number;
  /** Calls that were recorded, refused ones included. */
  readonly calls: number;
  /** Those of them that were refused for lack of permission. */
  readonly deniedCalls: number;
}

export const NO_USE: SeenUse = {
  firstUsedAt: null,
  lastUsedAt: null,
  uses30d: 0,
  usedDays: 0,
  calls: 0,
  deniedCalls: 0,
};

/** One way by which a person can take a permission set, or a role of the account access manager, in an account. */
export interface EffectiveAccess extends SeenUse {
  readonly user: Person;
  readonly accountId: string;
  readonly accountName: string;
  readonly accountTier: AccountTier;
  /** Both null where `roleArn` is not. */
  readonly permissionSetArn: string | null;
  readonly permissionSetName: string | null;
  /** The role that an entitlement gives; null for a permission set. */
  readonly roleArn: string | null;
  /** `[assignment]` or `[entitlement]` when direct, with the `group` before it otherwise. */
  readonly path: readonly PathStep[];
  /** Null when the grant is older than the first crawl and no event shows it. */
  readonly grantedAt: Instant | null;
  /** The first crawl that saw the whole path; null when `grantedAt` is known. */
  readonly grantedNotAfter: Instant | null;
  /** The caller whose event made the path whole, as the record names it; null where none shows it. */
  readonly grantedBy: string | null;
  readonly grantEventId: string | null;
  /** AWS accepted the request for it, and no crawl has seen it done. */
  readonly askedFor?: true;
  /** True when the person has more than one path to the same pair: usage is then repeated on each. */
  readonly usageSharedByPaths: boolean;
  /** Usage is known from here on; null when no event of the account's use was read. */
  readonly observedSince: Instant | null;
  /** Hours since then that were not read: in them a use would not have been seen. */
  readonly observationGaps: number;
  readonly administrator: boolean | null;
  readonly policy: PolicyVerdict;
}

/** The ARN of what the row gives: of its permission set, or of its role. */
export function heldArn(row: Pick<EffectiveAccess, "permissionSetArn" | "roleArn">): string {
  return row.permissionSetArn ?? row.roleArn ?? "";
}

/** What a person calls it: the permission set's name, or the role's without its path. */
export function heldName(row: Pick<EffectiveAccess, "permissionSetName" | "roleArn">): string {
  return row.permissionSetName ?? row.roleArn?.split("/").at(-1) ?? "";
}
