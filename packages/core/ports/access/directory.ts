/**
 * Reads of Identity Center, its identity store, Organizations, IAM and account access manager that a crawl is made of. Each reads
 * one listing to its end or throws; what AWS does not answer to this caller, or no longer has, is a note.
 */
import type {
  Account,
  AccountAssignment,
  Application,
  ApplicationAssignment,
  CrawlNote,
  DirectoryGroup,
  DirectoryUser,
  Entitlement,
  EntitlementRole,
  GroupMembership,
  IdentityCenterInstance,
  InstanceRegion,
  PermissionSet,
  PolicyDocument,
  Provisioning,
  TrustedTokenIssuer,
} from "../../domain/access.ts";

export interface CrawlProgress {
  readonly phase: string;
  readonly done: number;
  /** Null while the total is not known. */
  readonly total: number | null;
}

export interface Listing<T> {
  readonly items: readonly T[];
  readonly notes: readonly CrawlNote[];
}

/** By what provisioned permission sets are listed: the accounts of a set, or the sets of an account. */
export type ProvisioningListing =
  | { readonly permissionSetArn: string }
  | { readonly accountId: string };

export interface ReadApplication {
  /** Null when it was deleted meanwhile. */
  readonly application: Application | null;
  readonly assignments: readonly ApplicationAssignment[];
  readonly notes: readonly CrawlNote[];
}

export interface AccountPolicies {
  readonly policies: readonly PolicyDocument[];
  readonly roles: readonly EntitlementRole[];
}

export interface Directory {
  /** Finds the organisation's instance. Fault: `aws.not-configured` when there is none, or more than one. */
  open(): Promise<OpenDirectory>;
}

/** The directory of one instance. Assignments and permission sets are read in its primary Region. */
export interface OpenDirectory {
  readonly instance: IdentityCenterInstance;
  readonly regions: readonly InstanceRegion[];
  /** False: the instance has no permission sets and no assignments. */
  readonly permissionSetsEnabled: boolean;
  /** About instances that are not the organisation's. */
  readonly notes: readonly CrawlNote[];
  /** The account whose credentials are used. */
  readonly accountId: string;
  /** Requests that left since it was opened, finding the instance included, by `<service>:<Operation>`. */
  calls(): Readonly<Record<string, number>>;
  users(): Promise<Listing<DirectoryUser>>;
  groups(): Promise<Listing<DirectoryGroup>>;
  memberships(groupId: string): Promise<Listing<GroupMembership>>;
  permissionSetArns(): Promise<Listing<string>>;
  /** One or, when it was deleted meanwhile, none. */
  permissionSet(arn: string): Promise<Listing<PermissionSet>>;
  accounts(): Promise<Listing<Account>>;
  /** With whether the role has the newest definition. */
  provisioned(by: ProvisioningListing): Promise<Listing<Provisioning>>;
  /** Where alone, for half the calls: `isLatest` is null. */
  provisionedPairs(by: ProvisioningListing): Promise<Listing<Provisioning>>;
  assignments(of: {
    readonly accountId: string;
    readonly permissionSetArn: string;
  }): Promise<Listing<AccountAssignment>>;
  /** Answered to the management account only. */
  assignmentsOf(
    principal: Pick<AccountAssignment, "principalType" | "principalId">,
  ): Promise<Listing<AccountAssignment>>;
  applicationArns(): Promise<Listing<string>>;
  application(arn: string): Promise<ReadApplication>;
  trustedTokenIssuers(): Promise<Listing<TrustedTokenIssuer>>;
  /** Applications of account access manager; `byAccount`: their entitlements have to be asked for each account. */
  accessApplications(): Promise<
    Listing<{ readonly applicationArn: string; readonly byAccount: boolean }>
  >;
  /** Of all accounts, or of one. */
  entitlements(applicationArn: string, accountId: string | null): Promise<Listing<Entitlement>>;
  /** A policy that AWS manages. */
  managedPolicy(arn: string): Promise<PolicyDocument>;
  /** Policies (path and name) and roles of a member account. */
  inAccount(
    accountId: string,
    policies: readonly string[],
    roleArns: readonly string[],
  ): Promise<AccountPolicies>;
}
