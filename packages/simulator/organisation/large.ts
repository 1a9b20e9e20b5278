/**
 * An organisation of any size, for crawls and benchmarks: no lives, no history, every period open. Guarantees the same organisation for
 * the same sizes and seed, lists that are ordered by id, and as many provisioned pairs as asked for. A group or a person may hold
 * nothing; nobody is in a group twice.
 */
import type { Estate } from "../access.ts";
import type {
  Account, AccountAssignment, Group, Membership, Organisation, OrganizationalUnit, PermissionSet, Person,
} from "../model.ts"; // prettier-ignore
import { MANAGED_POLICY_PREFIX, PARTITION } from "../partition.ts";
import { DAY, Dice } from "../random.ts";
import { buildPolicies } from "./policies.ts";

export interface LargeSizes {
  /** The management account among them. */
  accounts: number;
  permissionSets: number;
  people: number;
  groups: number;
  seed: number;
  /** Accounts times permission sets that are provisioned; twenty for each account unless told. */
  pairs?: number;
  /** Groups that each person is in; three unless told, and never more than there are. */
  groupsEach?: number;
}

/** Every large organisation began then. */
const ANCHOR = Date.UTC(2026, 0, 5);
const CREATED = ANCHOR - 400 * DAY;
/** AWS: quotas of IAM Identity Center, permission sets provisioned in an account; raisable. */
const SETS_PER_ACCOUNT_MOST = 500;
/** Of a hundred assignments so many are of one person; and of a hundred pairs so many have a second principal. */
const DIRECT_PERCENT = 10;
const SECOND_PERCENT = 15;
const REGION = "eu-central-1";

/** Builds it. Throws where more pairs are asked for than the accounts can hold. */
export function largeOrganisation(sizes: LargeSizes): Organisation {
  const { pairs = sizes.accounts * 20 } = sizes;
  const most = sizes.accounts * Math.min(sizes.permissionSets, SETS_PER_ACCOUNT_MOST);
  if (pairs > most)
    throw new Error(
      `${pairs} pairs are more than ${most}, which these accounts and sets can hold.`,
    );
  const dice = new Dice("large", sizes.seed, JSON.stringify(sizes));
  const storeHex = dice.hex(10);
  const tree = buildTree(dice, sizes.accounts);
  const founding = foundingOf(dice, sizes.seed, storeHex, tree);
  const instanceId = founding.instanceArn.split("/").at(-1) ?? "";
  const permissionSets = buildSets(dice, sizes.permissionSets, instanceId);
  const people = buildEverybody(dice, sizes.people, storeHex);
  const groups = buildGroups(dice, sizes.groups, storeHex);
  const { accounts } = tree;
  return {
    ...founding,
    ...tree,
    people,
    groups,
    permissionSets,
    memberships: buildMemberships(dice, people, groups, sizes.groupsEach ?? 3, storeHex),
    assignments: buildAssignments(dice, pairs, { accounts, permissionSets, people, groups }),
    breakGlassUserId: people[0]?.userId ?? "",
    estate: bareEstate(dice, founding.managementAccountId),
  };
}

type Tree = Pick<Organisation, "rootId" | "units" | "accounts">;
type Holdings =
  | "people"
  | "groups"
  | "permissionSets"
  | "memberships"
  | "assignments"
  | "breakGlassUserId"
  | "estate";

/** What an organisation is beside what it holds. */
function foundingOf(
  dice: Dice,
  seed: number,
  storeHex: string,
  tree: Tree,
): Omit<Organisation, keyof Tree | Holdings> {
  const managementAccountId = tree.accounts.find((one) => one.isManagement)?.id ?? "";
  const organizationId = `o-${dice.hex(10)}`;
  const policies = buildPolicies({ dice, organizationId, managementAccountId, ...tree });
  return {
    seed,
    anchor: ANCHOR,
    historyDays: 0,
    organizationId,
    managementAccountId,
    region: REGION,
    instanceArn: `arn:${PARTITION}:sso:::instance/ssoins-${dice.hex(16)}`,
    identityStoreId: `d-${storeHex}`,
    identityStoreArn: `arn:${PARTITION}:identitystore::${managementAccountId}:identitystore/d-${storeHex}`,
    portalSessionMinutes: 480,
    policies,
    denyPolicyIds: policies.slice(-1).map((one) => one.id),
  };
}

const byId = <T>(list: T[], idOf: (one: T) => string): T[] =>
  list.sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));

/** Units four levels deep, accounts spread over them. */
function buildTree(dice: Dice, count: number): Tree {
  const suffix = dice.hex(4);
  const rootId = `r-${suffix}`;
  const units: OrganizationalUnit[] = [];
  for (let i = 0; i < 40; i++) {
    const parentId = i < 4 ? rootId : (units[Math.floor((i - 4) / 3)]?.id ?? rootId);
    units.push({ id: `ou-${suffix}-${dice.hex(8)}`, name: `unit-${i}`, parentId });
  }
  const accounts = Array.from({ length: count }, (_, i): Account => {
    const name = i === 0 ? "management" : `workload-${i}${i % 4 === 0 ? "-prod" : "-dev"}`;
    return {
      id: dice.digits(12),
      name,
      email: `aws+${name}@corp.example`,
      parentId: i === 0 ? rootId : (units[i % units.length]?.id ?? rootId),
      isManagement: i === 0,
      status: "ACTIVE",
      joinedAt: CREATED,
    };
  });
  return { rootId, units, accounts: byId(accounts, (one) => one.id) };
}

