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
  /** All its policies together allow everything; null where a policy could not be read. */
  readonly administrator: boolean | null;
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

/** One complete crawl. */
export interface AccessSnapshot {
  readonly instance: IdentityCenterInstance;
  readonly users: readonly DirectoryUser[];
  readonly groups: readonly DirectoryGroup[];
  readonly memberships: readonly GroupMembership[];
  readonly permissionSets: readonly PermissionSet[];
  readonly accounts: readonly Account[];
  readonly assignments: readonly AccountAssignment[];
}

export interface PathStep {
  readonly kind: "assignment" | "group" | "entitlement";
  readonly id: string;
  readonly name: string;
}

/** One way by which a person can take a permission set in an account. */
export interface EffectiveAccess {
  readonly user: Person;
  readonly accountId: string;
  readonly accountName: string;
  readonly permissionSetArn: string;
  readonly permissionSetName: string;
  /** `[assignment]` when direct, `[group, assignment]` otherwise. */
  readonly path: readonly PathStep[];
  /** Null when the grant is older than the first crawl and no event shows it. */
  readonly grantedAt: Instant | null;
  /** The first crawl that saw the whole path; null when `grantedAt` is known. */
  readonly grantedNotAfter: Instant | null;
  /** By this person, account and permission set, whatever the path. */
  readonly lastUsedAt: Instant | null;
  /** Role sessions begun in the 30 days before. */
  readonly uses30d: number;
  /** True when the person has more than one path to the same pair: usage is then repeated on each. */
  readonly usageSharedByPaths: boolean;
  /** Usage is known from here on; null when no event of the account's use was read. */
  readonly observedSince: Instant | null;
  readonly administrator: boolean | null;
}
