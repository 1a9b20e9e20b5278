/**
 * The groups of people whom only the local directory knows. Guarantees that no group of the external directory has a member that it
 * does not know: it could neither have added nor ever remove them. Everybody keeps what they may become.
 */
import type { Membership } from "../model.ts";
import { Dice } from "../random.ts";
import { group, type Site } from "./site.ts";

/** Moves each local person out of SCIM-owned groups into a local group of the same grants. */
export function separateLocalPeople(site: Site): void {
  // Its own dice: the ids of everything else stay what they are.
  const own: Site = { ...site, dice: new Dice("local-people", site.storeHex) };
  const { grants } = site;
  const local = new Set(
    site.people.filter((person) => person.externalId === null).map((person) => person.userId),
  );
  for (const owned of grants.groups.filter((candidate) => candidate.externalId !== null)) {
    const isStray = (held: Membership): boolean =>
      held.groupId === owned.groupId && local.has(held.userId);
    if (!grants.memberships.some(isStray)) continue;
    const twin = group(
      own,
      `aws-local-${owned.displayName}`,
      false,
      `${owned.description}, for people whom the external directory does not know`,
    );
    twin.createdAt = owned.createdAt;
    grants.memberships = grants.memberships.map((held) =>
      isStray(held) ? { ...held, groupId: twin.groupId } : held,
    );
    grants.assignments.push(
      ...grants.assignments
        .filter((held) => held.principalId === owned.groupId)
        .map((held) => ({ ...held, principalId: twin.groupId })),
    );
  }
}