const MANAGED = [
  "ReadOnlyAccess",
  "PowerUserAccess",
  "SecurityAudit",
  "job-function/ViewOnlyAccess",
];

function buildSets(dice: Dice, count: number, instanceId: string): PermissionSet[] {
  const sets = Array.from({ length: count }, (_, i): PermissionSet => {
    const inline = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: [`s3:Get*`], Resource: `arn:${PARTITION}:s3:::team-${i}/*` }],
    }; // prettier-ignore
    const managed = i % 100 === 0 ? "AdministratorAccess" : dice.pick(MANAGED);
    return {
      arn: `arn:${PARTITION}:sso:::permissionSet/${instanceId}/ps-${dice.hex(16)}`,
      name: `Set${i}`,
      description: `What team ${i} does`,
      sessionDuration: `PT${1 + (i % 12)}H`,
      managedPolicyArns: [MANAGED_POLICY_PREFIX + managed],
      customerManagedPolicies: [],
      inlinePolicy: i % 3 === 0 ? JSON.stringify(inline) : null,
      boundaryManagedPolicyArn: i % 50 === 0 ? `${MANAGED_POLICY_PREFIX}PowerUserAccess` : null,
      boundaryCustomerPolicy: null,
      relayState: null,
      neverUsed: false,
      createdAt: CREATED,
    };
  });
  return byId(sets, (one) => one.arn);
}

function buildEverybody(dice: Dice, count: number, storeHex: string): Person[] {
  const people = Array.from({ length: count }, (_, i): Person => {
    const uuid = dice.uuid();
    const userName = `person-${i}@corp.example`;
    return {
      userId: i % 3 === 0 ? uuid : `${storeHex}-${uuid}`,
      userName,
      displayName: `Person ${i}`,
      givenName: "Person",
      familyName: `${i}`,
      email: userName,
      externalId: i % 10 === 0 ? null : `idp-${i}`,
      profile: "engineer",
      utcOffsetMinutes: 0,
      joinedAt: CREATED,
      leftAt: null,
      disabledAt: i % 50 === 7 ? ANCHOR : null,
    };
  });
  return byId(people, (one) => one.userId);
}

function buildGroups(dice: Dice, count: number, storeHex: string): Group[] {
  const groups = Array.from({ length: count }, (_, i): Group => ({
    groupId: `${storeHex}-${dice.uuid()}`,
    displayName: `group-${i}`,
    description: "",
    externalId: i % 2 === 0 ? `idp-group-${i}` : null,
    createdAt: CREATED,
    deletedAt: null,
  }));
  return byId(groups, (one) => one.groupId);
}

function buildMemberships(
  dice: Dice,
  people: readonly Person[],
  groups: readonly Group[],
  each: number,
  storeHex: string,
): Membership[] {
  const some = Math.min(each, groups.length);
  const held = people.flatMap(({ userId }) => {
    const mine = new Set<number>();
    while (mine.size < some) mine.add(dice.int(0, groups.length - 1));
    return [...mine].map((index): Membership => ({
      membershipId: `${storeHex}-${dice.uuid()}`,
      groupId: (groups[index] as Group).groupId,
      userId,
      from: CREATED,
      to: null,
    }));
  });
  return byId(held, (one) => one.membershipId);
}

function buildAssignments(
  dice: Dice,
  pairs: number,
  from: Pick<Organisation, "accounts" | "permissionSets" | "people" | "groups">,
): AccountAssignment[] {
  const { accounts, permissionSets, people, groups } = from;
  const principal = (): Pick<AccountAssignment, "principalType" | "principalId"> =>
    groups.length === 0 || (people.length > 0 && dice.int(1, 100) <= DIRECT_PERCENT)
      ? { principalType: "USER", principalId: dice.pick(people).userId }
      : { principalType: "GROUP", principalId: dice.pick(groups).groupId };
  const out: AccountAssignment[] = [];
  // Each account takes a run of sets that begins somewhere: no pair comes twice.
  const starts = accounts.map(() => dice.int(0, permissionSets.length - 1));
  for (let i = 0; i < pairs; i++) {
    const a = i % accounts.length;
    const s = ((starts[a] ?? 0) + Math.floor(i / accounts.length)) % permissionSets.length;
    const pair = {
      accountId: (accounts[a] as Account).id,
      permissionSetArn: (permissionSets[s] as PermissionSet).arn,
      from: CREATED,
      to: null,
    };
    const first = principal();
    out.push({ ...pair, ...first });
    const second = principal();
    if (dice.int(1, 100) <= SECOND_PERCENT && second.principalId !== first.principalId)
      out.push({ ...pair, ...second });
  }
  return out;
}

/** Nothing beside permission sets. */
function bareEstate(dice: Dice, managementAccountId: string): Estate {
  return {
    regions: [{ name: REGION, addedAt: CREATED }],
    accountInstance: {
      arn: `arn:${PARTITION}:sso:::instance/ssoins-${dice.hex(16)}`,
      identityStoreId: `d-${dice.hex(10)}`,
      ownerAccountId: managementAccountId,
      name: "prototype",
    },
    tags: {},
    grantsByHand: [],
    outdated: [],
    applicationProviders: [],
    applications: [],
    issuers: [],
    entitlementApplications: [],
    entitlements: [],
    roles: [],
    policies: [],
  };
}
