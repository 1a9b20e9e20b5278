/** Every kind of session: what starts it, its last use, its hard end with what limits it, and what ends it. */
import { describe, expect, test } from "vitest";
import { settingsOf } from "#core/domain/sessions/durations";
import {
  assumeRole,
  call,
  MEMBER,
  NAME,
  PORTAL,
  portal,
  signIn,
  token,
  TOKEN,
  vend,
} from "../../support/records.ts";
import {
  byAdmin,
  chain,
  CHILD_KEY,
  CHILD_ROLE,
  childCall,
  endSession,
  entitle,
  type Json,
  login,
  only,
  rebuilt,
  SIGN_IN_SESSION,
  stateAt,
  withIam,
} from "./made.ts";

const DAY = "2026-11-02T";
const ISSUED = `${DAY}08:05:01Z`;
const WORKFLOW = {
  AuthWorkflowID: "11111111-2222-4333-8444-555566667777",
  CredentialType: "PASSWORD,TOTP",
};
const JOB = "arn:aws:elasticmapreduce:eu-central-1:444455556666:cluster/j-EXAMPLE";

describe("portal", () => {
  test("an end counted from Authenticate is a bound, and certain to live from its sign-in on", () => {
    const found = only(
      rebuilt([
        signIn(`${DAY}08:00:00Z`, { additionalEventData: WORKFLOW }),
        portal(`${DAY}08:00:03Z`, "Authenticate"),
      ]),
      "portal",
    );
    expect(found.endsAt).toEqual({
      at: `${DAY}16:00:03.000Z`,
      limitedBy: "access portal session duration (as entered)",
      certainty: "at-most",
    });
    expect(found.aliveUntil).toBe(`${DAY}16:00:00.000Z`);
    expect(["15:59:59", "16:00:00", "16:00:03"].map((t) => stateAt(found, `${DAY}${t}Z`))).toEqual([
      "active",
      "unknown",
      "expired",
    ]);
  });

  test("an end counted from the sign-in itself is exact", () => {
    const found = only(
      rebuilt([signIn(`${DAY}08:00:00Z`, { additionalEventData: WORKFLOW })]),
      "portal",
    );
    expect(found.endsAt).toMatchObject({ at: `${DAY}16:00:00.000Z`, certainty: "exact" });
  });

  test("an external identity provider may have set an earlier end, so nothing is certain", () => {
    const signedIn = signIn(`${DAY}08:00:00Z`);
    expect(only(rebuilt([signedIn]), "portal").endsAt.certainty).toBe("at-most");
    const found = only(rebuilt([signedIn, portal(`${DAY}08:00:03Z`, "Authenticate")]), "portal");
    expect(found.aliveUntil).toBeUndefined();
    expect(stateAt(found, `${DAY}08:10:00Z`)).toBe("active");
    expect(stateAt(found, `${DAY}12:00:00Z`)).toBe("unknown");
  });

  test("one that was taken up keeps the id under which its sign-in was shown", () => {
    const signedIn = signIn(`${DAY}08:00:00Z`);
    const alone = only(rebuilt([signedIn]), "portal");
    const both = only(rebuilt([signedIn, portal(`${DAY}08:00:03Z`, "Authenticate")]), "portal");
    expect(both.earlierIds).toEqual([alone.id]);
  });

  test("a use after the end that the entered duration gives makes the end unknown", () => {
    const found = only(
      rebuilt([
        portal(`${DAY}08:00:00Z`, "Authenticate"),
        portal(`${DAY}17:00:00Z`, "ListApplications"),
      ]),
      "portal",
    );
    expect(found.endsAt).toMatchObject({ at: null, certainty: "unknown" });
    expect(found.unknownReason).toContain("it was used at 2026-11-02T17:00:00.000Z");
  });

  test("sign-out of one of two parallel sessions leaves the other", () => {
    const other = "7b1f2c3d-1111-4222-8333-444455556666";
    const found = rebuilt([
      portal(`${DAY}08:00:00Z`, "Authenticate"),
      portal(`${DAY}08:01:00Z`, "Authenticate", other),
      portal(`${DAY}09:00:00Z`, "Logout", other),
    ]);
    expect(found.map((session) => session.endedBy?.eventName ?? null)).toEqual([null, "Logout"]);
  });
});

