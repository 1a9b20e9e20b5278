/**
 * Oddities that AWS answers now and then, each as a change of an organisation: serve the result, or make it between two calls
 * (`mutate`, `mutateAfter` of wire/serving.ts). Guarantees that an oddity touches only what its name says and adds at the end.
 * Organisations of this kind have no lives.
 */
import type { Account, Group, Organisation, PermissionSet } from "../model.ts";

/** Ids that name nothing. */
export const NOBODY = "90000000-0000-4000-8000-00000000dead";
/** AWS: Identity Store API reference, DisplayName. */
const LONGEST_NAME = 1024;
/** AWS: PutInlinePolicyToPermissionSet API reference, InlinePolicy. */
const LONGEST_POLICY = 32_768;

type Oddity = (organisation: Organisation) => Organisation;

function firstOf<T>(list: readonly T[], what: string): T {
  const [one] = list;
  if (one === undefined) throw new Error(`The organisation needs ${what} for this oddity.`);
  return one;
}

const replaced = <T>(list: readonly T[], at: number, change: (one: T) => T): T[] =>
  list.map((one, index) => (index === at ? change(one) : one));

/** A membership of a user, and assignments of a user, a group, a set and an account, that do not exist. */
export const withDanglingIds: Oddity = (now) => {
  const group = firstOf(now.groups, "a group");
  const held = firstOf(now.assignments, "an assignment");
  const forEver = { from: now.anchor, to: null };
  return {
    ...now,
    memberships: [
      ...now.memberships,
      { membershipId: `${NOBODY}-m`, groupId: group.groupId, userId: NOBODY, ...forEver },
    ],
    assignments: [
      ...now.assignments,
      { ...held, ...forEver, principalType: "USER", principalId: NOBODY },
      { ...held, ...forEver, principalType: "GROUP", principalId: NOBODY },
      { ...held, ...forEver, permissionSetArn: `${held.permissionSetArn.slice(0, -4)}dead` },
      { ...held, ...forEver, accountId: "999999999999" },
    ],
  };
};

/** One person is twice in the same group, under two ids. */
export const withDuplicateMembership: Oddity = (now) => {
  const held = firstOf(now.memberships, "a membership");
  const again = { ...held, membershipId: `${held.membershipId}-2` };
  return { ...now, memberships: [...now.memberships, again] };
};

/** The longest names, empty ones, one that looks like another and is not, and two groups of one name. */
export const withOddNames: Oddity = (now) => {
  const group = firstOf(now.groups, "a group");
  const long = "n".repeat(LONGEST_NAME);
  const named = (displayName: string, n: number): Group => ({
    ...group,
    groupId: `${NOBODY.slice(0, -1)}${n}`,
    displayName,
  });
  return {
    ...now,
    people: replaced(
      replaced(now.people, 0, (one) => ({ ...one, displayName: long })),
      1,
      (one) => ({ ...one, displayName: "", givenName: "", familyName: "" }),
    ),
    // The first letter of the third name is Cyrillic.
    groups: [...now.groups, named(long, 1), named("", 2), named("\u0430dministrators", 3), named("administrators", 4), named(group.displayName, 5)],
    accounts: now.accounts.map((one, index) => (index === 1 ? { ...one, name: "" } : one)),
  }; // prettier-ignore
};

/** The last three member accounts of the list are suspended, on their way out and closed. */
export const withClosedAccounts: Oddity = (now) => {
  const states: Account["status"][] = ["SUSPENDED", "PENDING_CLOSURE", "CLOSED"];
  const last = now.accounts.filter((one) => !one.isManagement).slice(-states.length);
  const statusOf = new Map(last.map((one, index) => [one.id, states[index]]));
  const accounts = now.accounts.map((one): Account => ({
    ...one,
    status: statusOf.get(one.id) ?? one.status,
  }));
  return { ...now, accounts };
};

/** An account has moved to another unit. */
export const withAccountMoved: Oddity = (now) => {
  const moved = firstOf(
    now.accounts.filter((one) => !one.isManagement),
    "a member account",
  );
  const unit = firstOf(
    now.units.filter((one) => one.id !== moved.parentId),
    "a second unit",
  );
  const accounts = now.accounts.map((one) =>
    one.id === moved.id ? { ...one, parentId: unit.id } : one,
  );
  return { ...now, accounts };
};

