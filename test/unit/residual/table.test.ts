/** AWS's table of what ends what, row by row and session kind by session kind. */
import { describe, expect, test } from "vitest";
import type { TrailEvent } from "#core/domain/event";
import type { Session, SessionKind } from "#core/domain/session";
import {
  APPLICATION,
  applicationLost,
  assignment,
  base,
  ADA,
  at,
  endedBy,
  ended,
  entitlementDeleted,
  GROUP,
  groupDeleted,
  left,
  membership,
  ROLE_ARN,
  session,
  setChange,
  signOut,
  TO_GROUP,
  under,
  userChange,
} from "./lives.ts";

const PORTAL = "11111111-1111-4111-8111-111111111111";
const NOON = "12:00:00";
const HALF_HOUR = "12:30:00.000";
const OWN_END = "16:00:00.000";

const tokenWithIam: TrailEvent = {
  ...base("08:00:00", "CreateTokenWithIAM", { person: ADA }),
  kind: "token-with-iam",
  applicationArn: APPLICATION,
  grantType: null,
  scopes: [],
  issued: true,
  expiresInSeconds: 3600,
  requestedTokenType: null,
  resourceArn: null,
};

const issued: TrailEvent = {
  ...base("08:00:00", "AssumeRole", { person: ADA }),
  kind: "entitlement-role-issued",
  session: null,
  roleArn: ROLE_ARN,
  issuedAccessKeyId: null,
  durationSeconds: 3600,
  expiresAt: null,
  applicationArn: null,
};

/** One session of every kind, all hanging on the portal session. `by`: the event ended the interactive ones. */
function everyKind(by: TrailEvent | null): Session[] {
  const over = by === null ? {} : endedBy(by);
  const portal = session("portal", "portal", { keys: [PORTAL], ...over });
  const role = session("role", "role", under(portal));
  return [
    portal,
    role,
    session("token", "token", under(portal)),
    session("application", "application", { ...under(portal), eventIds: [tokenWithIam.eventId] }),
    session("background", "background", { eventIds: [tokenWithIam.eventId] }),
    session("aws-login", "aws-login", under(role)),
    session("entitlement-role", "entitlement-role", {
      ...under(portal),
      eventIds: [issued.eventId],
    }),
  ];
}

type Row = Partial<Record<SessionKind, string>>;

function row(removal: TrailEvent, by: TrailEvent | null, more: readonly TrailEvent[] = []): Row {
  const events = [tokenWithIam, issued, ...more, removal];
  const found = left(everyKind(by), events).filter(
    (one) => one.removal.eventId === removal.eventId,
  );
  return Object.fromEntries(found.map((one) => [one.kind, one.until?.slice(11, 23) ?? "unknown"]));
}

const ACTING = { role: OWN_END, "aws-login": OWN_END, "entitlement-role": OWN_END };

