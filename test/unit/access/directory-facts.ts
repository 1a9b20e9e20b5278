/** A small synthetic directory and builders of its facts, for tests of access. */
import type {
  AccessSnapshot,
  AccountAssignment,
  DirectoryUser,
  PermissionSet,
} from "#core/domain/access";
import type { ObservedSnapshot } from "#core/domain/access/effective";
import { factsOf, observedKey } from "#core/domain/access/facts";
import { NOTHING_MORE, PLAIN_SET } from "#test/support/snapshot";
import type { Instant } from "#core/domain/time";

export const STORE = "arn:aws:identitystore::111122223333:identitystore/d-1234567890";
export const INSTANCE_ARN = "arn:aws:sso:::instance/ssoins-0000000000000001";
export const setArn = (n: number): string =>
  `arn:aws:sso:::permissionSet/ssoins-0000000000000001/ps-${String(n).padStart(16, "0")}`;
export const at = (text: string): Instant => `2026-05-${text}.000Z` as Instant;

export const user = (userId: string, more: Partial<DirectoryUser> = {}): DirectoryUser => ({
  identityStoreArn: STORE,
  userId,
  userName: `${userId}@example.com`,
  displayName: null,
  email: null,
  status: "enabled",
  externalId: null,
  ...more,
});

export const group = (groupId: string, displayName = groupId) => ({
  identityStoreArn: STORE,
  groupId,
  displayName,
  externalId: null,
});

export const membership = (groupId: string, userId: string) => ({
  identityStoreArn: STORE,
  membershipId: `m-${groupId}-${userId}`,
  groupId,
  userId,
});

export const permissionSet = (n: number, more: Partial<PermissionSet> = {}): PermissionSet => ({
  arn: setArn(n),
  name: `Set${n}`,
  description: null,
  sessionDuration: "PT8H",
  managedPolicyArns: [],
  customerManagedPolicies: [],
  inlinePolicy: null,
  boundary: null,
  ...PLAIN_SET,
  ...more,
});

export const account = (accountId: string, name = `account ${accountId}`) => ({
  accountId,
  name,
  email: null,
  status: "ACTIVE",
  organizationalUnitPath: "Workloads",
  isManagement: false,
});

export const assignment = (
  accountId: string,
  set: number,
  principalType: AccountAssignment["principalType"],
  principalId: string,
): AccountAssignment => ({ accountId, permissionSetArn: setArn(set), principalType, principalId });

export const snapshot = (parts: Partial<AccessSnapshot> = {}): AccessSnapshot => ({
  instance: {
    instanceArn: INSTANCE_ARN,
    identityStoreArn: STORE,
    identityStoreId: "d-1234567890",
    ownerAccountId: "111122223333",
    region: "eu-central-1",
  },
  users: [],
  groups: [],
  memberships: [],
  permissionSets: [],
  accounts: [],
  assignments: [],
  ...NOTHING_MORE,
  ...parts,
});

/** Everything observed at `seen`, but for what `later` says. */
export const observed = (
  of: AccessSnapshot,
  seen: Instant,
  later: ReadonlyMap<string, Instant> = new Map(),
): ObservedSnapshot => {
  const keys = factsOf(of).map((fact) => observedKey(fact.kind, fact.key));
  const observedFrom = new Map(keys.map((key) => [key, later.get(key) ?? seen]));
  return { ...of, takenAt: seen, observedFrom };
};