/** A group without members holds an assignment. */
export const withEmptyGroup: Oddity = (now) => {
  const group = firstOf(now.groups, "a group");
  const held = firstOf(now.assignments, "an assignment");
  const groupId = `${NOBODY.slice(0, -1)}0`;
  return {
    ...now,
    groups: [...now.groups, { ...group, groupId, displayName: "nobody-here" }],
    assignments: [...now.assignments, { ...held, principalType: "GROUP", principalId: groupId }],
  };
};

/** The first person is in so many groups more. */
export const withManyGroups =
  (count = 1_100): Oddity =>
  (now) => {
    const person = firstOf(now.people, "a person");
    const group = firstOf(now.groups, "a group");
    const ids = Array.from({ length: count }, (_, i) => `many-${String(i).padStart(8, "0")}`);
    const uuidOf = (id: string): string => `${NOBODY.slice(0, 24)}${id.slice(-8)}0000`;
    return {
      ...now,
      groups: [
        ...now.groups,
        ...ids.map((id) => ({ ...group, groupId: uuidOf(id), displayName: id })),
      ],
      memberships: [
        ...now.memberships,
        ...ids.map((id) => ({
          membershipId: `${NOBODY}-${id}`,
          groupId: uuidOf(id),
          userId: person.userId,
          from: now.anchor,
          to: null,
        })),
      ],
    };
  };

/** The first group has so many members more, all of them people who exist from now on. */
export const withHugeGroup =
  (count = 100_000): Oddity =>
  (now) => {
    const group = firstOf(now.groups, "a group");
    const person = firstOf(now.people, "a person");
    const ids = Array.from({ length: count }, (_, i) => String(i).padStart(12, "0"));
    const userOf = (id: string): string => `a0000000-0000-4000-8000-${id}`;
    return {
      ...now,
      people: [
        ...now.people,
        ...ids.map((id) => ({
          ...person,
          userId: userOf(id),
          userName: `crowd-${id}@corp.example`,
          displayName: `Crowd ${id}`,
          email: `crowd-${id}@corp.example`,
          externalId: null,
        })),
      ],
      memberships: [
        ...now.memberships,
        ...ids.map((id) => ({
          membershipId: `huge-${id}`,
          groupId: group.groupId,
          userId: userOf(id),
          from: now.anchor,
          to: null,
        })),
      ],
    };
  };

/** Inline policies that are no JSON, no object, a Deny with NotPrincipal, and as long as may be; one a set, from the first on. */
export const withOddPolicies: Oddity = (now) => {
  const statement = { Effect: "Deny", NotPrincipal: { AWS: "*" }, Action: "*", Resource: "*" };
  const texts = [
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow"',
    "[]",
    JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    longPolicy(),
  ];
  const permissionSets = now.permissionSets.map((one, index): PermissionSet => {
    const inlinePolicy = texts[index];
    return inlinePolicy === undefined ? one : { ...one, inlinePolicy };
  });
  return { ...now, permissionSets };
};

/** White space counts too, but only half as dear. */
function longPolicy(): string {
  const document = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: ["s3:GetObject"], Resource: "*" }],
  };
  const text = JSON.stringify(document);
  return `${text.slice(0, -1)}${" ".repeat(LONGEST_POLICY - text.length)}}`;
}

/** Durations of no length and in no known form, on the first two sets. */
export const withOddDurations: Oddity = (now) => ({
  ...now,
  permissionSets: replaced(
    replaced(now.permissionSets, 0, (one) => ({ ...one, sessionDuration: "PT0S" })),
    1,
    (one) => ({ ...one, sessionDuration: "12h" }),
  ),
});

/** Home Regions of the other partitions. */
const HOMES = { "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1" } as const;

/** The whole organisation in another partition: every ARN and the Region are of it. */
export const inPartition =
  (partition: keyof typeof HOMES): Oddity =>
  (now) => {
    const region = HOMES[partition];
    const text = JSON.stringify(now)
      .replaceAll("arn:aws:", `arn:${partition}:`)
      .replaceAll(now.region, region);
    return JSON.parse(text) as Organisation;
  };
