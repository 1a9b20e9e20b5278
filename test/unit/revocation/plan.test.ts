/** A plan names every step in order, never a group's assignment, and every brake that holds it back. */
import { describe, expect, test } from "vitest";
import { settingsOf } from "#core/domain/sessions/durations";
import { NO_USE, type DirectoryUser, type EffectiveAccess } from "#core/domain/access";
import type { RevocationFacts } from "#core/domain/revocation/facts";
import { planRevocation } from "#core/domain/revocation/plan";
import { releaseLeases } from "#core/domain/revocation/release";
import { deriveRevocationState } from "#core/domain/revocation/state";
import { reconstruct } from "#core/domain/sessions/reconstruct";
import { viewSession } from "#core/domain/sessions/state";
import { DAY, HOUR, MINUTE, plus } from "#core/domain/time";
import {
  at,
  MEMBER_ACCOUNT,
  OTHER_ACCOUNT,
  personOf,
  portal,
  roleIssued,
  STORE,
} from "./records.ts";

const NOW = at("2026-03-02T10:00:00Z");
const PERSON = personOf(1);
const MANAGEMENT = "111111111111";
const SET = "arn:aws:sso:::permissionSet/ssoins-1/ps-1";

function access(
  accountId: string,
  group: string | null = null,
  administrator = false,
): EffectiveAccess {
  const assignment = { kind: "assignment" as const, id: `${accountId}/a`, name: "Developer" };
  return {
    user: PERSON,
    accountId,
    accountName: accountId,
    permissionSetArn: SET,
    permissionSetName: "Developer",
    roleArn: null,
    accountTier: "other",
    path: group === null ? [assignment] : [{ kind: "group", id: group, name: group }, assignment],
    grantedAt: null,
    grantedNotAfter: NOW,
    ...NO_USE,
    grantedBy: null,
    grantEventId: null,
    usageSharedByPaths: false,
    observationGaps: 0,
    policy: { administrator, findings: [] },
    observedSince: null,
    administrator,
  };
}

const user = (externalId: string | null): DirectoryUser => ({
  identityStoreArn: STORE,
  userId: PERSON.userId,
  userName: "person1",
  displayName: null,
  email: null,
  status: "enabled",
  externalId,
});

function facts(parts: Partial<RevocationFacts> = {}): RevocationFacts {
  const events = [
    portal(PERSON, plus(NOW, -HOUR), "11111111-2222-4333-8444-555555555555"),
    roleIssued(PERSON, plus(NOW, -MINUTE)),
  ];
  return {
    now: NOW,
    user: PERSON,
    requester: { actor: "responder", userId: null },
    sessions: reconstruct(PERSON, events, settingsOf(null)).map((session) =>
      viewSession(session, NOW),
    ),
    access: [
      access(MEMBER_ACCOUNT),
      access(OTHER_ACCOUNT, "local"),
      access(OTHER_ACCOUNT, "provisioned"),
    ],
    directory: {
      user: user(null),
      groups: [
        { groupId: "local", groupName: "Local", scimOwned: false },
        { groupId: "provisioned", groupName: "Provisioned", scimOwned: true },
        { groupId: "idle", groupName: "Idle", scimOwned: false },
      ],
      managementAccountId: MANAGEMENT,
      otherAdministrators: 2,
      otherUnknown: 0,
    },
    chainedRoleArns: [],
    denyPolicies: [{ policyId: "p-curfew01", userIds: [] }],
    peopleCut: [],
    settings: {
      contain: "on",
      breakGlass: ["keeper"],
      peopleIn24h: 5,
      denyPolicyIds: ["p-curfew01"],
    },
    ...parts,
  };
}

const brakes = (parts: Partial<RevocationFacts>) =>
  planRevocation(facts(parts)).brakes.map(({ code, effect }) => `${code} ${effect}`);

describe("steps", () => {
  test("deny first, then grants by their owner, then people's steps; a membership without access stays", () => {
    const plan = planRevocation(facts());
    expect(plan.steps.map(({ order, mechanism, mode }) => `${order} ${mechanism} ${mode}`)).toEqual(
      [
        "1 deny-lease automatic",
        "2 remove-assignment automatic",
        "3 remove-membership automatic",
        "4 remove-membership manual",
        "5 end-sessions manual",
        "6 disable-user manual",
      ],
    );
    expect(plan.steps[2]?.target).toMatchObject({ groupId: "local" });
    expect(plan.brakes).toEqual([]);
  });

  test("only an assignment of the person's own is ever removed", () => {
    const plan = planRevocation(facts({ access: [access(OTHER_ACCOUNT, "local")] }));
    expect(plan.steps.filter(({ mechanism }) => mechanism === "remove-assignment")).toEqual([]);
    expect(JSON.stringify(plan.steps)).not.toContain("GROUP");
  });

  test("a user that SCIM owns is deactivated at the identity provider", () => {
    const directory = { ...facts().directory!, user: user("00u1") };
    const names = planRevocation(facts({ directory })).steps.map(({ mechanism }) => mechanism);
    expect(names).toContain("scim-deactivate");
    expect(names).not.toContain("disable-user");
  });

  test("the management account and chained roles, which the deny does not reach, get steps of their own", () => {
    const plan = planRevocation(
      facts({
        access: [access(MANAGEMENT)],
        chainedRoleArns: ["arn:aws:iam::222222222222:role/Deploy"],
      }),
    );
    expect(plan.steps.slice(-2).map(({ mechanism, mode }) => `${mechanism} ${mode}`)).toEqual([
      "deny-permission-set manual",
      "revoke-older-sessions manual",
    ]);
  });

  test("what a removed membership carried is listed", () => {
    expect(planRevocation(facts()).impact.alsoRemoved).toEqual([
      { groupName: "Local", accountId: OTHER_ACCOUNT, permissionSetName: "Developer" },
      { groupName: "Provisioned", accountId: OTHER_ACCOUNT, permissionSetName: "Developer" },
    ]);
  });
});

