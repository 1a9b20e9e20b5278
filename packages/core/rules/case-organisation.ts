/**
 * The facts of an organisation that a case leaves unsaid: a case lists the few users, groups, sets and grants that its rule looks
 * at, each with the fields that matter. Nothing here is a fact of a real organisation.
 */
import type {
  Account,
  AccessSnapshot,
  AccountTier,
  DirectoryGroup,
  DirectoryUser,
  PermissionSet,
} from "../domain/access.ts";
import type { RoleUse } from "../domain/access/proposal/role-use.ts";
import type { Instant } from "../domain/time.ts";
import type {
  GrantEvent,
  Observation,
  OrganisationFacts,
  SetVerdict,
} from "./organisation-facts.ts";
import type { RuleSettings } from "./settings.ts";

type Said = readonly Readonly<Record<string, unknown>>[];

/** Lists of a snapshot under their names there, and what was made of them. */
export interface OrganisationCase {
  readonly users?: Said;
  readonly groups?: Said;
  readonly memberships?: Said;
  readonly permissionSets?: Said;
  readonly accounts?: Said;
  readonly assignments?: Said;
  readonly provisionings?: Said;
  readonly applications?: Said;
  readonly applicationAssignments?: Said;
  readonly trustedTokenIssuers?: Said;
  readonly entitlements?: Said;
  readonly entitlementRoles?: Said;
  readonly observedFrom?: Readonly<Record<string, string>>;
  /** By account id; `other` unless said. */
  readonly tiers?: Readonly<Record<string, AccountTier>>;
  readonly verdicts?: Said;
  readonly usage?: Said;
  readonly observations?: Said;
  readonly grants?: Said;
}

const START = "2026-01-01T00:00:00.000Z" as Instant;
const STORE = "arn:aws:identitystore::111122223333:identitystore/d-1234567890";
const SET = "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef";

const USER: DirectoryUser = {
  identityStoreArn: STORE,
  userId: "1234567890-0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d",
  userName: "jane.roe",
  displayName: "Jane Roe",
  email: "jane.roe@example.com",
  status: "enabled",
  externalId: null,
};

const GROUP: DirectoryGroup = {
  identityStoreArn: STORE,
  groupId: "1234567890-aaaaaaaa-4e5f-4a6b-8c7d-9e0f1a2b3c4d",
  displayName: "Developers",
  externalId: null,
};

const PERMISSION_SET: PermissionSet = {
  arn: SET,
  name: "Developer",
  description: null,
  sessionDuration: "PT1H",
  managedPolicyArns: [],
  customerManagedPolicies: [],
  inlinePolicy: null,
  boundary: null,
  relayState: null,
  createdAt: START,
  tags: {},
};

const ACCOUNT: Account = {
  accountId: "444455556666",
  name: "workload",
  email: null,
  status: "ACTIVE",
  organizationalUnitPath: "Workloads",
  isManagement: false,
};

