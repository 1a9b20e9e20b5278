/** Links by a key: what a call of another session began, and what a login minted. */
import { describe, expect, test } from "vitest";
import type { Session } from "#core/domain/session";
import {
  assumeRole,
  call,
  CLI,
  MEMBER,
  portal,
  record,
  STORE,
  USER,
  vend,
} from "#test/support/records";
import { DAY, FIRST, MAC, sessions, withKey } from "./made.ts";

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

describe("what a login in a console session minted", () => {
  const issued = `${DAY}09:00:01Z`;
  const ARN = `arn:aws:signin:eu-central-1:${MEMBER}:session/0a1b2c3d`;
  const AGENT = "agent/1.4";
  const grant = (time: string, client: string, userAgent: string): unknown =>
    call(time, issued, {
      eventSource: "signin.amazonaws.com",
      eventName: "CreateOAuth2Token",
      requestParameters: { client_id: client, grant_type: "authorization_code" },
      additionalEventData: { signInSessionArn: ARN },
      userAgent,
    });
  const minted = (time: string, createdAt: string, userAgent: string): unknown => {
    const made = call(time, createdAt, { userAgent });
    const identity = made["userIdentity"] as { sessionContext: object };
    const sessionContext = { ...identity.sessionContext, signInSessionArn: ARN };
    return { ...made, userIdentity: { ...identity, sessionContext } };
  };
  const since = (all: readonly Session[], startedAt: string): Session =>
    all.find((one) => one.kind === "role" && one.startedAt === startedAt)!;
  const AT = `${DAY}09:10:05.000Z`;
  const both = [
    grant(`${DAY}09:10:05Z`, "command-line", CLI),
    grant(`${DAY}09:20:00Z`, "agent", AGENT),
  ];

  test("comes from the login of its client where two share the sign-in session", () => {
    const all = sessions(...both, minted(`${DAY}09:11:00Z`, AT, CLI));
    const login = all.find((one) => one.keys.includes("command-line"))!;
    expect(since(all, AT).links).toMatchObject([
      { sessionId: login.id, kind: "aws-login", basis: "inferred", confidence: 0.99 },
    ]);
  });

  test("has no origin where neither of the two logins had its client", () => {
    expect(since(sessions(...both, minted(`${DAY}09:11:00Z`, AT, "tool")), AT).links).toEqual([]);
  });

  test("is not surely of the one login that was seen when another client uses it", () => {
    const all = sessions(both[0], minted(`${DAY}09:11:00Z`, AT, "tool"));
    expect(since(all, AT).links).toMatchObject([{ basis: "inferred", confidence: 0.98 }]);
  });

  test("comes from the login although a clock says that it is older, and although a portal call fits", () => {
    const early = `${DAY}09:10:03.000Z`;
    const all = sessions(
      both[0],
      portal(`${DAY}08:00:00Z`, "Authenticate", FIRST, { userAgent: MAC }),
      vend(`${DAY}09:10:03Z`, "Federate", FIRST, { userAgent: MAC }),
      minted(`${DAY}09:11:00Z`, early, CLI),
    );
    expect(since(all, early).links).toMatchObject([{ kind: "aws-login", basis: "exact" }]);
  });

  test("is not what authorised the login", () => {
    const all = sessions(both[0], minted(`${DAY}09:30:00Z`, issued, CLI));
    expect(since(all, `${DAY}09:00:01.000Z`).links).toEqual([]);
  });
});
