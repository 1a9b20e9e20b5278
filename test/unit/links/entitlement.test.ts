/** Which portal session a role of the account access manager came from: told by its use, else not surely. */
import { describe, expect, test } from "vitest";
import type { Session } from "#core/domain/session";
import { MEMBER, portal, record, STORE, USER } from "#test/support/records";
import { DAY, FIRST, SECOND, WINDOWS, MAC, cli, sessions, withKey, ofKind } from "./made.ts";

describe("an entitlement's role", () => {
  const ROLE_ID = "AROAAUDITOR0000000000";
  const taken = (second = 2): unknown =>
    record(`${DAY}09:00:0${second}Z`, "sts.amazonaws.com", "AssumeRole", {
      userIdentity: {
        type: "AWSService",
        invokedBy: "account-access.amazonaws.com",
        onBehalfOf: { userId: USER, identityStoreArn: STORE },
      },
      sourceIPAddress: "account-access.amazonaws.com",
      requestParameters: { roleArn: AUDITOR, roleSessionName: "chosen" },
      responseElements: {
        assumedRoleUser: {
          assumedRoleId: `${ROLE_ID}:chosen`,
          arn: `arn:aws:sts::${MEMBER}:assumed-role/auditor/chosen`,
        },
      },
      recipientAccountId: MEMBER,
    });
  const AUDITOR = `arn:aws:iam::${MEMBER}:role/auditor`;
  const used = (userAgent: string, more: Record<string, unknown> = {}): unknown =>
    record(`${DAY}09:05:00Z`, "s3.amazonaws.com", "ListBuckets", {
      userIdentity: {
        type: "AssumedRole",
        principalId: `${ROLE_ID}:chosen`,
        arn: `arn:aws:sts::${MEMBER}:assumed-role/auditor/chosen`,
        accountId: MEMBER,
        sessionContext: {
          sessionIssuer: { type: "Role", userName: "auditor", arn: AUDITOR },
          attributes: { creationDate: `${DAY}09:00:02Z` },
        },
        onBehalfOf: { userId: USER, identityStoreArn: STORE },
      },
      userAgent,
      recipientAccountId: MEMBER,
      ...more,
    });
  const open = (id: string, userAgent = MAC, hour = "08"): unknown =>
    portal(`${DAY}${hour}:00:00Z`, "Authenticate", id, { userAgent });
  const origin = (...records: unknown[]): Session["links"] =>
    ofKind(sessions(...records), "entitlement-role").links;

  test("that was not used is never surely linked, and not at all where two portal sessions were open", () => {
    expect(origin(open(FIRST), taken())).toMatchObject([{ kind: "portal", confidence: 0.6 }]);
    const look = portal(`${DAY}09:00:00Z`, "ListApplications", FIRST);
    expect(origin(open(FIRST), open(SECOND), look, taken())).toMatchObject([{ confidence: 0.8 }]);
    expect(origin(open(FIRST), open(SECOND), taken())).toEqual([]);
  });

  test("comes from the portal session of the browser that uses it, also beside another one", () => {
    const [link] = origin(open(FIRST), open(SECOND, WINDOWS), taken(), used(WINDOWS));
    const second = sessions(open(FIRST), open(SECOND, WINDOWS)).find((one) =>
      one.keys.includes(SECOND),
    );
    expect(link).toMatchObject({ sessionId: second!.id, basis: "inferred", confidence: 0.99 });
  });

  test("stays unlinked where two like browsers were open, or a command line uses it", () => {
    expect(origin(open(FIRST), open(SECOND), taken(), used(MAC))).toEqual([]);
    expect(origin(open(FIRST), taken(), used(cli("macos", "a1")))).toEqual([]);
  });

  test("never comes from a session that was signed out, or began later", () => {
    const out = portal(`${DAY}08:30:00Z`, "Logout", FIRST, { userAgent: MAC });
    expect(origin(open(FIRST), out, taken(), used(MAC))).toEqual([]);
    expect(origin(open(FIRST, MAC, "10"), taken(), used(MAC))).toEqual([]);
  });

  test("is what a role that it took came from", () => {
    const assume = used(MAC, {
      eventSource: "sts.amazonaws.com",
      eventName: "AssumeRole",
      requestParameters: { roleArn: `arn:aws:iam::${MEMBER}:role/deployer` },
      responseElements: { credentials: { accessKeyId: "ASIACHILD" } },
    });
    const all = sessions(open(FIRST), taken(), assume);
    const parent = ofKind(all, "entitlement-role");
    expect(withKey(all, "ASIACHILD").links).toMatchObject([
      { sessionId: parent.id, kind: "entitlement-role", basis: "exact" },
    ]);
  });
});