/** Everything that a rule may want to read of an item, so that a case can say the rest. */
const ITEMS = {
  memberships: {
    identityStoreArn: STORE,
    membershipId: "m-1",
    groupId: GROUP.groupId,
    userId: USER.userId,
  },
  assignments: {
    accountId: ACCOUNT.accountId,
    permissionSetArn: SET,
    principalType: "GROUP",
    principalId: GROUP.groupId,
  },
  provisionings: { accountId: ACCOUNT.accountId, permissionSetArn: SET, isLatest: true },
  applications: {
    applicationArn:
      "arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-1234567890abcdef",
    name: "reports",
    description: null,
    applicationProviderArn: null,
    status: "ENABLED",
    assignmentRequired: true,
    scopes: [],
    grants: ["authorization_code"],
    trustedTokenIssuerArns: [],
    backgroundSessions: null,
  },
  trustedTokenIssuers: {
    trustedTokenIssuerArn:
      "arn:aws:sso::111122223333:trustedTokenIssuer/ssoins-1234567890abcdef/tti-1",
    name: "issuer",
    issuerUrl: "https://issuer.example.com",
    claimAttributePath: "email",
    identityStoreAttributePath: "emails.value",
  },
  entitlements: {
    entitlementId: "ent-1234567890abcdef",
    applicationArn: "arn:aws:account-access::111122223333:application/app-1",
    principalType: "GROUP",
    principalId: GROUP.groupId,
    accountId: ACCOUNT.accountId,
    roleArn: "arn:aws:iam::444455556666:role/deploy",
    createdAt: START,
  },
  entitlementRoles: {
    roleArn: "arn:aws:iam::444455556666:role/deploy",
    accountId: ACCOUNT.accountId,
    trustPolicy: null,
    maxSessionSeconds: 3600,
    managedPolicyArns: [],
    inlinePolicies: [],
    boundaryArn: null,
    unread: null,
  },
  verdicts: {
    permissionSetArn: SET,
    accountIds: [ACCOUNT.accountId],
    administrator: false,
    findings: [],
    services: [],
  },
  usage: {
    accountId: ACCOUNT.accountId,
    roleName: PERMISSION_SET.name,
    people: 1,
    firstUsedAt: START,
    lastUsedAt: START,
    calls: 0,
    deniedCalls: 0,
    services: {},
    actions: {},
    otherActionCalls: 0,
  },
  observations: { accountId: ACCOUNT.accountId, observedSince: START, gapHours: 0 },
  grants: {
    eventId: "11111111-1111-4111-8111-111111111111",
    occurredAt: START,
    kind: "assignment",
    key: `${ACCOUNT.accountId}/${SET}/${GROUP.groupId}`,
    callerArn: null,
    isProvisioning: false,
  },
} as const;

/** Each item whole: what the case says over what is usual. One account and one permission set are there unless it lists its own. */
export function organisationOf(said: OrganisationCase, settings: RuleSettings): OrganisationFacts {
  const each = <T>(items: Said | undefined, usual: object, otherwise: readonly T[] = []): T[] =>
    items === undefined ? [...otherwise] : items.map((item) => ({ ...usual, ...item }) as T);
  const accounts = each<Account>(said.accounts, ACCOUNT, [ACCOUNT]);
  const snapshot: AccessSnapshot = {
    instance: {
      instanceArn: "arn:aws:sso:::instance/ssoins-1234567890abcdef",
      identityStoreArn: STORE,
      identityStoreId: "d-1234567890",
      ownerAccountId: "111122223333",
      region: "eu-west-1",
    },
    users: each(said.users, USER),
    groups: each(said.groups, GROUP),
    memberships: each(said.memberships, ITEMS.memberships),
    permissionSets: each(said.permissionSets, PERMISSION_SET, [PERMISSION_SET]),
    accounts,
    assignments: each(said.assignments, ITEMS.assignments),
    regions: [],
    provisionings: each(said.provisionings, ITEMS.provisionings),
    applications: each(said.applications, ITEMS.applications),
    applicationAssignments: each(said.applicationAssignments, {
      applicationArn: ITEMS.applications.applicationArn,
      principalType: "GROUP",
      principalId: GROUP.groupId,
    }),
    trustedTokenIssuers: each(said.trustedTokenIssuers, ITEMS.trustedTokenIssuers),
    entitlements: each(said.entitlements, ITEMS.entitlements),
    entitlementRoles: each(said.entitlementRoles, ITEMS.entitlementRoles),
    policies: [],
    notes: [],
  };
  return {
    snapshot,
    takenAt: START,
    firstCrawlAt: START,
    observedFrom: new Map(Object.entries(said.observedFrom ?? {}) as [string, Instant][]),
    tiers: new Map(
      accounts.map(({ accountId }) => [accountId, said.tiers?.[accountId] ?? "other"]),
    ),
    verdicts: each<SetVerdict>(said.verdicts, ITEMS.verdicts),
    usage: each<RoleUse>(said.usage, ITEMS.usage),
    observations: each<Observation>(said.observations, ITEMS.observations),
    grants: each<GrantEvent>(said.grants, ITEMS.grants),
    settings,
  };
}