describe("token", () => {
  test("a session may have begun under an entry that no longer counts, and that bounds it", () => {
    const entry = { identityStoreArn: null, kind: "portal" } as const;
    const settings = {
      durations: [
        { ...entry, minutes: 10_080, effectiveFrom: null },
        { ...entry, minutes: 60, effectiveFrom: "2026-11-01T00:00:00.000Z" as never },
      ],
      changedAt: [],
    };
    const found = only(rebuilt([token(`${DAY}08:00:00Z`, "code")], settings), "token");
    expect(found.endsAt).toEqual({
      at: "2026-11-08T00:00:00.000Z",
      limitedBy: "access portal session duration before the newest entry",
      certainty: "at-most",
    });
  });

  test("a refresh chain that outlives the entered duration disproves it", () => {
    const found = only(
      rebuilt([token(`${DAY}08:00:00Z`, "code"), token(`${DAY}16:30:00Z`, "refresh")]),
      "token",
    );
    expect(found.endsAt.at).toBeNull();
  });

  test("SessionNotOnOrAfter of a grant is its exact end", () => {
    const found = only(
      rebuilt([
        token(`${DAY}08:00:00Z`, "code", {
          additionalEventData: { "identitycenter:SessionNotOnOrAfter": `${DAY}11:00:00Z` },
        }),
      ]),
      "token",
    );
    expect(found.endsAt).toEqual({
      at: `${DAY}11:00:00.000Z`,
      limitedBy: "SessionNotOnOrAfter",
      certainty: "exact",
    });
  });
});

describe("application and background", () => {
  test("an application's portal calls join by the credential that its grant names", () => {
    const found = only(
      rebuilt([
        withIam(`${DAY}08:00:00Z`, TOKEN),
        portal(`${DAY}08:00:10Z`, "ListAccounts", TOKEN),
        vend(`${DAY}08:00:20Z`, "GetRoleCredentials", TOKEN),
      ]),
      "application",
    );
    expect(found).toMatchObject({
      lastSeenAt: `${DAY}08:00:20.000Z`,
      endsAt: { at: `${DAY}09:00:00.000Z`, certainty: "exact" },
    });
    expect(found.inferredEventIds).toBeUndefined();
    expect(found.eventIds).toHaveLength(3);
  });

  const job = (time: string) => withIam(time, TOKEN, { resource: JOB });

  test("a background session is known by its job and ends by its own duration", () => {
    const settings = {
      durations: [
        { identityStoreArn: null, kind: "background", minutes: 60, effectiveFrom: null } as const,
      ],
      changedAt: [],
    };
    const found = only(rebuilt([job(`${DAY}08:00:00Z`)], settings), "background");
    expect(found.keys).toContain(JOB);
    expect(found.endsAt).toEqual({
      at: `${DAY}09:00:00.000Z`,
      limitedBy: "user background session duration (as entered)",
      certainty: "exact",
    });
  });

  test("no sign-out, disabling or portal duration ends it, and its deletion by name does", () => {
    const records = [
      portal(`${DAY}07:59:00Z`, "Authenticate"),
      job(`${DAY}08:00:00Z`),
      portal(`${DAY}08:10:00Z`, "Logout"),
      byAdmin(`${DAY}08:20:00Z`, "DisableUser"),
    ];
    const lives = only(rebuilt(records), "background");
    expect(lives).toMatchObject({ endedAt: null, endsAt: { at: null, certainty: "unknown" } });
    const id = lives.keys.find((key) => key.startsWith("sha256:"))!;
    const ended = only(rebuilt([...records, endSession(`${DAY}09:00:00Z`, id)]), "background");
    expect(ended.endedBy?.eventName).toBe("BatchDeleteSession");
  });
});

