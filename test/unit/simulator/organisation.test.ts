import { describe, expect, it } from "vitest";
import { anchorFor, buildOrganisation } from "#simulator/organisation";
import { DAY } from "#simulator/random";
import { stateAt } from "#simulator/state";
import { durationSeconds } from "#simulator/organisation/permission-sets";
import { change, deny, OPENING } from "./demo.ts";

const ANCHOR = anchorFor(OPENING);
const organisation = buildOrganisation(7, ANCHOR);
const person = organisation.people.find((candidate) => candidate.profile === "operator");
if (person === undefined) throw new Error("The organisation has no operator.");

describe("the organisation", () => {
  it("is the same for the same seed and another for another", () => {
    expect(buildOrganisation(7, ANCHOR)).toEqual(organisation);
    expect(buildOrganisation(8, ANCHOR).people[0]?.userId).not.toBe(organisation.people[0]?.userId);
  });

  it("has the size of a real one", () => {
    expect(organisation.people.length).toBeGreaterThanOrEqual(220);
    expect(organisation.groups).toHaveLength(50);
    expect(organisation.groups.filter((group) => group.externalId !== null)).toHaveLength(22);
    expect(organisation.accounts).toHaveLength(31);
    expect(organisation.permissionSets).toHaveLength(30);
    expect(new Set(organisation.people.map((one) => one.userName)).size).toBe(
      organisation.people.length,
    );
  });

  it("has ids of AWS's forms, user ids in both of theirs", () => {
    const userId = /^([0-9a-f]{10}-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
    for (const one of organisation.people) expect(one.userId).toMatch(userId);
    expect(organisation.people.some((one) => one.userId.length === 36)).toBe(true);
    expect(organisation.people.some((one) => one.userId.length === 47)).toBe(true);
    expect(organisation.instanceArn).toMatch(/^arn:aws:sso:::instance\/ssoins-[0-9a-f]{16}$/);
    expect(organisation.identityStoreId).toMatch(/^d-[0-9a-f]{10}$/);
    for (const account of organisation.accounts) expect(account.id).toMatch(/^\d{12}$/);
  });

  it("keeps session durations between one and twelve hours", () => {
    for (const set of organisation.permissionSets) {
      const seconds = durationSeconds(set.sessionDuration);
      expect(seconds).toBeGreaterThanOrEqual(3600);
      expect(seconds).toBeLessThanOrEqual(12 * 3600);
    }
  });

  it("has nobody in a group of the external directory whom that directory does not know", () => {
    const external = <T extends { externalId: string | null }>(list: T[]): T[] =>
      list.filter((one) => one.externalId !== null);
    const people = new Set(external(organisation.people).map((one) => one.userId));
    const groups = new Set(external(organisation.groups).map((one) => one.groupId));
    const strays = organisation.memberships.filter(
      (held) => groups.has(held.groupId) && !people.has(held.userId),
    );
    expect(strays).toEqual([]);
    const local = organisation.people.filter((one) => one.externalId === null);
    const state = stateAt(organisation, [], OPENING);
    for (const one of local) {
      const held = state.memberships.filter((member) => member.userId === one.userId);
      expect(
        state.assignments.filter((grant) => held.some((in_) => in_.groupId === grant.principalId))
          .length,
      ).toBeGreaterThan(0);
    }
  });

  it("names only groups, people, accounts and sets that exist in its grants", () => {
    const known = new Set([
      ...organisation.people.map((one) => one.userId),
      ...organisation.groups.map((group) => group.groupId),
      ...organisation.accounts.map((account) => account.id),
      ...organisation.permissionSets.map((set) => set.arn),
    ]);
    const named = [
      ...organisation.memberships.flatMap((held) => [held.groupId, held.userId]),
      ...organisation.assignments.flatMap((held) => [
        held.accountId,
        held.principalId,
        held.permissionSetArn,
      ]),
    ];
    expect(named.filter((id) => !known.has(id))).toEqual([]);
  });

  it("has leavers of whom two were forgotten", () => {
    const left = organisation.people.filter((one) => one.leftAt !== null);
    expect(left.filter((one) => one.disabledAt === null)).toHaveLength(2);
    expect(left.length).toBeGreaterThan(5);
  });

  it("waits with a deny on the root that names nobody", () => {
    const [id] = organisation.denyPolicyIds;
    const policy = organisation.policies.find((candidate) => candidate.id === id);
    expect(policy?.targets).toEqual([organisation.rootId]);
    expect(policy?.content).toBe(
      '{"Version":"2012-10-17","Statement":[{"Sid":"CurfewDeny","Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"identitystore:userId":["00000000-0000-0000-0000-000000000000"]}}}]}',
    );
  });
});

describe("the state at an instant", () => {
  const member = organisation.accounts[5]?.id ?? "";
  const now = OPENING;

  it("denies in member accounts from the moment a policy takes effect, and never in the management account", () => {
    const changes = [deny(organisation, now, [person.userId])];
    expect(
      stateAt(organisation, changes, now + 19_999)
        .deniedUserIds(member)
        .has(person.userId),
    ).toBe(false);
    const state = stateAt(organisation, changes, now + 20_000);
    expect(state.deniedUserIds(member).has(person.userId)).toBe(true);
    expect(state.deniedUserIds(organisation.managementAccountId).size).toBe(0);
  });

  it("reads the condition key in any case of letters", () => {
    const cut = deny(organisation, now, [person.userId]);
    const content = String(cut.parameters["Content"]).replace(
      "identitystore:userId",
      "IdentityStore:UserId",
    );
    const changes = [{ ...cut, parameters: { ...cut.parameters, Content: content } }];
    expect(
      stateAt(organisation, changes, now + DAY)
        .deniedUserIds(member)
        .has(person.userId),
    ).toBe(true);
  });

  it("lets a detached policy deny nobody", () => {
    const [PolicyId] = organisation.denyPolicyIds;
    const changes = [
      deny(organisation, now, [person.userId]),
      change(organisation, now + 1000, "DetachPolicy", { PolicyId, TargetId: organisation.rootId }),
    ];
    expect(
      stateAt(organisation, changes, now + DAY)
        .deniedUserIds(member)
        .has(person.userId),
    ).toBe(false);
  });

  it("takes access away with the membership and gives it back with another", () => {
    const before = stateAt(organisation, [], now);
    const held = before.memberships.filter((one) => one.userId === person.userId);
    const grant = before.assignments.find((one) =>
      held.some((membership) => membership.groupId === one.principalId),
    );
    const membership = held.find((one) => one.groupId === grant?.principalId);
    if (grant === undefined || membership === undefined)
      throw new Error("The operator has no grant.");
    const asked = [person.userId, grant.accountId, grant.permissionSetArn] as const;
    expect(before.hasAccess(...asked)).toBe(true);
    const removed = change(organisation, now, "DeleteGroupMembership", {
      MembershipId: membership.membershipId,
    });
    expect(stateAt(organisation, [removed], now + DAY).hasAccess(...asked)).toBe(false);
    const again = change(organisation, now + 5000, "CreateGroupMembership", {
      GroupId: membership.groupId,
      MemberId: { UserId: person.userId },
    });
    expect(stateAt(organisation, [removed, again], now + DAY).hasAccess(...asked)).toBe(true);
  });

  it("takes an assignment away and gives one, from the moment it takes effect", () => {
    const [held] = stateAt(organisation, [], now).assignments;
    if (held === undefined) throw new Error("The organisation has no assignment.");
    const parameters = {
      TargetId: held.accountId,
      PermissionSetArn: held.permissionSetArn,
      PrincipalType: held.principalType,
      PrincipalId: held.principalId,
    };
    const gone = change(organisation, now, "DeleteAccountAssignment", parameters);
    const back = change(organisation, now + DAY, "CreateAccountAssignment", parameters);
    const count = (at: number): number =>
      stateAt(organisation, [gone, back], at).assignments.filter(
        (one) =>
          one.principalId === held.principalId &&
          one.accountId === held.accountId &&
          one.permissionSetArn === held.permissionSetArn,
      ).length;
    expect([count(now), count(now + 20_000), count(now + 2 * DAY)]).toEqual([1, 0, 1]);
  });

  it("disables people by the console and by SCIM", () => {
    const console = change(organisation, now, "DisableUser", { UserId: person.userId });
    const scim = change(organisation, now, "PatchUser", {
      id: person.userId,
      Operations: [{ op: "replace", path: "active", value: "False" }],
    });
    for (const one of [console, scim]) {
      expect(stateAt(organisation, [one], now).userStatus(person.userId)).toBe("ENABLED");
      expect(stateAt(organisation, [one], now + 20_000).userStatus(person.userId)).toBe("DISABLED");
    }
  });

  it("disables a denied person by the help desk so many minutes later, unless the deny was lifted", () => {
    const cut = deny(organisation, now, [person.userId]);
    const minutes = 4;
    const then = now + 20_000 + minutes * 60_000;
    expect(stateAt(organisation, [cut], then - 1, minutes).userStatus(person.userId)).toBe(
      "ENABLED",
    );
    expect(stateAt(organisation, [cut], then, minutes).userStatus(person.userId)).toBe("DISABLED");
    expect(stateAt(organisation, [cut], then, null).userStatus(person.userId)).toBe("ENABLED");
    const lifted = deny(organisation, now + 60_000, []);
    expect(stateAt(organisation, [cut, lifted], then, minutes).userStatus(person.userId)).toBe(
      "ENABLED",
    );
  });

  it("needs provisioning before an inline policy denies", () => {
    const set = organisation.permissionSets[0];
    if (set === undefined) throw new Error("The organisation has no permission set.");
    const { managementAccountId } = organisation;
    const InlinePolicy = deny(organisation, now, [person.userId]).parameters["Content"];
    const put = change(organisation, now, "PutInlinePolicyToPermissionSet", {
      PermissionSetArn: set.arn,
      InlinePolicy,
    });
    const provision = change(organisation, now + 1000, "ProvisionPermissionSet", {
      PermissionSetArn: set.arn,
      TargetType: "AWS_ACCOUNT",
      TargetId: managementAccountId,
    });
    const state = stateAt(organisation, [put, provision], now + 20_500);
    expect(state.isProvisioned(managementAccountId, set.arn)).toBe(false);
    expect(state.inlineDeniedUserIds(managementAccountId, set.arn).size).toBe(0);
    const after = stateAt(organisation, [put, provision], now + DAY);
    expect(after.inlineDeniedUserIds(managementAccountId, set.arn).has(person.userId)).toBe(true);
    expect(after.inlineDeniedUserIds(member, set.arn).size).toBe(0);
  });
});
