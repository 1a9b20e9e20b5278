/**
 * A synthetic organisation's directory of any size, the same for the same numbers: people in groups of very different sizes, and groups
 * that are assigned permission sets in accounts. Nothing in it is a fact of a real one.
 */
import type { AccessSnapshot } from "../../packages/core/domain/access.ts";
import { Draw } from "../people/draw.ts";
import { whoOf } from "../people/shapes.ts";

export interface Size {
  readonly people: number;
  readonly accounts: number;
  readonly permissionSets: number;
  readonly groups: number;
  readonly memberships: number;
  readonly groupAssignments: number;
}

export const STORE = "arn:aws:identitystore::111122223333:identitystore/d-1234567890";
export const ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess";
const INSTANCE = "ssoins-0123456789abcdef";

const setArn = (set: number): string =>
  `arn:aws:sso:::permissionSet/${INSTANCE}/ps-${set.toString(16).padStart(16, "0")}`;
const accountId = (account: number): string => String(100_000_000_000 + account * 7_919);
const groupId = (group: number): string => {
  const hex = group.toString(16).padStart(12, "0");
  return `9067${hex.slice(0, 6)}-${hex.slice(0, 8)}-4000-8000-a000-${hex}`;
};

/** Distinct pairs of numbers below the two limits. */
function pairs(count: number, first: () => number, second: () => number): number[][] {
  const seen = new Set<number>();
  const found: number[][] = [];
  while (found.length < count) {
    const [one, other] = [first(), second()];
    const key = one * 1_000_003 + other;
    if (seen.has(key)) continue;
    seen.add(key);
    found.push([one, other]);
  }
  return found;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

export function directoryOf(size: Size): AccessSnapshot {
  const draw = new Draw(`directory ${JSON.stringify(size)}`);
  return {
    instance: {
      instanceArn: `arn:aws:sso:::instance/${INSTANCE}`,
      identityStoreArn: STORE,
      identityStoreId: "d-1234567890",
      ownerAccountId: "111122223333",
      region: "eu-central-1",
    },
    ...peopleOf(size, draw),
    ...targetsOf(size, draw),
    regions: [],
    provisionings: [],
    applications: [],
    applicationAssignments: [],
    trustedTokenIssuers: [],
    entitlements: [],
    entitlementRoles: [],
    policies: [],
    notes: [],
  };
}

function peopleOf(
  size: Size,
  draw: Draw,
): Pick<AccessSnapshot, "users" | "groups" | "memberships"> {
  const person = () => draw.below(size.people);
  const members = pairs(size.memberships, person, () => draw.below(size.groups));
  return {
    users: upTo(size.people).map((one) => {
      const { userId, name: userName } = whoOf(one);
      const unsaid = { displayName: null, email: null, externalId: null };
      return { identityStoreArn: STORE, userId, userName, status: "enabled", ...unsaid };
    }),
    groups: upTo(size.groups).map((group) => ({
      identityStoreArn: STORE,
      groupId: groupId(group),
      displayName: `team-${group}`,
      externalId: null,
    })),
    memberships: members.map(([one, group]) => ({
      identityStoreArn: STORE,
      membershipId: `m-${one}-${group}`,
      groupId: groupId(group!),
      userId: whoOf(one!).userId,
    })),
  };
}

function targetsOf(
  size: Size,
  draw: Draw,
): Pick<AccessSnapshot, "permissionSets" | "accounts" | "assignments"> {
  const target = () => draw.below(size.accounts * size.permissionSets);
  const granted = pairs(size.groupAssignments, () => draw.below(size.groups), target);
  return {
    permissionSets: upTo(size.permissionSets).map((set) => ({
      arn: setArn(set),
      name: `Set${set}`,
      description: null,
      sessionDuration: "PT8H",
      managedPolicyArns: set % 20 === 0 ? [ADMINISTRATOR] : [],
      customerManagedPolicies: [],
      inlinePolicy: null,
      boundary: null,
      relayState: null,
      createdAt: null,
      tags: {},
    })),
    accounts: upTo(size.accounts).map((account) => ({
      accountId: accountId(account),
      name: `${account % 5 === 0 ? "prod" : "team"}-${account}`,
      email: null,
      status: "ACTIVE",
      organizationalUnitPath: "Workloads",
      isManagement: false,
    })),
    assignments: granted.map(([group, one]) => ({
      accountId: accountId(Math.floor(one! / size.permissionSets)),
      permissionSetArn: setArn(one! % size.permissionSets),
      principalType: "GROUP" as const,
      principalId: groupId(group!),
    })),
  };
}
