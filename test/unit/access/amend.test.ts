import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AccessSnapshot } from "#core/domain/access";
import { amend } from "#core/domain/access/amend/amend";
import { effectiveAccess } from "#core/domain/access/effective";
import { grantEvents } from "#core/domain/access/grants";
import type { TrailEvent } from "#core/domain/event";
import { EVERYTHING_ALLOWED } from "#test/support/snapshot";
import {
  account,
  assignment,
  at,
  group,
  membership,
  observed,
  permissionSet,
  setArn,
  snapshot,
  user,
} from "./directory-facts.ts";
import {
  assigned,
  entitled,
  framed,
  groupChanged,
  joined,
  setChanged,
  userChanged,
} from "./events.ts";

const STARTED = at("10T07:30:00");
const SEEN = at("10T08:00:00");
const NOW = at("20T08:00:00");

const FACTS = snapshot({
  users: [user("ann"), user("bob")],
  groups: [group("ops", "Operators")],
  memberships: [membership("ops", "bob")],
  permissionSets: [permissionSet(1, { inlinePolicy: EVERYTHING_ALLOWED })],
  accounts: [account("444455556666", "production")],
  assignments: [assignment("444455556666", 1, "GROUP", "ops")],
});

function asOf(events: readonly TrailEvent[], when = NOW, facts: AccessSnapshot = FACTS) {
  const changed = amend(observed(facts, SEEN), events, { startedAt: STARTED, at: when });
  const rows = effectiveAccess(changed, {
    usage: () => new Map(),
    observedSince: () => null,
    grants: grantEvents(events, when),
  });
  return { changed, rows };
}

const holders = (events: readonly TrailEvent[], when = NOW) =>
  asOf(events, when).rows.map((row) => row.user.userId);

