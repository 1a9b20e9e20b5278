/**
 * A snapshot as a list of facts, each under its kind and key, and what in it points at nothing. Pure. Guarantees that a key
 * names one fact of its kind and that nothing which AWS answered is left out; of two facts with one key the later one counts.
 */
import type {
  Account,
  AccessSnapshot,
  AccountAssignment,
  ApplicationAssignment,
  DirectoryGroup,
  DirectoryUser,
  GroupMembership,
  PermissionSet,
  Provisioning,
} from "../access.ts";

export const FACT_KINDS = [
  "instance",
  "region",
  "user",
  "group",
  "membership",
  "permission-set",
  "provisioning",
  "account",
  "assignment",
  "application",
  "application-assignment",
  "trusted-token-issuer",
  "entitlement",
  "policy",
  "role",
] as const;
export type FactKind = (typeof FACT_KINDS)[number];

export interface Fact {
  readonly kind: FactKind;
  readonly key: string;
  readonly body: object;
}

export const membershipKey = (of: Pick<GroupMembership, "groupId" | "userId">): string =>
  `${of.groupId}/${of.userId}`;

export const assignmentKey = (
  of: Pick<AccountAssignment, "accountId" | "permissionSetArn" | "principalId">,
): string => `${of.accountId}/${of.permissionSetArn}/${of.principalId}`;

export const provisioningKey = (of: Pick<Provisioning, "accountId" | "permissionSetArn">): string =>
  `${of.accountId}/${of.permissionSetArn}`;

export const applicationAssignmentKey = (of: ApplicationAssignment): string =>
  `${of.applicationArn}/${of.principalId}`;

/** How `TimedSnapshot.observedFrom` names a fact. */
export const observedKey = (kind: FactKind, key: string): string => `${kind}/${key}`;

/** All facts of a crawl, every kind in the order of its keys. */
export function factsOf(snapshot: AccessSnapshot): Fact[] {
  return [
    ...list("instance", [snapshot.instance], (instance) => instance.instanceArn),
    ...list("user", snapshot.users, (user) => user.userId),
    ...list("group", snapshot.groups, (group) => group.groupId),
    ...list("membership", snapshot.memberships, membershipKey),
    ...list("permission-set", snapshot.permissionSets, (set) => set.arn),
    ...list("account", snapshot.accounts, (account) => account.accountId),
    ...list("assignment", snapshot.assignments, assignmentKey),
    ...list("region", snapshot.regions, (region) => region.regionName),
    ...list("provisioning", snapshot.provisionings, provisioningKey),
    ...list("application", snapshot.applications, (one) => one.applicationArn),
    ...list("application-assignment", snapshot.applicationAssignments, applicationAssignmentKey),
    ...list(
      "trusted-token-issuer",
      snapshot.trustedTokenIssuers,
      (one) => one.trustedTokenIssuerArn,
    ),
    ...list("entitlement", snapshot.entitlements, (one) => one.entitlementId),
    ...list("policy", snapshot.policies, (one) => one.policyArn),
    ...list("role", snapshot.entitlementRoles, (one) => one.roleArn),
  ];
}

function list<T extends object>(
  kind: FactKind,
  bodies: readonly T[],
  keyOf: (body: T) => string,
): Fact[] {
  const byKey = new Map(bodies.map((body) => [keyOf(body), body]));
  return [...byKey]
    .map(([key, body]) => ({ kind, key, body }))
    .toSorted((left, right) => (left.key < right.key ? -1 : 1));
}

/** How many facts of each kind. */
export function countFacts(facts: readonly Fact[]): Record<FactKind, number> {
  const counts = Object.fromEntries(FACT_KINDS.map((kind) => [kind, 0])) as Record<
    FactKind,
    number
  >;
  for (const { kind } of facts) counts[kind] += 1;
  return counts;
}

/** A fact that names something which the snapshot does not hold: deleted meanwhile, or left behind in AWS. */
export interface DanglingReference {
  readonly kind: "membership" | "assignment";
  readonly key: string;
  readonly missing: "user" | "group" | "permission-set" | "account";
  readonly id: string;
}

export function danglingReferences(snapshot: AccessSnapshot): DanglingReference[] {
  const known = knownIds(snapshot);
  const check = (
    kind: DanglingReference["kind"],
    key: string,
    references: readonly [DanglingReference["missing"], string][],
  ): DanglingReference[] =>
    references
      .filter(([missing, id]) => !known[missing].has(id))
      .map(([missing, id]) => ({ kind, key, missing, id }));
  return [
    ...snapshot.memberships.flatMap((one) =>
      check("membership", membershipKey(one), [
        ["group", one.groupId],
        ["user", one.userId],
      ]),
    ),
    ...snapshot.assignments.flatMap((one) =>
      check("assignment", assignmentKey(one), [
        ["account", one.accountId],
        ["permission-set", one.permissionSetArn],
        [one.principalType === "USER" ? "user" : "group", one.principalId],
      ]),
    ),
  ];
}

function knownIds(snapshot: AccessSnapshot) {
  return {
    user: new Set(snapshot.users.map((one: DirectoryUser) => one.userId)),
    group: new Set(snapshot.groups.map((one: DirectoryGroup) => one.groupId)),
    "permission-set": new Set(snapshot.permissionSets.map((one: PermissionSet) => one.arn)),
    account: new Set(snapshot.accounts.map((one: Account) => one.accountId)),
  };
}
