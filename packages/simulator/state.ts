/**
 * The organisation as of an instant: what its seed says holds then, and what callers changed before then. Guarantees a pure
 * result: same organisation, changes, instant and help desk, same state. Never looks at events: lives follow the state.
 */
import type { Entitlement } from "./access.ts";
import type {
  Account, AccountAssignment, Change, Group, Membership, Organisation, OrganizationalUnit, PermissionSet, Person, ServiceControlPolicy,
} from "./model.ts"; // prettier-ignore
import { disabledByHelpDesk } from "./state/help-desk.ts";
import { applyChange } from "./state/apply.ts";
import { deniedIds, InlinePolicies } from "./state/denies.ts";
import { Lookups } from "./state/lookups.ts";
import { deactivatedAt, leavings } from "./state/identity-provider.ts";

export interface OrganisationState {
  at: number;
  /** Everybody who has joined; `disabledAt` is set where the person is disabled at this instant. */
  people: readonly Person[];
  groups: readonly Group[];
  memberships: readonly Membership[];
  /** With the inline policy as last written, provisioned or not. */
  permissionSets: readonly PermissionSet[];
  units: readonly OrganizationalUnit[];
  accounts: readonly Account[];
  assignments: readonly AccountAssignment[];
  /** What the account access manager gives. */
  entitlements: readonly Entitlement[];
  policies: readonly ServiceControlPolicy[];
  /** The same, found by ids. */
  find: Lookups;
  userStatus(userId: string): "ENABLED" | "DISABLED";
  /** Ids that an SCP of the account, its units or the root denies; empty for the management account (AWS: SCPs do not bind it). */
  deniedUserIds(accountId: string): ReadonlySet<string>;
  /** Ids that the inline policy of a set, as provisioned to the account, denies. */
  inlineDeniedUserIds(accountId: string, permissionSetArn: string): ReadonlySet<string>;
  /** Whether the account's role has the set as it was last written. */
  isProvisioned(accountId: string, permissionSetArn: string): boolean;
  /** Whether an assignment, direct or through a group, lets the person become the permission set in the account. */
  hasAccess(userId: string, accountId: string, permissionSetArn: string): boolean;
  /** Whether the account access manager gives the person that role, directly or through a group. */
  isEntitled(userId: string, roleArn: string): boolean;
}

/** Changes in effect at an instant, in the order of their effect (ties: as appended). */
export function effectiveChanges(changes: readonly Change[], at: number): Change[] {
  return changes
    .filter((change) => change.effectiveAt <= at)
    .sort((a, b) => a.effectiveAt - b.effectiveAt);
}

const holds =
  (at: number) =>
  (period: { from: number; to: number | null }): boolean =>
    period.from <= at && (period.to === null || period.to > at);

/** A mutable copy that changes are applied to. */
export interface Draft {
  organisation: Organisation;
  memberships: Membership[];
  assignments: AccountAssignment[];
  entitlements: Entitlement[];
  policies: ServiceControlPolicy[];
  permissionSets: PermissionSet[];
  inline: InlinePolicies;
  disabledAt: Map<string, number>;
}

function draftOf(organisation: Organisation): Draft {
  return {
    organisation,
    memberships: organisation.memberships.slice(),
    assignments: organisation.assignments.slice(),
    entitlements: organisation.estate.entitlements.slice(),
    policies: organisation.policies.slice(),
    permissionSets: organisation.permissionSets.slice(),
    inline: new InlinePolicies(organisation.permissionSets, organisation.estate.outdated),
    disabledAt: new Map(
      organisation.people.flatMap((person) =>
        person.disabledAt === null ? [] : [[person.userId, person.disabledAt]],
      ),
    ),
  };
}

/**
 * The organisation at an instant (epoch ms of the simulated clock). `helpDeskMinutes` (a switch): so long after a person is
 * denied in every member account the help desk disables them, and the identity provider ends the memberships it owns; null:
 * nobody does.
 */