describe("role", () => {
  test("no sign-out, deletion, disabling or removal of the user ends a role session", () => {
    const found = only(
      rebuilt([
        assumeRole(ISSUED, 3_600),
        call(`${DAY}08:10:00Z`, ISSUED),
        portal(`${DAY}08:00:00Z`, "Authenticate"),
        portal(`${DAY}08:20:00Z`, "Logout"),
        endSession(`${DAY}08:21:00Z`, PORTAL),
        byAdmin(`${DAY}08:22:00Z`, "DisableUser"),
        byAdmin(`${DAY}08:23:00Z`, "DeleteUser"),
      ]),
      "role",
    );
    expect(found).toMatchObject({
      endedAt: null,
      endsAt: {
        at: `${DAY}09:05:01.000Z`,
        limitedBy: "durationSeconds of AssumeRoleWithSAML",
        certainty: "exact",
      },
    });
  });

  test("a call after the stated end makes the end a bound", () => {
    const found = only(
      rebuilt([assumeRole(ISSUED, 3_600), call(`${DAY}10:00:00Z`, ISSUED)]),
      "role",
    );
    expect(found.endsAt).toMatchObject({ at: `${DAY}20:05:01.000Z`, certainty: "at-most" });
  });

  test("credentials keep a row of their own until an account's session takes them up, one for one", () => {
    const records: Json[] = [
      vend(`${DAY}08:05:00Z`, "Federate", PORTAL),
      vend(`${DAY}08:05:00Z`, "Federate", PORTAL),
    ];
    const before = rebuilt(records).filter((session) => session.kind === "role");
    expect(before).toHaveLength(2);
    const after = rebuilt([...records, assumeRole(ISSUED)]).filter(({ kind }) => kind === "role");
    const issued = after.find((session) => session.keys.length > 0)!;
    expect(after).toHaveLength(2);
    expect(before.map(({ id }) => id)).toContain(issued.earlierIds![0]);
    expect(after.map(({ id }) => id)).not.toContain(issued.earlierIds![0]);
  });

  test("what AssumeRoleWithSAML and the calls show alone has the same id", () => {
    const [issued] = rebuilt([assumeRole(ISSUED)]);
    const [called] = rebuilt([call(`${DAY}08:10:00Z`, ISSUED)]);
    expect(called!.id).toBe(issued!.id);
    expect(issued!.keys).toEqual([
      `${MEMBER}/AROAEXAMPLEPOWERUSER1:${NAME}@2026-11-02T08:05:01.000Z`,
    ]);
  });
});

describe("chained role", () => {
  test("a child is linked exactly to the session that took it and lives an hour at most", () => {
    const found = rebuilt([assumeRole(ISSUED), chain(`${DAY}08:30:00Z`, ISSUED)]);
    const [parent, child] = found;
    expect(child).toMatchObject({
      kind: "role",
      permissionSetName: null,
      accountId: MEMBER,
      startedAt: `${DAY}08:30:00.000Z`,
      startBasis: "event",
      endsAt: { at: `${DAY}09:30:00.000Z`, certainty: "at-most" },
      links: [{ sessionId: parent!.id, kind: "role", confidence: 1, basis: "exact" }],
    });
    expect(child!.keys).toEqual(expect.arrayContaining([CHILD_KEY, CHILD_ROLE]));
  });

  test("the recorded expiry is the exact end", () => {
    const [, child] = rebuilt([
      assumeRole(ISSUED),
      chain(`${DAY}08:30:00Z`, ISSUED, {
        credentials: { accessKeyId: CHILD_KEY, expiration: "Nov 2, 2026, 8:45:00 AM" },
      }),
    ]);
    expect(child!.endsAt).toMatchObject({ at: `${DAY}08:45:00.000Z`, certainty: "exact" });
  });

  test("calls join by the issued access key, or by role id, name and second, and the id stays", () => {
    const issue = [assumeRole(ISSUED), chain(`${DAY}08:30:00Z`, ISSUED)];
    const child = rebuilt(issue)[1]!;
    const otherSecond = childCall(`${DAY}08:40:00Z`, `${DAY}08:30:01Z`);
    const otherKey = childCall(`${DAY}08:50:00Z`, `${DAY}08:30:00Z`, { accessKeyId: "ASIAOTHER" });
    const joined = rebuilt([...issue, otherSecond, otherKey]);
    expect(joined).toHaveLength(2);
    expect(joined[1]).toMatchObject({ id: child.id, lastSeenAt: `${DAY}08:50:00.000Z` });
    expect(rebuilt([otherKey])[0]!.id).toBe(child.id);
  });

  test("a refused AssumeRole starts nothing", () => {
    const refused = { ...chain(`${DAY}08:30:00Z`, ISSUED, null), errorCode: "AccessDenied" };
    expect(rebuilt([assumeRole(ISSUED), refused])).toHaveLength(1);
  });
});