describe("what is left after", () => {
  const logout = signOut(NOON, PORTAL);
  const batch = ended(NOON, PORTAL);
  const disabled = userChange(NOON, "disabled");
  const deleted = userChange(NOON, "deleted");
  const gone = { token: HALF_HOUR, application: HALF_HOUR, background: OWN_END, ...ACTING };
  const member = membership("07:00:00", "added");
  const granted = assignment("07:00:00", "created", TO_GROUP);
  const ofTarget = { role: OWN_END, "aws-login": OWN_END };
  const stays = { portal: OWN_END, token: OWN_END, application: OWN_END };

  test.each<[string, TrailEvent, TrailEvent | null, TrailEvent[], Row]>([
    ["a sign-out: applications for half an hour, roles to their end", logout, logout, [], gone],
    ["an administrator's end: the same as after a sign-out", batch, batch, [], gone],
    ["disabling the user: the portal at once, roles to their end", disabled, disabled, [], gone],
    ["deleting the user: the portal at once, roles to their end", deleted, deleted, [], gone],
    [
      "an assignment of the person: the portal, and the roles of that target",
      assignment(NOON, "deleted"),
      null,
      [],
      { ...stays, ...ofTarget },
    ],
    [
      "an assignment of a group of the person: the same",
      assignment(NOON, "deleted", TO_GROUP),
      null,
      [member],
      { ...stays, ...ofTarget },
    ],
    [
      "leaving a group: the portal, and the roles that the group could take",
      membership(NOON, "removed"),
      null,
      [member, granted],
      { ...stays, background: OWN_END, ...ofTarget },
    ],
    [
      "deleting a group: the same",
      groupDeleted(NOON),
      null,
      [member, granted],
      { ...stays, background: OWN_END, ...ofTarget },
    ],
    ["deleting a permission set: its roles", setChange(NOON, "deleted"), null, [], ofTarget],
    [
      "detaching a policy: the roles of its set",
      setChange(NOON, "policy-detached"),
      null,
      [],
      ofTarget,
    ],
    ["removing an inline policy", setChange(NOON, "inline-policy-removed"), null, [], ofTarget],
    ["changing a permission set", setChange(NOON, "updated"), null, [], ofTarget],
    [
      "losing an application: half an hour of it, and its background sessions",
      applicationLost(NOON),
      null,
      [],
      { application: HALF_HOUR, background: OWN_END },
    ],
    [
      "an entitlement: its role session",
      entitlementDeleted(NOON),
      null,
      [],
      { "entitlement-role": OWN_END },
    ],
  ])("%s", (_name, removal, by, more, expected) => {
    expect(row(removal, by, more)).toEqual(expected);
  });

  test.each(["policy-attached", "created", "boundary-removed", "provisioned"] as const)(
    "a permission set that was %s: nothing, because nothing was taken away",
    (change) => {
      expect(row(setChange(NOON, change), null)).toEqual({});
    },
  );

  test("a refused removal: nothing", () => {
    const refused = { ...assignment(NOON, "deleted"), errorCode: "AccessDenied" };
    expect(row(refused, null)).toEqual({});
  });

  test("an assignment in another account or of another permission set: no role session", () => {
    const elsewhere = assignment(NOON, "deleted", { targetAccountId: "555566667777" });
    expect(row(elsewhere, null)).toEqual(stays);
    const events = [assignment(NOON, "deleted")];
    const other = session("role", "other", { permissionSetName: "Developer" });
    expect(left([other], events)).toEqual([]);
  });

  test("a removal of somebody else, or from a group the person is not in: nothing", () => {
    expect(row(assignment(NOON, "deleted", { principalId: "grace" }), null)).toEqual({});
    const left_ = membership("09:00:00", "removed");
    expect(row(assignment(NOON, "deleted", TO_GROUP), null, [member, left_])).toEqual({});
    expect(GROUP).toBe(left_.groupId);
  });
});

describe("the instant of the removal decides", () => {
  const role = session("role", "role", {
    startedAt: at("10:00:00"),
    endsAt: { at: at("11:00:00"), limitedBy: "durationSeconds", certainty: "exact" },
  });
  test.each([
    ["09:59:59", 0],
    ["10:00:00", 1],
    ["10:59:59", 1],
    ["11:00:00", 0],
    ["11:00:01", 0],
  ])("a role session from 10:00 to 11:00 outlives a removal at %s: %i", (time, count) => {
    expect(left([role], [assignment(time, "deleted")])).toHaveLength(count);
  });

  test.each([
    ["15:29:59", "15:59:59.000", "at-most"],
    ["15:30:00", "16:00:00.000", "exact"],
    ["15:59:59", "16:00:00.000", "exact"],
  ])(
    "an application's own end counts when it comes first: disabled at %s",
    (time, until, certainty) => {
      const [found] = left([session("application", "app")], [userChange(time, "disabled")]);
      expect(found).toMatchObject({ until: `2026-11-02T${until}Z`, certainty });
    },
  );
});