export function stateAt(
  organisation: Organisation,
  changes: readonly Change[],
  at: number,
  helpDeskMinutes: number | null = null,
): OrganisationState {
  const draft = draftOf(organisation);
  for (const change of effectiveChanges(changes, at)) applyChange(draft, change);
  for (const [userId, disabledAt] of disabledByHelpDesk(organisation, changes, helpDeskMinutes)) {
    if (disabledAt > at) continue;
    draft.disabledAt.set(userId, Math.min(disabledAt, draft.disabledAt.get(userId) ?? Infinity));
    leaveGroups(draft, userId, disabledAt);
  }
  const content = contentAt(draft, at);
  return { ...content, find: new Lookups(content), ...answersAt(draft, at) };
}

/** Ends what the identity provider ends; an end that comes earlier stays. */
function leaveGroups(draft: Draft, userId: string, helpDeskAt: number): void {
  const deactivated = deactivatedAt(draft.organisation, userId, helpDeskAt);
  if (deactivated === null) return;
  const ends = new Map(
    leavings(draft.organisation, draft.memberships, userId, deactivated).map((leaving) => [
      leaving.membershipId,
      leaving.at,
    ]),
  );
  draft.memberships = draft.memberships.map((held) => {
    const to = ends.get(held.membershipId);
    return to === undefined ? held : { ...held, to: Math.min(to, held.to ?? Infinity) };
  });
}

type Content = Pick<
  OrganisationState,
  | "at" | "people" | "groups" | "memberships" | "permissionSets" | "units" | "accounts" | "assignments" | "entitlements" | "policies"
>; // prettier-ignore

/** What exists at the instant. */
function contentAt(draft: Draft, at: number): Content {
  const { organisation } = draft;
  return {
    at,
    people: organisation.people
      .filter((person) => person.joinedAt <= at)
      .map((person) => {
        const disabledAt = draft.disabledAt.get(person.userId) ?? Infinity;
        return { ...person, disabledAt: disabledAt <= at ? disabledAt : null };
      }),
    groups: organisation.groups.filter(
      (group) => group.createdAt <= at && (group.deletedAt === null || group.deletedAt > at),
    ),
    memberships: draft.memberships.filter(holds(at)),
    permissionSets: draft.permissionSets,
    units: organisation.units,
    accounts: organisation.accounts.filter((account) => account.joinedAt <= at),
    assignments: draft.assignments.filter(holds(at)),
    entitlements: draft.entitlements.filter(holds(at)),
    policies: draft.policies,
  };
}

/** What can be asked about the instant. */
function answersAt(draft: Draft, at: number): Omit<OrganisationState, keyof Content | "find"> {
  const denied = new Map<string, ReadonlySet<string>>();
  return {
    userStatus: (userId) =>
      (draft.disabledAt.get(userId) ?? Infinity) <= at ? "DISABLED" : "ENABLED",
    deniedUserIds(accountId) {
      const known =
        denied.get(accountId) ?? deniedIds(draft.organisation, draft.policies, accountId);
      denied.set(accountId, known);
      return known;
    },
    inlineDeniedUserIds: (accountId, permissionSetArn) =>
      draft.inline.deniedIds(accountId, permissionSetArn),
    isProvisioned: (accountId, permissionSetArn) =>
      draft.inline.isProvisioned(accountId, permissionSetArn),
    isEntitled(userId, roleArn) {
      const principals = principalsOf(draft, userId, at);
      return draft.entitlements.some(
        (one) => one.roleArn === roleArn && principals.has(one.principal.id) && holds(at)(one),
      );
    },
    hasAccess(userId, accountId, permissionSetArn) {
      const principals = principalsOf(draft, userId, at);
      return draft.assignments.some(
        (one) =>
          one.accountId === accountId &&
          one.permissionSetArn === permissionSetArn &&
          principals.has(one.principalId) &&
          holds(at)(one),
      );
    },
  };
}

/** The person and the groups they are in. */
function principalsOf(draft: Draft, userId: string, at: number): Set<string> {
  const held = draft.memberships.filter((one) => one.userId === userId).filter(holds(at));
  return new Set([userId, ...held.map((one) => one.groupId)]);
}
