import { describe, expect, it } from "vitest";
import type { Switches, TrailRecord } from "#simulator/model";
import { DAY } from "#simulator/random";
import { at, DAYS, makeDemo, nameOf, OPENING, type Demo } from "./demo.ts";

const HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS";
const TOKEN_ID = /^AAAAAG[\w-]{84}$/;
const PORTAL = "sso.amazonaws.com";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function historyOf(shape: Switches["shape"]): {
  demo: Demo;
  records: TrailRecord[];
  named: (name: string) => TrailRecord[];
} {
  const demo = makeDemo(7, { shape, missingIdShare: 0 });
  const records = demo.lives.records(OPENING - DAYS * DAY, OPENING);
  return { demo, records, named: (name) => records.filter((made) => nameOf(made) === name) };
}

const source = (made: TrailRecord): string => String(at(made, "eventSource"));
const own = (list: TrailRecord[]): TrailRecord[] =>
  list.filter(
    (made) =>
      !/workspaces|transfer/.test(JSON.stringify(made.record)) &&
      at(made, "userIdentity", "type") !== "AssumedRole",
  );

describe.each(["old", "new"] as const)("records of the %s shape", (shape) => {
  const { demo, records, named } = historyOf(shape);
  const { organisation } = demo;
  const people = new Map(organisation.people.map((person) => [person.userId, person]));

  const isPerson = (made: TrailRecord): void => {
    const identity = at(made, "userIdentity") as Record<string, unknown>;
    expect(identity["accountId"]).toBe(organisation.managementAccountId);
    if (shape === "old") {
      expect(identity["type"]).toBe("Unknown");
      expect(people.get(String(identity["principalId"]))?.userName).toBe(identity["userName"]);
      expect(identity).not.toHaveProperty("onBehalfOf");
    } else {
      expect(identity["type"]).toBe("IdentityCenterUser");
      expect(people.has(String(at(made, "userIdentity", "onBehalfOf", "userId")))).toBe(true);
      expect(at(made, "userIdentity", "onBehalfOf", "identityStoreArn")).toBe(
        organisation.identityStoreArn,
      );
      expect(identity).not.toHaveProperty("userName");
      expect(identity).not.toHaveProperty("principalId");
    }
  };

  it("sign external people in with one event and local ones with challenge and verification of each factor", () => {
    const signIns = own(named("UserAuthentication")).filter(
      (made) => at(made, "additionalEventData", "LoginTo") !== undefined,
    );
    expect(signIns.length).toBeGreaterThan(100);
    for (const made of signIns) {
      isPerson(made);
      expect([source(made), at(made, "eventType"), at(made, "readOnly")]).toEqual([
        "signin.amazonaws.com",
        "AwsServiceEvent",
        false,
      ]);
      expect(at(made, "serviceEventDetails", "UserAuthentication")).toBe("Success");
      expect(String(at(made, "additionalEventData", "LoginTo"))).toContain("auth_code=");
      const workflow = at(made, "additionalEventData", "AuthWorkflowID");
      const steps = records.filter(
        (step) => at(step, "additionalEventData", "AuthWorkflowID") === workflow,
      );
      const external = at(made, "additionalEventData", "CredentialType") === "EXTERNAL_IDP";
      expect(external ? steps.length === 1 : steps.length >= 5).toBe(true);
      const names = steps.filter(
        (step) => at(step, "additionalEventData", "UserName") !== undefined,
      );
      expect(names).toHaveLength(shape === "old" ? 0 : 1);
    }
    expect(
      signIns.some((made) => at(made, "additionalEventData", "CredentialType") === "PASSWORD,TOTP"),
    ).toBe(true);
  });

  it("carry one portal credential through Authenticate, ListApplications, Federate and Logout", () => {
    for (const name of ["Authenticate", "ListApplications", "Federate", "Logout"]) {
      const list = own(named(name));
      expect(list.length).toBeGreaterThan(10);
      for (const made of list) {
        isPerson(made);
        expect(source(made)).toBe("sso.amazonaws.com");
        expect(at(made, "eventType")).toBe("AwsServiceEvent");
        expect(String(at(made, "userIdentity", "credentialId"))).toMatch(UUID);
        expect(at(made, "readOnly")).toBe(name === "ListApplications");
        expect([at(made, "requestParameters"), at(made, "responseElements")]).toEqual([null, null]);
      }
    }
    for (const made of named("Federate"))
      expect(Object.keys(at(made, "serviceEventDetails") as object)).toEqual([
        "role_name",
        "account_id",
      ]);
  });

  it("vend credentials with a token's id, everything of the request in serviceEventDetails", () => {
    const vended = named("GetRoleCredentials").filter((made) => source(made) === PORTAL);
    for (const made of own(vended)) {
      isPerson(made);
      expect([
        at(made, "readOnly"),
        at(made, "requestParameters"),
        at(made, "responseElements"),
      ]).toEqual([true, null, null]);
      expect(String(at(made, "userIdentity", "credentialId"))).toMatch(TOKEN_ID);
      expect(String(at(made, "serviceEventDetails", "role_name"))).not.toContain("AWSReservedSSO");
      expect(String(at(made, "serviceEventDetails", "account_id"))).toMatch(/^\d{12}$/);
    }
    for (const made of own(named("ListAccountRoles")))
      expect(Object.keys(at(made, "serviceEventDetails") as object)).toEqual(["account_id"]);
  });

  it("grant tokens by code, by device and by refresh, and issue nothing while a device waits", () => {
    const grants = named("CreateToken");
    const byType = (type: string): TrailRecord[] =>
      grants.filter((made) => String(at(made, "requestParameters", "grantType")).endsWith(type));
    for (const type of ["authorization_code", "device_code", "refresh_token"])
      expect(byType(type).length).toBeGreaterThan(5);
    expect(byType("device_code").some((made) => at(made, "responseElements") === null)).toBe(true);
    expect(byType("refresh_token").every((made) => at(made, "responseElements") !== null)).toBe(
      true,
    );
    for (const made of grants) {
      isPerson(made);
      expect(at(made, "requestParameters", "clientSecret")).toBe(HIDDEN);
      expect(at(made, "resources")).toEqual([
        {
          accountId: organisation.managementAccountId,
          type: "IdentityStoreId",
          ARN: organisation.identityStoreId,
        },
      ]);
      expect(String(at(made, "userIdentity", "credentialId"))).toMatch(/^[0-9a-f]{60,}$/);
    }
    const clients = (list: TrailRecord[]): Set<unknown> =>
      new Set(list.map((made) => at(made, "requestParameters", "clientId")));
    const first = clients(grants.filter((made) => !byType("refresh_token").includes(made)));
    const later = byType("refresh_token").filter(
      (made) => made.occurredAt > OPENING - (DAYS - 2) * DAY,
    );
    expect([...clients(later)].filter((client) => !first.has(client))).toEqual([]);
  });

  it("join an application's exchange to its portal calls by credential", () => {
    const exchanges = named("CreateTokenWithIAM");
    expect(exchanges.length).toBeGreaterThan(5);
    const credentials = new Set(
      named("ListAccounts").map((made) => at(made, "userIdentity", "credentialId")),
    );
    for (const made of exchanges) {
      expect(source(made)).toBe("sso-oauth.amazonaws.com");
      expect(at(made, "userIdentity", "type")).toBe("AssumedRole");
      expect(people.has(String(at(made, "additionalEventData", "identitystore:UserId")))).toBe(
        true,
      );
      const { resource: job } = at(made, "requestParameters") as { resource?: string };
      const joined = credentials.has(
        at(made, "additionalEventData", "identitycenter:CredentialId"),
      );
      expect(job === undefined ? joined : job.includes(":training-job/")).toBe(true);
    }
    expect(exchanges.some((made) => at(made, "requestParameters", "resource") !== undefined)).toBe(
      true,
    );
  });

  it("assume roles by SAML from AWS's address with the set's duration", () => {
    for (const made of named("AssumeRoleWithSAML")) {
      expect(at(made, "userIdentity", "type")).toBe("SAMLUser");
      expect(at(made, "userIdentity", "onBehalfOf")).toBeUndefined();
      expect(String(at(made, "requestParameters", "roleArn"))).toMatch(
        /^arn:aws:iam::\d{12}:role\/aws-reserved\/sso\.amazonaws\.com\/eu-central-1\/AWSReservedSSO_\w+_[0-9a-f]{16}$/,
      );
      expect(String(at(made, "responseElements", "credentials", "expiration"))).toMatch(
        /^[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d{2}:\d{2} [AP]M$/,
      );
      expect(Number(at(made, "requestParameters", "durationSeconds"))).toBeGreaterThanOrEqual(3600);
    }
  });

  it("name the person on most calls of role sessions and of entitlements, and on none of other roles", () => {
    const calls = records.filter(
      (made) =>
        at(made, "userIdentity", "type") === "AssumedRole" &&
        at(made, "eventType") === "AwsApiCall",
    );
    const reserved = calls.filter((made) =>
      String(at(made, "userIdentity", "arn")).includes("AWSReservedSSO_"),
    );
    const share =
      reserved.filter((made) => at(made, "userIdentity", "onBehalfOf") !== undefined).length /
      reserved.length;
    expect(share).toBeGreaterThan(0.83);
    expect(share).toBeLessThan(0.91);
    const entitled = new Set(organisation.estate.roles.map((one) => one.arn));
    const issuer = (made: TrailRecord): string =>
      String(at(made, "userIdentity", "sessionContext", "sessionIssuer", "arn"));
    for (const made of calls.filter((one) => !reserved.includes(one) && !entitled.has(issuer(one))))
      expect(at(made, "userIdentity", "onBehalfOf")).toBeUndefined();
  });

  it("sync by SCIM under a web identity, failures under none", () => {
    const scim = records.filter((made) => source(made) === "identitystore-scim.amazonaws.com");
    expect(scim.length).toBeGreaterThan(20);
    for (const made of scim)
      expect(at(made, "userIdentity", "type")).toBe(
        at(made, "errorCode") === undefined ? "WebIdentityUser" : "Unknown",
      );
  });
});

describe("a mixed history", () => {
  it("has the old shape in its first fifth and the new one after", () => {
    const { records } = historyOf("mixed");
    const change = OPENING - (OPENING % DAY) - (DAYS - DAYS / 5) * DAY;
    for (const made of records.filter((one) => nameOf(one) === "Authenticate")) {
      expect(at(made, "userIdentity", "type")).toBe(
        made.occurredAt < change ? "Unknown" : "IdentityCenterUser",
      );
    }
  });
});
