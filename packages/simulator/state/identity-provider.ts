/**
 * The simulated identity provider after the help desk has acted: a minute or two later it deactivates the person and takes them out
 * of its groups, by SCIM. Guarantees that only people and groups which SCIM owns are touched, and that state and records agree on
 * each instant. Where the help desk does not act, neither does the identity provider.
 */
import type { Membership, Organisation } from "../model.ts";
import { Dice, SECOND } from "../random.ts";

/** A membership that the identity provider ends. */
export interface Leaving {
  membershipId: string;
  groupId: string;
  at: number;
}

/** When the identity provider deactivates a person whom the help desk disabled at an instant; null: it does not know them. */
export function deactivatedAt(
  organisation: Organisation,
  userId: string,
  helpDeskAt: number,
): number | null {
  const person = organisation.people.find((candidate) => candidate.userId === userId);
  if (person === undefined || person.externalId === null) return null;
  const dice = new Dice(organisation.seed, "identity-provider", userId, helpDeskAt);
  return Math.ceil(helpDeskAt / SECOND + dice.int(60, 120)) * SECOND;
}

/** The person's memberships that end after a deactivation: those of SCIM-owned groups that hold then, one a second. */
export function leavings(
  organisation: Organisation,
  memberships: readonly Membership[],
  userId: string,
  deactivated: number,
): Leaving[] {
  const owned = new Set(
    organisation.groups.filter((group) => group.externalId !== null).map((group) => group.groupId),
  );
  return memberships
    .filter((held) => held.userId === userId && owned.has(held.groupId))
    .filter((held) => held.from <= deactivated && (held.to === null || held.to > deactivated))
    .sort((a, b) => (a.membershipId < b.membershipId ? -1 : 1))
    .map(({ membershipId, groupId }, i) => ({
      membershipId,
      groupId,
      at: deactivated + (i + 1) * SECOND,
    }));
}