describe("a snapshot as of an instant after its crawl", () => {
  test("is the crawl's own while nothing happened", () => {
    const { changed } = asOf([]);
    expect(changed.amendments).toEqual({
      changes: [],
      askedFor: new Set(),
      unreadSets: new Set(),
    });
    expect(changed.users).toBe(changed.users);
    expect(holders([])).toEqual(["bob"]);
  });

  test("has an assignment from the instant after its event on, as asked for, with who asked", () => {
    const events = [assigned("12T00:00:00", "USER", "ann")];
    expect(holders(events, at("12T00:00:00"))).toEqual(["bob"]);
    const { rows, changed } = asOf(events, at("12T00:00:01"));
    expect(rows[0]).toMatchObject({
      user: { userId: "ann" },
      askedFor: true,
      grantedAt: at("12T00:00:00"),
      grantEventId: events[0]!.eventId,
      grantedBy: "arn:aws:iam::111122223333:role/pipeline",
    });
    expect(rows[1]).not.toHaveProperty("askedFor");
    expect(changed.notes).toEqual([
      {
        kind: "changed",
        about: `assignment/444455556666/${setArn(1)}/ann`,
        problem: expect.stringContaining("no crawl has confirmed it yet") as string,
      },
    ]);
  });

  test("has lost what was deleted, to the instant", () => {
    const events = [assigned("12T00:00:00", "GROUP", "ops", "deleted")];
    expect(holders(events, at("12T00:00:00"))).toEqual(["bob"]);
    expect(holders(events, at("12T00:00:01"))).toEqual([]);
    expect(asOf(events).changed.amendments.changes).toMatchObject([
      { kind: "assignment", change: "removed", state: "asked-for", at: at("12T00:00:00") },
    ]);
  });

  test("has what was deleted and made again, granted by the second event", () => {
    const events = [
      assigned("12T00:00:00", "GROUP", "ops", "deleted"),
      assigned("13T00:00:00", "GROUP", "ops"),
    ];
    expect(holders(events, at("12T12:00:00"))).toEqual([]);
    expect(asOf(events).rows[0]).toMatchObject({
      user: { userId: "bob" },
      grantEventId: events[1]!.eventId,
    });
    expect(asOf(events.toReversed()).rows).toEqual(asOf(events).rows);
  });

  test("follows memberships, several of one SCIM request too", () => {
    expect(holders([joined("12T00:00:00", "ops", ["ann"])])).toEqual(["ann", "bob"]);
    expect(holders([joined("12T00:00:00", "ops", ["bob"], "removed")])).toEqual([]);
    const scim = [joined("12T00:00:00", "ops", ["ann", "bob"], "removed")];
    expect(holders(scim)).toEqual([]);
    const { rows } = asOf([joined("12T00:00:00", "ops", ["ann", "cleo"])]);
    expect(rows[0]).toMatchObject({
      grantedBy: "identity provider (SCIM)",
      user: { userId: "ann" },
    });
  });

  test("follows users and groups: new ones by their id, disabled ones kept, deleted ones gone", () => {
    const newcomer = [
      userChanged("12T00:00:00", "cleo", "created"),
      joined("12T00:00:01", "ops", ["cleo"]),
    ];
    const [, cleo] = asOf(newcomer).rows;
    expect(cleo?.user).toMatchObject({ userId: "cleo", userName: "cleo" });
    const { changed } = asOf([userChanged("12T00:00:00", "bob", "disabled")]);
    expect(changed.users.find((one) => one.userId === "bob")?.status).toBe("disabled");
    expect(holders([userChanged("12T00:00:00", "bob", "deleted")])).toEqual([]);
    expect(holders([groupChanged("12T00:00:00", "ops", "deleted")])).toEqual([]);
  });

  test("does not know what a set allows once its policies were changed, and says why", () => {
    const events = [
      setChanged("12T00:00:00", "AttachManagedPolicyToPermissionSet", "policy-attached"),
    ];
    const { rows, changed } = asOf(events);
    expect(rows[0]).toMatchObject({
      administrator: null,
      policy: { administrator: null, findings: [] },
    });
    expect(changed.notes).toMatchObject([{ kind: "unread", about: setArn(1) }]);
    const longer = [
      setChanged("12T00:00:00", "UpdatePermissionSet", "updated", 1, { sessionDuration: "PT12H" }),
    ];
    const updated = asOf(longer).changed;
    expect(updated.permissionSets[0]).toMatchObject({
      sessionDuration: "PT12H",
      inlinePolicy: EVERYTHING_ALLOWED,
    });
    expect(updated.notes).toEqual([]);
  });

  test("does not doubt a permission set that was read again after its change, but one that changed later", () => {
    const note = {
      kind: "refreshed",
      about: setArn(1),
      at: at("12T00:10:00"),
      problem: "It was read again.",
    } as const;
    const attached = (when: string) =>
      setChanged(when, "AttachManagedPolicyToPermissionSet", "policy-attached");
    const facts = { ...FACTS, notes: [note] };
    const unreadAfter = (when: string) => [
      ...asOf([attached(when)], NOW, facts).changed.amendments.unreadSets,
    ];
    expect(unreadAfter("12T00:10:00")).toEqual([]);
    expect(unreadAfter("12T00:10:01")).toEqual([setArn(1)]);
  });

  test("knows sets that were made or deleted since", () => {
    const made = [
      setChanged("12T00:00:00", "CreatePermissionSet", "created", 2, {
        permissionSetName: "Fresh",
      }),
    ];
    expect(asOf(made).changed.permissionSets[1]).toMatchObject({
      name: "Fresh",
    });
    expect(asOf(made).changed.amendments.unreadSets).toEqual(new Set([setArn(2)]));
    expect(holders([setChanged("12T00:00:00", "DeletePermissionSet", "deleted")])).toEqual([]);
  });

  test("follows entitlements, by their id or by what they give to whom", () => {
    const made = entitled("12T00:00:00", "ent-1", "ann");
    expect(asOf([made]).rows[0]).toMatchObject({
      roleArn: "arn:aws:iam::444455556666:role/team/Deployer",
      grantEventId: made.eventId,
      user: { userId: "ann" },
    });
    const nameless = entitled("13T00:00:00", null, "ann", "deleted");
    expect(holders([made, nameless])).toEqual(["bob"]);
    expect(holders([made, entitled("13T00:00:00", "ent-1", "ann", "deleted")])).toEqual(["bob"]);
  });

  test("takes nothing from a refused request, from before the crawl, or from another instance", () => {
    const made = assigned("12T00:00:00", "USER", "ann");
    expect(holders([{ ...made, errorCode: "ConflictException" }])).toEqual(["bob"]);
    expect(holders([assigned("10T07:30:00", "USER", "ann")])).toEqual(["bob"]);
    expect(holders([assigned("10T07:30:01", "USER", "ann")])).toEqual(["ann", "bob"]);
    const foreign = { ...made, permissionSetArn: setArn(1).replace("ssoins-0", "ssoins-f") };
    expect(holders([foreign as TrailEvent])).toEqual(["bob"]);
    const elsewhere = {
      ...joined("12T00:00:00", "ops", ["ann"]),
      subjectIdentityStoreId: "d-other",
    };
    expect(holders([elsewhere])).toEqual(["bob"]);
  });

  test("changes nothing by a request that repeats what the crawl saw", () => {
    const { changed, rows } = asOf([assigned("12T00:00:00", "GROUP", "ops")]);
    expect(changed.amendments.changes).toEqual([]);
    expect(rows[0]).toMatchObject({ grantedAt: null, grantedNotAfter: SEEN });
  });

  test("gives the same for any order and any repetition of the events", () => {
    const events: TrailEvent[] = [
      assigned("12T00:00:00", "USER", "ann"),
      assigned("12T00:00:00", "USER", "ann", "deleted"),
      joined("12T00:00:00", "ops", ["ann"]),
      joined("13T00:00:00", "ops", ["ann"], "removed"),
      userChanged("13T00:00:00", "bob", "disabled"),
      userChanged("13T00:00:00", "bob", "enabled"),
      setChanged("13T00:00:00", "PutInlinePolicyToPermissionSet", "inline-policy-put"),
      entitled("14T00:00:00", "ent-1", "bob"),
      groupChanged("14T00:00:00", "new", "created"),
    ];
    const expected = asOf(events);
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
        (shuffled) => {
          const answer = asOf(shuffled);
          expect(answer.rows).toEqual(expected.rows);
          expect(answer.changed.amendments).toEqual(expected.changed.amendments);
        },
      ),
    );
    // Within a second the removal counts as the earlier.
    expect(expected.rows.map((row) => row.user.userId)).toContain("ann");
  });
});