describe("entitlement role", () => {
  test("the recorded expiry is its exact end, else twelve hours are a bound", () => {
    const exact = only(
      rebuilt([entitle(`${DAY}08:00:00Z`, {}, { expiration: "Nov 2, 2026, 9:00:00 AM" })]),
      "entitlement-role",
    );
    expect(exact.endsAt).toMatchObject({ at: `${DAY}09:00:00.000Z`, certainty: "exact" });
    const stated = only(
      rebuilt([entitle(`${DAY}08:00:00Z`, { durationSeconds: 7_200 })]),
      "entitlement-role",
    );
    expect(stated.endsAt).toMatchObject({ at: `${DAY}10:00:00.000Z`, certainty: "exact" });
    const bound = only(rebuilt([entitle(`${DAY}08:00:00Z`)]), "entitlement-role");
    expect(bound.endsAt).toMatchObject({ at: `${DAY}20:00:00.000Z`, certainty: "at-most" });
  });

  test("the id of what was known by its calls alone stays when its issue is read", () => {
    const used = childCall(`${DAY}08:10:00Z`, `${DAY}08:00:00Z`);
    const [alone] = rebuilt([used]);
    const both = only(rebuilt([entitle(`${DAY}08:00:00Z`), used]), "entitlement-role");
    expect(both.id).toBe(alone!.id);
    expect(both.lastSeenAt).toBe(`${DAY}08:10:00.000Z`);
  });
});

describe("aws login", () => {
  const steps = [
    call(`${DAY}08:06:00Z`, ISSUED),
    login(`${DAY}08:10:00Z`, "AuthorizeOAuth2Access", ISSUED),
    login(`${DAY}08:10:05Z`, "CreateOAuth2Token", ISSUED),
    login(`${DAY}08:24:00Z`, "CreateOAuth2Token", ISSUED),
  ];

  test("the grants of one client in one sign-in session are one session, with no known end", () => {
    const found = only(rebuilt(steps), "aws-login");
    expect(found).toMatchObject({
      startedAt: `${DAY}08:10:05.000Z`,
      startBasis: "event",
      lastSeenAt: `${DAY}08:24:00.000Z`,
      endsAt: { at: null, certainty: "unknown" },
      endedAt: null,
      links: [{ kind: "role", basis: "exact" }],
    });
    expect(found.keys).toContain(SIGN_IN_SESSION);
  });

  test("an authorisation without a token starts nothing", () => {
    expect(rebuilt(steps.slice(0, 2)).map(({ kind }) => kind)).toEqual(["role"]);
  });

  test("later calls with its sign-in session are its use, and link their role session to it", () => {
    const minted = `${DAY}08:10:06Z`;
    const used = call(`${DAY}08:12:00Z`, minted);
    const identity = used["userIdentity"] as Json;
    const context = identity["sessionContext"] as Json;
    const found = rebuilt([
      ...steps.slice(0, 3),
      {
        ...used,
        userIdentity: {
          ...identity,
          sessionContext: { ...context, signInSessionArn: SIGN_IN_SESSION },
        },
      },
    ]);
    const session = only(found, "aws-login");
    expect(session.lastSeenAt).toBe(`${DAY}08:12:00.000Z`);
    const role = found.find(({ startedAt }) => startedAt === `${DAY}08:10:06.000Z`)!;
    expect(role.links).toMatchObject([{ sessionId: session.id, kind: "aws-login", confidence: 1 }]);
  });

  test("its revocation ends it and a sign-out from the portal does not", () => {
    const found = only(
      rebuilt([
        ...steps,
        portal(`${DAY}08:30:00Z`, "Authenticate"),
        portal(`${DAY}08:31:00Z`, "Logout"),
        byAdmin(`${DAY}08:32:00Z`, "DisableUser"),
        login(`${DAY}08:40:00Z`, "RevokeOAuth2TokenWithIAM", ISSUED),
      ]),
      "aws-login",
    );
    expect(found.endedBy?.eventName).toBe("RevokeOAuth2TokenWithIAM");
  });
});

test("a duration in question makes the end unknown, with the reason", () => {
  const settings = {
    ...settingsOf(480),
    changedAt: [{ identityStoreArn: null, at: "2026-11-01T00:00:00.000Z" as never }],
  };
  const found = only(rebuilt([portal(`${DAY}08:00:00Z`, "Authenticate")], settings), "portal");
  expect(found.endsAt).toMatchObject({ at: null, certainty: "unknown" });
  expect(found.unknownReason).toContain("configuration was changed");
});
