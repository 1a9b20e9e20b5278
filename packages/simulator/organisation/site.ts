/**
 * The building site of grants: groups, memberships and assignments as they are added. Guarantees ids of AWS's forms and periods
 * that begin no earlier than the group or the person they belong to. Knows nothing of who should have what.
 */
import type {
  Account, AccountAssignment, Group, Membership, PermissionSet, Person,
} from "../model.ts"; // prettier-ignore
import { DAY, HOUR, type Dice } from "../random.ts";

export interface Grants {
  groups: Group[];
  memberships: Membership[];
  assignments: AccountAssignment[];
}

/** What the builder of grants works with. */
export interface Site {
  dice: Dice;
  anchor: number;
  storeHex: string;
  people: Person[];
  grants: Grants;
  account(name: string): Account;
  set(name: string): PermissionSet;
  accounts: Account[];
}

/** Adds a group, owned by the external directory (`scim`) or local. */
export function group(site: Site, displayName: string, scim: boolean, description: string): Group {
  const uuid = site.dice.uuid();
  const made: Group = {
    groupId: site.dice.chance(0.3) ? uuid : `${site.storeHex}-${uuid}`,
    displayName,
    description,
    externalId: scim ? `idp-group-${site.dice.hex(16)}` : null,
    createdAt: site.anchor - site.dice.int(100, 900) * DAY,
    deletedAt: null,
  };
  site.grants.groups.push(made);
  return made;
}

/** Adds a membership; it begins when both the person and the group are there. */
export function join(
  site: Site,
  target: Group,
  person: Person,
  from = person.joinedAt,
  to: number | null = null,
): void {
  const begins = Math.max(from, target.createdAt);
  site.grants.memberships.push({
    membershipId: `${site.storeHex}-${site.dice.uuid()}`,
    groupId: target.groupId,
    userId: person.userId,
    from: begins,
    to,
  });
}

/** Adds an assignment in each of the named accounts; without `from` it is as old as its principal. */
export function assign(
  site: Site,
  principal: Group | Person,
  setName: string,
  accounts: string[],
  from?: number,
  to: number | null = null,
): void {
  const isGroup = "groupId" in principal;
  for (const name of accounts) {
    const earliest = isGroup ? principal.createdAt : principal.joinedAt;
    site.grants.assignments.push({
      accountId: site.account(name).id,
      permissionSetArn: site.set(setName).arn,
      principalType: isGroup ? "GROUP" : "USER",
      principalId: isGroup ? principal.groupId : principal.userId,
      from: from ?? earliest + site.dice.int(1, 20) * HOUR,
      to,
    });
  }
}

/** Everybody of a profile, in the order of the organisation. */
export const of = (site: Site, profile: Person["profile"]): Person[] =>
  site.people.filter((person) => person.profile === profile);