describe("an application as of an instant after its crawl", () => {
  const ARN = "arn:aws:sso::111122223333:application/ssoins-0000000000000001/apl-1";
  const changed = (when: string, aspect: string, change: string, more: object = {}): TrailEvent =>
    ({
      ...framed(when),
      kind: "application",
      aspect,
      change,
      applicationArn: ARN,
      scope: null,
      grantType: null,
      principalType: null,
      principalId: null,
      status: null,
      ...more,
    }) as TrailEvent;
  const made = changed("12T00:00:00", "application", "created");

  test("has its scopes, grants, people and sessions as the events left them", () => {
    const events = [
      made,
      changed("12T00:00:01", "access-scope", "created", { scope: "sso:account:access" }),
      changed("12T00:00:02", "grant", "updated", { grantType: "authorization_code" }),
      changed("12T00:00:03", "assignment", "created", {
        principalType: "USER",
        principalId: "ann",
      }),
      changed("12T00:00:04", "session-configuration", "updated", { status: "ENABLED" }),
      changed("12T00:00:05", "application", "updated", { status: "DISABLED" }),
    ];
    const { applications, applicationAssignments } = asOf(events).changed;
    expect(applications).toMatchObject([
      {
        scopes: [{ scope: "sso:account:access" }],
        grants: ["authorization_code"],
        backgroundSessions: "enabled",
        status: "DISABLED",
      },
    ]);
    expect(applicationAssignments).toEqual([
      { applicationArn: ARN, principalType: "USER", principalId: "ann" },
    ]);
  });

  test("takes its people and entitlements with it when it is deleted", () => {
    const events = [
      made,
      changed("12T00:00:03", "assignment", "created", {
        principalType: "USER",
        principalId: "ann",
      }),
      entitled("12T00:00:04", "ent-1", "ann"),
      changed("13T00:00:00", "application", "deleted"),
    ];
    const { applications, applicationAssignments, entitlements } = asOf(events).changed;
    expect([applications, applicationAssignments, entitlements]).toEqual([[], [], []]);
  });

  test("has the issuers that were made since, and not those that were deleted", () => {
    const issuer = (when: string, change: "created" | "deleted"): TrailEvent => ({
      ...framed(when),
      kind: "trusted-token-issuer",
      change,
      issuerArn: "arn:aws:sso::111122223333:trustedTokenIssuer/ssoins-0000000000000001/tti-1",
      issuerUrl: "https://issuer.example.com",
    });
    const { trustedTokenIssuers } = asOf([issuer("12T00:00:00", "created")]).changed;
    expect(trustedTokenIssuers).toMatchObject([
      { name: "tti-1", issuerUrl: "https://issuer.example.com" },
    ]);
    const both = [issuer("12T00:00:00", "created"), issuer("13T00:00:00", "deleted")];
    expect(asOf(both).changed.trustedTokenIssuers).toEqual([]);
  });
});
