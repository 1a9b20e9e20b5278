/** Which portal session, token or call each session came from, where no key tells. */
import { describe, expect, test } from "vitest";
import type { Session } from "#core/domain/session";
import { assumeRole, call, CLI, MEMBER, portal, token, vend } from "#test/support/records";
import {
  DAY,
  FIRST,
  SECOND,
  THIRD,
  tokenId,
  WINDOWS,
  MAC,
  cli,
  sessions,
  withKey,
  ofKind,
} from "./made.ts";

describe("a role session", () => {
  const issued = `${DAY}09:00:01Z`;
  const twice = (agents: [string, string], used: string): unknown[] => [
    portal(`${DAY}08:00:00Z`, "Authenticate", FIRST, { userAgent: agents[0] }),
    portal(`${DAY}08:01:00Z`, "Authenticate", SECOND, { userAgent: agents[1] }),
    vend(`${DAY}09:00:00Z`, "Federate", FIRST, { userAgent: agents[0] }),
    vend(`${DAY}09:00:00Z`, "Federate", SECOND, { userAgent: agents[1] }),
    assumeRole(issued),
    call(`${DAY}09:00:09Z`, issued, { userAgent: used }),
  ];
  const roleOf = (records: unknown[]): Session => withKey(sessions(...records), "AROAEXAMPLE");

  test("comes from the call of the client that uses it", () => {
    const all = sessions(...twice([WINDOWS, MAC], MAC));
    expect(withKey(all, "AROAEXAMPLE").links).toMatchObject([
      { sessionId: withKey(all, SECOND).id, basis: "inferred", confidence: 0.99 },
    ]);
    expect(withKey(all, "AROAEXAMPLE").links[0]!.reasons).toEqual([
      "same account and permission set",
      "issued 1 s apart",
      "same address",
      "same client",
      "the other calls then came from other clients",
    ]);
  });

  test("stays unlinked where two calls fit equally", () => {
    expect(roleOf(twice([MAC, MAC], MAC)).links).toEqual([]);
    expect(roleOf(twice([WINDOWS, MAC], "Boto3/1.40.21")).links).toEqual([]);
  });

  test("comes from the very process of the command line that took it, where like ones took one each", () => {
    const agents: [string, string] = [cli("macos", "aa11"), cli("macos", "bb22")];
    const all = sessions(...twice(agents, cli("macos", "bb22", "sts.get-caller-identity")));
    const { links } = withKey(all, "AROAEXAMPLE");
    expect(links).toMatchObject([{ sessionId: withKey(all, SECOND).id }]);
    expect(links[0]!.reasons).toContain("same process of the command line");
  });

  test("has no origin where the use of two sessions of its second shows in it", () => {
    const agents: [string, string] = [cli("macos", "aa11"), WINDOWS];
    const records = twice(agents, agents[0]);
    expect(roleOf(records).links).toHaveLength(1);
    const other = call(`${DAY}09:00:20Z`, issued, { userAgent: WINDOWS });
    expect(roleOf([...records, other]).links).toEqual([]);
    const tool = call(`${DAY}09:00:20Z`, issued, { userAgent: "Boto3/1.40.21" });
    const identity = tool["userIdentity"] as Record<string, unknown>;
    const otherKey = { ...tool, userIdentity: { ...identity, accessKeyId: "ASIAOTHER" } };
    expect(roleOf([...records, tool]).links).toHaveLength(1);
    expect(roleOf([...records, otherKey]).links).toEqual([]);
  });

  test("has no origin in a call of another minute, account or permission set", () => {
    const alone = [assumeRole(issued), call(`${DAY}09:00:09Z`, issued)];
    const details = (role_name: string, account_id: string): Record<string, unknown> => ({
      serviceEventDetails: { role_name, account_id },
    });
    for (const other of [
      vend(`${DAY}09:01:00Z`, "Federate", FIRST),
      vend(`${DAY}09:00:00Z`, "Federate", FIRST, details("ReadOnly", MEMBER)),
      vend(`${DAY}09:00:00Z`, "Federate", FIRST, details("PowerUser", "777788889999")),
    ]) {
      expect(roleOf([other, ...alone]).links).toEqual([]);
    }
  });

  test("that only the portal's call tells of is joined to its session exactly", () => {
    const all = sessions(
      portal(`${DAY}08:00:00Z`, "Authenticate", FIRST),
      vend(`${DAY}09:00:00Z`, "Federate", FIRST),
    );
    expect(ofKind(all, "role").links).toEqual([
      {
        sessionId: withKey(all, FIRST).id,
        kind: "portal",
        confidence: 1,
        basis: "exact",
        reasons: ["same credentialId"],
      },
    ]);
  });

  test("has no origin in a chain whose one token other calls were made with", () => {
    const all = sessions(
      token(`${DAY}09:00:00Z`, "code", { userAgent: CLI }),
      vend(`${DAY}09:01:00Z`, "GetRoleCredentials", tokenId("a"), { userAgent: CLI }),
      vend(`${DAY}09:05:00Z`, "GetRoleCredentials", tokenId("b"), { userAgent: CLI }),
    );
    const tokens = all.filter(({ kind }) => kind === "token");
    expect(
      tokens.map(({ startBasis, startedAt }) => [startBasis, startedAt.slice(11, 16)]),
    ).toEqual([
      ["event", "09:00"],
      ["first-seen", "09:05"],
    ]);
    const roles = all.filter(({ kind }) => kind === "role");
    expect(roles.map(({ links }) => links[0]!.sessionId)).toEqual(tokens.map(({ id }) => id));
  });

  test("has no origin in a chain of grants that another device was given", () => {
    const agent = cli("linux", "cc33");
    const all = sessions(
      token(`${DAY}08:50:00Z`, "code", { userAgent: cli("macos", "aa11", "sso.login") }),
      vend(`${DAY}09:00:00Z`, "GetRoleCredentials", tokenId("q"), { userAgent: agent }),
      assumeRole(issued),
      call(`${DAY}09:00:09Z`, issued, { userAgent: agent }),
    );
    expect(withKey(all, "AROAEXAMPLE").links).toEqual([]);
  });
});

