import { describe, expect, test } from "vitest";
import type { TrailEvent } from "#core/domain/event";
import type { Person } from "#core/domain/person";
import type { Session } from "#core/domain/session";
import { settingsOf } from "#core/domain/sessions/durations";
import { reconstruct } from "#core/domain/sessions/reconstruct";
import { decodeRecord } from "#core/domain/trail/decode";
import {
  assumeRole,
  call,
  CLI,
  MEMBER,
  NAME,
  portal,
  record,
  STORE,
  token,
  USER,
  vend,
} from "#test/support/records";

const ADA: Person = { identityStoreArn: STORE, userId: USER, userName: NAME };
const DAY = "2026-11-02T";
const [FIRST, SECOND, THIRD] = [1, 2, 3].map((n) => `6a1f2c3d-1111-4222-8333-44445555666${n}`) as [
  string,
  string,
  string,
];
const tokenId = (letter: string): string => `AAAAAG${letter.repeat(84)}`;
const WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/141.0.0.0";
const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/141.0.0.0";
const cli = (system: string, sid: string, command = "s3.ls"): string =>
  `aws-cli/2.34.30 ua/2.1 os/${system} md/command#${command} sid/${sid}`;

function sessions(...records: unknown[]): Session[] {
  const events = records.map((one): TrailEvent => {
    const decoded = decodeRecord(one);
    if (decoded.outcome !== "event") throw new Error(decoded.reason);
    return decoded.event;
  });
  return reconstruct(ADA, events, settingsOf(7 * 24 * 60));
}

const withKey = (all: readonly Session[], key: string): Session =>
  all.find((session) => session.keys.some((one) => one.includes(key)))!;
const ofKind = (all: readonly Session[], kind: Session["kind"]): Session =>
  all.find((session) => session.kind === kind)!;

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

describe("a session that a call of another one began", () => {
  const DEPLOYER = `arn:aws:iam::${MEMBER}:role/deployer`;
  const PUBLISHER = `arn:aws:iam::${MEMBER}:role/publisher`;
  const issuing = (arn: string, key: string): Record<string, unknown> => ({
    eventSource: "sts.amazonaws.com",
    eventName: "AssumeRole",
    requestParameters: { roleArn: arn, roleSessionName: "deploy" },
    responseElements: {
      credentials: { accessKeyId: key, expiration: "Nov 2, 2026, 10:30:00 AM" },
      assumedRoleUser: {
        assumedRoleId: `AROA${arn.split("/").at(-1)!.toUpperCase()}0000000:deploy`,
        arn: arn.replace(":iam:", ":sts:").replace("role/", "assumed-role/") + "/deploy",
      },
    },
  });
  const inDeployer = (time: string, more: Record<string, unknown>): unknown =>
    record(time, "s3.amazonaws.com", "ListBuckets", {
      userIdentity: {
        type: "AssumedRole",
        principalId: "AROADEPLOYER0000000:deploy",
        arn: `arn:aws:sts::${MEMBER}:assumed-role/deployer/deploy`,
        accountId: MEMBER,
        accessKeyId: "ASIACHILD",
        sessionContext: {
          sessionIssuer: { type: "Role", userName: "deployer", arn: DEPLOYER },
          attributes: { creationDate: `${DAY}09:30:00Z` },
        },
        onBehalfOf: { userId: USER, identityStoreArn: STORE },
      },
      recipientAccountId: MEMBER,
      ...more,
    });

  test("is joined to it exactly, and a grandchild to the child", () => {
    const issued = `${DAY}09:00:01Z`;
    const all = sessions(
      assumeRole(issued),
      call(`${DAY}09:30:00Z`, issued, issuing(DEPLOYER, "ASIACHILD")),
      inDeployer(`${DAY}09:31:00Z`, {}),
      inDeployer(`${DAY}09:32:00Z`, issuing(PUBLISHER, "ASIAGRANDCHILD")),
    );
    const [parent, child, grandchild] = [
      withKey(all, "AROAEXAMPLE"),
      withKey(all, "ASIACHILD"),
      withKey(all, "ASIAGRANDCHILD"),
    ];
    expect(parent.links).toEqual([]);
    expect(child.links).toEqual([
      {
        sessionId: parent.id,
        kind: "role",
        confidence: 1,
        basis: "exact",
        reasons: ["issued by its call", "same issued access key"],
      },
    ]);
    expect(grandchild.links).toMatchObject([{ sessionId: child.id, basis: "exact" }]);
  });
});

describe("an entitlement's role", () => {
  const taken = record(`${DAY}09:00:02Z`, "sts.amazonaws.com", "AssumeRole", {
    userIdentity: {
      type: "AWSService",
      invokedBy: "account-access.amazonaws.com",
      onBehalfOf: { userId: USER, identityStoreArn: STORE },
    },
    sourceIPAddress: "account-access.amazonaws.com",
    requestParameters: { roleArn: `arn:aws:iam::${MEMBER}:role/auditor`, roleSessionName: NAME },
    recipientAccountId: MEMBER,
  });
  const open = (id: string): unknown => portal(`${DAY}08:00:00Z`, "Authenticate", id);

  test("is never surely linked, and not at all where two portal sessions were open", () => {
    const alone = ofKind(sessions(open(FIRST), taken), "entitlement-role");
    expect(alone.links).toMatchObject([{ kind: "portal", basis: "inferred", confidence: 0.6 }]);
    const used = portal(`${DAY}09:00:00Z`, "ListApplications", FIRST);
    const called = ofKind(sessions(open(FIRST), open(SECOND), used, taken), "entitlement-role");
    expect(called.links).toMatchObject([{ confidence: 0.8 }]);
    const either = ofKind(sessions(open(FIRST), open(SECOND), taken), "entitlement-role");
    expect(either.links).toEqual([]);
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