test("the residual names each session that may live: role until its hard end, portal 90 days when its duration is not known", () => {
  const { residual } = planRevocation(facts());
  expect(residual.map(({ kind, until }) => ({ kind, until }))).toEqual([
    { kind: "portal", until: plus(plus(NOW, -HOUR), 90 * DAY) },
    { kind: "role", until: plus(plus(NOW, -MINUTE), HOUR) },
  ]);
  expect(residual[0]?.why).toContain("90 days are assumed");
});

describe("brakes", () => {
  const settings = facts().settings;
  const administrator = [access(MEMBER_ACCOUNT, null, true)];
  const unread = [{ ...access(MEMBER_ACCOUNT), administrator: null }];
  test.each([
    ["containing is off", { settings: { ...settings, contain: "off" } }, "contain-off refused"],
    [
      "nobody breaks the glass",
      { settings: { ...settings, breakGlass: [] } },
      "no-break-glass refused",
    ],
    [
      "the requester is the person",
      { requester: { actor: "token", userId: PERSON.userId } },
      "self refused",
    ],
    [
      "the requester has the person's name",
      { requester: { actor: "cli:person1", userId: null } },
      "self refused",
    ],
    [
      "the person breaks the glass, by name",
      { settings: { ...settings, breakGlass: ["Person1"] } },
      "break-glass refused",
    ],
    [
      "the person breaks the glass, by id",
      { settings: { ...settings, breakGlass: [PERSON.userId] } },
      "break-glass refused",
    ],
    [
      "nobody else administers",
      { access: administrator, directory: { ...facts().directory!, otherAdministrators: 0 } },
      "last-administrator refused",
    ],
    [
      "of nobody is it known, and nobody else may administer",
      { access: unread, directory: { ...facts().directory!, otherAdministrators: 0 } },
      "last-administrator refused",
    ],
    [
      "a sixth person in a day",
      { peopleCut: [2, 3, 4, 5, 6].map(personOf) },
      "too-many-people approval",
    ],
    ["a privileged person", { access: administrator }, "privileged-target approval"],
    [
      "a privileged person of the demo",
      { access: administrator, settings: { ...settings, contain: "demo" } },
      "privileged-target notice",
    ],
    ["no snapshot", { directory: null, access: [] }, "no-snapshot notice"],
    ["no deny policy", { denyPolicies: [] }, "no-deny-policy refused"],
  ] satisfies readonly (readonly [string, Partial<RevocationFacts>, string])[])(
    "%s",
    (_what, parts, brake) => {
      expect(brakes(parts)).toContain(brake);
    },
  );

  test("a person who was cut already does not count twice", () => {
    expect(brakes({ peopleCut: [1, 2, 3, 4, 5].map(personOf) })).toEqual([]);
  });
});

describe("state", () => {
  const step = (
    mode: "automatic" | "manual",
    state: "pending" | "confirmed",
    attempts: number,
  ) => ({
    mechanism: mode === "automatic" ? ("deny-lease" as const) : ("end-sessions" as const),
    mode,
    state,
    attempts,
  });
  const asked = {
    cancelledAt: null,
    releasedAt: null,
    approvalNeeded: false,
    approvedAt: null,
    now: NOW,
    open: [],
  };
  const session = {
    kind: "session" as const,
    sessionId: "ses_1",
    until: plus(NOW, HOUR),
    needsPerson: false,
    why: "",
  };
  const enforced = { ...asked, steps: [step("automatic", "confirmed", 1)] };
  test.each([
    ["cancelled", { ...enforced, cancelledAt: NOW }],
    ["released", { ...enforced, releasedAt: NOW }],
    ["awaiting-approval", { ...enforced, approvalNeeded: true }],
    ["planned", { ...asked, steps: [step("automatic", "pending", 0)] }],
    ["running", { ...asked, steps: [step("automatic", "pending", 1)] }],
    ["enforced", { ...enforced, open: [session] }],
    ["enforced", { ...enforced, open: null }],
    ["awaiting-person", { ...enforced, open: [{ ...session, needsPerson: true }] }],
    ["enforced", { ...enforced, open: [session, { ...session, needsPerson: true }] }],
    ["enforced", { ...enforced, open: [{ ...session, until: plus(NOW, -HOUR) }] }],
    ["expired-unproven", { ...enforced, open: [{ ...session, until: plus(NOW, -2 * HOUR) }] }],
    ["contained", enforced],
  ] as const)("%s", (state, of) => {
    expect(deriveRevocationState(of)).toBe(state);
  });
});

test("a lease ends only when access is gone, nothing lives, and 12 hours passed since", () => {
  const gone = { now: NOW, grantsGoneAt: plus(NOW, -12 * HOUR), open: [] };
  const item = {
    kind: "session" as const,
    sessionId: null,
    until: plus(NOW, -1),
    needsPerson: false,
    why: "lives",
  };
  expect(releaseLeases(gone).release).toBe(true);
  expect(releaseLeases({ ...gone, open: [item] }).release).toBe(true);
  expect(releaseLeases({ ...gone, grantsGoneAt: plus(NOW, -12 * HOUR + 1) }).release).toBe(false);
  expect(releaseLeases({ ...gone, grantsGoneAt: null }).release).toBe(false);
  expect(releaseLeases({ ...gone, open: [{ ...item, until: plus(NOW, 1) }] }).release).toBe(false);
  expect(releaseLeases({ ...gone, open: [{ ...item, until: null }] }).release).toBe(false);
  expect(releaseLeases({ ...gone, open: [{ ...item, kind: "access" }] }).release).toBe(false);
});
