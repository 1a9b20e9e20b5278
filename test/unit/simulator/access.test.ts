import { describe, expect, it } from "vitest";
import type { Change, TrailRecord } from "#simulator/model";
import { DAY } from "#simulator/random";
import { stateAt } from "#simulator/state";
import { Lives } from "#simulator/lives";
import { anchorFor, buildOrganisation } from "#simulator/organisation";
import { DEFAULT_SWITCHES } from "#simulator/switches";
import { at, change, nameOf, OPENING } from "./demo.ts";

/** As long a history as the demo's: some of what is odd happened months ago. */
const organisation = buildOrganisation(7, anchorFor(OPENING));
const livesWith = (changes: Change[]): Lives =>
  new Lives(organisation, { ...DEFAULT_SWITCHES, duplicateShare: 0 }, () => changes);
const demo = { lives: livesWith([]) };
const { estate } = organisation;
const anchor = organisation.anchor;
const nth = (day: number): TrailRecord[] =>
  demo.lives.records(anchor + day * DAY, anchor + (day + 1) * DAY);
const source = (made: TrailRecord): unknown => at(made, "eventSource");

describe("what a reviewer finds", () => {
  const state = stateAt(organisation, [], OPENING);
  const setNamed = (name: string) =>
    organisation.permissionSets.find((one) => one.name === name)?.arn ?? "";

  it("has sets that people may take and nobody ever does", () => {
    const unused = organisation.permissionSets.filter((one) => one.neverUsed);
    expect(unused.map((one) => one.name)).toEqual(["WorkshopAdmin", "MigrationFactory"]);
    for (const set of unused)
      expect(state.assignments.some((one) => one.permissionSetArn === set.arn)).toBe(true);
    const names = demo.lives
      .records(OPENING - 3 * DAY, OPENING)
      .map((made) => String(at(made, "serviceEventDetails", "role_name")));
    expect(names).not.toContain("WorkshopAdmin");
    expect(names).toContain("ReadOnly");
  });

  it("has an assignment whose group is gone, with the record of its going", () => {
    const groups = new Set(state.groups.map((one) => one.groupId));
    const orphans = state.assignments.filter(
      (one) => one.principalType === "GROUP" && !groups.has(one.principalId),
    );
    expect(orphans).toHaveLength(1);
    const [gone] = nth(41).filter((made) => nameOf(made) === "DeleteGroup");
    expect(at(gone as TrailRecord, "requestParameters", "groupId")).toBe(orphans[0]?.principalId);
    expect(state.memberships.filter((one) => one.groupId === orphans[0]?.principalId)).toEqual([]);
  });

  it("has one assignment that a person made by hand, and says who", () => {
    const [hand] = estate.grantsByHand;
    const made = nth(101).filter((one) => nameOf(one) === "CreateAccountAssignment");
    const byHand = made.filter(
      (one) => at(one, "requestParameters", "principalId") === hand?.principalId,
    );
    expect(byHand).toHaveLength(1);
    expect(at(byHand[0] as TrailRecord, "userIdentity", "onBehalfOf", "userId")).toBe(
      hand?.byUserId,
    );
    expect(at(byHand[0] as TrailRecord, "requestParameters", "permissionSetArn")).toBe(
      setNamed("PowerUser"),
    );
  });

  it("has a person with both of two duties, and policies that escalate together", () => {
    const person = organisation.people.filter((one) => one.profile === "security")[7];
    const of = (setName: string, accountName: string): boolean =>
      state.hasAccess(
        person?.userId ?? "",
        organisation.accounts.find((one) => one.name === accountName)?.id ?? "",
        setNamed(setName),
      );
    expect([of("Auditor", "audit"), of("AccessManager", "delivery")]).toEqual([true, true]);
    const builder = organisation.permissionSets.find((one) => one.name === "BuildOperator");
    expect(builder?.inlinePolicy).toContain("iam:PassRole");
    const [functions] = estate.policies.filter((one) => one.name === "function-builder");
    expect(functions?.versions[0]?.document).toContain("lambda:CreateFunction");
  });
});

describe("entitlements", () => {
  const records = demo.lives.records(OPENING - 20 * DAY, OPENING);

  it("leave a record when they begin and when they end", () => {
    const made = [...nth(20), ...nth(33), ...nth(50), ...nth(77)].filter(
      (one) => source(one) === "account-access.amazonaws.com" && at(one, "readOnly") === false,
    );
    expect(made.map(nameOf).toSorted()).toEqual([
      "CreateEntitlement",
      "CreateEntitlement",
      "CreateEntitlement",
      "DeleteEntitlement",
    ]);
  });

  it("are used: the portal hands the role out, the service assumes it, the calls name the person", () => {
    const asked = records.filter(
      (one) =>
        source(one) === "account-access.amazonaws.com" && nameOf(one) === "GetRoleCredentials",
    );
    const assumed = records.filter(
      (one) => at(one, "userIdentity", "invokedBy") === "account-access.amazonaws.com",
    );
    expect(new Set(asked.map((one) => one.record.eventID)).size).toBeGreaterThan(2);
    expect(new Set(assumed.map((one) => one.record.eventID)).size).toBe(
      new Set(asked.map((one) => one.record.eventID)).size,
    );
    const roles = new Set(estate.roles.map((one) => one.arn));
    const calls = records.filter((one) =>
      roles.has(String(at(one, "userIdentity", "sessionContext", "sessionIssuer", "arn"))),
    );
    expect(
      calls.filter((one) => at(one, "userIdentity", "onBehalfOf") !== undefined).length,
    ).toBeGreaterThan(calls.length / 2);
  });

  it("stop being used when they are taken away", () => {
    const used = records.filter(
      (one) => at(one, "userIdentity", "invokedBy") === "account-access.amazonaws.com",
    );
    const roleArn = String(at(used[0] as TrailRecord, "requestParameters", "roleArn"));
    const [held] = estate.entitlements.filter((one) => one.roleArn === roleArn && one.to === null);
    const gone = change(organisation, OPENING - 21 * DAY, "DeleteEntitlement", {
      entitlementId: held?.id,
    });
    const after = livesWith([gone]).records(OPENING - 20 * DAY, OPENING);
    const still = after.filter(
      (one) =>
        at(one, "userIdentity", "invokedBy") === "account-access.amazonaws.com" &&
        at(one, "requestParameters", "roleArn") === roleArn,
    );
    expect(still).toEqual([]);
  });
});

it("some log in from the command line by way of the console", () => {
  const records = demo.lives.records(OPENING - 20 * DAY, OPENING);
  const tokens = records.filter((one) => nameOf(one) === "CreateOAuth2Token");
  expect(tokens.length).toBeGreaterThan(2);
  for (const one of tokens) {
    expect(String(at(one, "additionalEventData", "signInSessionArn"))).toMatch(
      /^arn:aws:signin:eu-central-1:\d{12}:session\//,
    );
    expect(String(at(one, "userIdentity", "arn"))).toContain("AWSReservedSSO_");
  }
});