describe("a token session", () => {
  const login = (grant: "code" | "device", agent = cli("macos", "aa11", "sso.login")): unknown =>
    token(`${DAY}09:00:00Z`, grant, { userAgent: agent });
  const open = (
    time: string,
    id: string,
    userAgent: string,
    more: Record<string, unknown> = {},
  ): unknown => portal(time, "Authenticate", id, { userAgent, ...more });

  test("by authorization code comes from the browser on the same system", () => {
    const all = sessions(
      open(`${DAY}08:00:00Z`, FIRST, WINDOWS),
      open(`${DAY}08:10:00Z`, SECOND, MAC),
      login("code"),
    );
    expect(ofKind(all, "token").links).toMatchObject([
      { sessionId: withKey(all, SECOND).id, kind: "portal", confidence: 0.99, basis: "inferred" },
    ]);
    expect(ofKind(all, "token").links[0]!.reasons).toEqual([
      "same address",
      "same system",
      "portal used 3000 s before",
      "only portal session then open that fits",
    ]);
  });

  test("by device code stays unlinked where any of two sessions may have approved it", () => {
    const elsewhere = { sourceIPAddress: "203.0.113.9" };
    const two = [
      open(`${DAY}08:00:00Z`, FIRST, MAC),
      open(`${DAY}08:10:00Z`, SECOND, MAC, elsewhere),
    ];
    expect(ofKind(sessions(...two, login("device")), "token").links).toEqual([]);
    const one = sessions(two[0], login("device"));
    expect(ofKind(one, "token").links).toMatchObject([{ confidence: 0.98 }]);
  });

  test("stays unlinked where two like browsers opened sessions on one morning, but not the day after", () => {
    const morning = [open(`${DAY}08:00:00Z`, FIRST, MAC), open(`${DAY}08:10:00Z`, SECOND, MAC)];
    expect(ofKind(sessions(...morning, login("code")), "token").links).toEqual([]);
    const all = sessions(
      open("2026-11-01T08:00:00Z", THIRD, MAC),
      open(`${DAY}08:10:00Z`, SECOND, MAC),
      login("code"),
    );
    expect(ofKind(all, "token").links).toMatchObject([{ sessionId: withKey(all, SECOND).id }]);
  });

  test("never comes from a session that was signed out, or is at another address", () => {
    const out = portal(`${DAY}08:30:00Z`, "Logout", FIRST, { userAgent: MAC });
    const over = sessions(open(`${DAY}08:00:00Z`, FIRST, MAC), out, login("code"));
    expect(ofKind(over, "token").links).toEqual([]);
    const away = open(`${DAY}08:00:00Z`, FIRST, MAC, { sourceIPAddress: "203.0.113.9" });
    expect(ofKind(sessions(away, login("code")), "token").links).toEqual([]);
  });
});

test("links do not depend on the order of the records", () => {
  const records = [
    portal(`${DAY}08:00:00Z`, "Authenticate", FIRST, { userAgent: MAC }),
    token(`${DAY}09:00:00Z`, "code", { userAgent: CLI }),
    vend(`${DAY}09:00:10Z`, "GetRoleCredentials", tokenId("x"), { userAgent: CLI }),
    assumeRole(`${DAY}09:00:11Z`),
    call(`${DAY}09:00:20Z`, `${DAY}09:00:11Z`, { userAgent: CLI }),
  ];
  expect(sessions(...records.toReversed())).toEqual(sessions(...records));
  expect(sessions(...records).flatMap((session) => session.links)).toHaveLength(2);
});
