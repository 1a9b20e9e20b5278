/**
 * The vocabulary of the simulated organisation: what exists, since when, and what callers changed in it.
 * Everything is a plain value, so that the organisation is a function of its seed, the clock and the change log.
 * Instants are epoch milliseconds of the simulated clock; every period is `[from, to)`, open when `to` is null.
 */
import type { Estate } from "./access.ts";

/** How a person lives: it decides when they work, what they use and how often. */
export type Profile =
  | "engineer"
  | "operator" // on shift around the clock: somebody of this profile always holds role sessions
  | "analyst"
  | "manager"
  | "security"
  | "platform-admin"
  | "contractor"
  | "dormant"; // has access and (almost) never uses it

export interface Person {
  /** `<10hex>-<uuid>` or plain `<uuid>`: both forms occur. */
  userId: string;
  userName: string;
  displayName: string;
  givenName: string;
  familyName: string;
  email: string;
  /** Present where the external identity provider owns the person through SCIM. */
  externalId: string | null;
  profile: Profile;
  /** Minutes east of UTC of the place where the person works. */
  utcOffsetMinutes: number;
  joinedAt: number;
  /** The day the person left; disabled some time after it (or forgotten: `disabledAt` null). */
  leftAt: number | null;
  disabledAt: number | null;
}

export interface Group {
  groupId: string;
  displayName: string;
  description: string;
  /** Present where SCIM owns the group: its memberships are then not ours to change. */
  externalId: string | null;
  createdAt: number;
  /** Its assignments stay behind, as with AWS. */
  deletedAt: number | null;
}

export interface Membership {
  membershipId: string;
  groupId: string;
  userId: string;
  from: number;
  to: number | null;
}

export interface PermissionSet {
  arn: string;
  name: string;
  description: string;
  /** ISO-8601 duration, PT1H..PT12H. */
  sessionDuration: string;
  managedPolicyArns: string[];
  customerManagedPolicies: { name: string; path: string }[];
  /** JSON text, null when the set has none. */
  inlinePolicy: string | null;
  boundaryManagedPolicyArn: string | null;
  /** The boundary where it is a policy of each account; at most one of the two boundaries is there. */
  boundaryCustomerPolicy: { name: string; path: string } | null;
  /** Where the console opens. */
  relayState: string | null;
  /** People may take it, and nobody ever does. */
  neverUsed: boolean;
  createdAt: number;
}

export interface OrganizationalUnit {
  id: string;
  name: string;
  /** The root's id (`r-…`) or another unit's. */
  parentId: string;
}

export interface Account {
  id: string;
  name: string;
  email: string;
  parentId: string;
  isManagement: boolean;
  status: "ACTIVE" | "SUSPENDED" | "PENDING_CLOSURE" | "CLOSED";
  joinedAt: number;
}

export interface AccountAssignment {
  accountId: string;
  permissionSetArn: string;
  principalType: "USER" | "GROUP";
  principalId: string;
  from: number;
  to: number | null;
}

export interface ServiceControlPolicy {
  id: string;
  arn: string;
  name: string;
  description: string;
  content: string;
  awsManaged: boolean;
  /** Ids of roots, units or accounts. */
  targets: string[];
}

/** The organisation as its seed makes it, before any caller changed anything. Periods reach from before the history to the future. */
export interface Organisation {
  seed: number;
  /** The first instant of history. */
  anchor: number;
  /** Days from the anchor to the day the demo opens. */
  historyDays: number;
  organizationId: string;
  rootId: string;
  managementAccountId: string;
  /** Home Region of the one Identity Center instance. */
  region: string;
  instanceArn: string;
  identityStoreId: string;
  identityStoreArn: string;
  /** The setting that no API reads. */
  portalSessionMinutes: number;
  people: Person[];
  groups: Group[];
  memberships: Membership[];
  permissionSets: PermissionSet[];
  units: OrganizationalUnit[];
  accounts: Account[];
  assignments: AccountAssignment[];
  policies: ServiceControlPolicy[];
  /** The SCPs that wait, attached to the root, for the ids of people to be cut off. Empty Deny with a placeholder id. */
  denyPolicyIds: string[];
  /** The person that nobody may end. */
  breakGlassUserId: string;
  /** What the directory gives beside permission sets. */
  estate: Estate;
}

/** What a caller did through the API, in simulated time. The log of these is append-only and shared by every process of a data directory. */
export interface Change {
  /** When the request was accepted. */
  at: number;
  /** When it takes effect (asynchronous operations take a while). */
  effectiveAt: number;
  requestId: string;
  caller: Caller;
  region: string;
  eventSource: string;
  eventName: string;
  /** As sent on the wire. */
  parameters: Record<string, unknown>;
  /** As CloudTrail shows it; null where it shows none. */
  response: Record<string, unknown> | null;
}

export interface Caller {
  accountId: string;
  /** `arn:aws:sts::<account>:assumed-role/<role>/<session>`. */
  arn: string;
  roleName: string;
  sessionName: string;
  principalId: string;
  accessKeyId: string;
  /** When the caller's credentials were issued. */
  issuedAt: number;
}

/** What `facts/identity-center.md` calls inferred or open, so that suites can run each way. */
export interface Switches {
  /** DescribeUser and ListUsers answer `UserStatus`. */
  userStatusReadable: boolean;
  /** ListAccountAssignmentsForPrincipal(USER) also answers what comes through groups. */
  principalListingIncludesGroups: boolean;
  /** BatchDeleteSession names the session in its request parameters. */
  batchDeleteNamesSession: boolean;
  /** A denied call names the policy that denied it. */
  denialNamesPolicy: boolean;
  /** Removing the last assignment of a permission set in an account kills its live role sessions. */
  lastAssignmentKillsSessions: boolean;
  /** Share (0..1) of role-session calls that carry onBehalfOf. */
  onBehalfOfShare: number;
  /** Record shape: the one before 2025-11, the present one, or the old one for the first fifth of the history. */
  shape: "old" | "new" | "mixed";
  /**
   * Minutes after which the simulated help desk ends a denied person's sessions and disables them in the console; the identity provider
   * deactivates whom it owns a minute or two later. Null: nobody does.
   */
  helpDeskMinutes: number | null;
  /** Share of records delivered twice, of records delivered late, of records with missing ids. */
  duplicateShare: number;
  lateShare: number;
  missingIdShare: number;
  /** ListInstances answers an account's own instance beside the organisation's. */
  accountInstanceListed: boolean;
  /** Name of the role that reads accounts: it can be assumed in every member account but one. Roles of other names exist everywhere. */
  readerRole: string;
  /** Name of the account in which that role was forgotten. */
  readerRoleMissingIn: string;
  /** ListEntitlements takes a filter whose `principalRole` is empty, and answers all; else it refuses it. */
  emptyEntitlementFilter: boolean;
  /** How account access manager answers: as it does, as in a Region without it, or as to a caller who may not ask. */
  accountAccess: "served" | "absent" | "denied";
}

/** One CloudTrail record and when each channel shows it. */
export interface TrailRecord {
  record: Record<string, unknown> & { eventID: string };
  accountId: string;
  region: string;
  occurredAt: number;
  /** When the trail file that holds it is delivered. */
  deliveredAt: number;
  /** When a trail file holds it a second time; null: never. */
  redeliveredAt: number | null;
  /** When LookupEvents begins to show it. */
  lookupAt: number;
}
