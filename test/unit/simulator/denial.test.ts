import { describe, expect, it } from "vitest";
import type { Change, TrailRecord } from "#simulator/model";
import { DAY, HOUR, MINUTE } from "#simulator/random";
import { onWatch, SHIFT } from "#simulator/lives/watch";
import { at, change, deny, makeDemo, nameOf, OPENING, sessionOf, type Demo } from "./demo.ts";

/** In the middle of a shift. */
const NOW = OPENING + 90 * MINUTE;
const EFFECTIVE = NOW + 20_000;

/** What a person does after an instant, in member accounts or not. */
function callsOf(demo: Demo, userName: string, from: number, to: number): TrailRecord[] {
  return demo.lives
    .records(from, to)
    .filter(
      (made) =>
        String(at(made, "userIdentity", "arn")).endsWith(`/${userName}`) &&
        nameOf(made) !== "ConsoleLogin",
    );
}

const watchman = (demo: Demo) => {
  const [person] = onWatch(demo.lives.stage, Math.floor(NOW / SHIFT));
  if (person === undefined) throw new Error("Nobody is on watch.");
  return person;
};
const watchAdministrator = (demo: Demo) => {
  const person = onWatch(demo.lives.stage, Math.floor(NOW / SHIFT)).at(-1);
  if (person === undefined) throw new Error("Nobody is on watch.");
  return person;
};
const withSwitch = { helpDeskMinutes: null };

describe("a denied person", () => {
  it("is refused every call in member accounts from the moment the deny takes effect", () => {
    const demo = makeDemo(7, withSwitch);
    const person = watchman(demo);
    const before = callsOf(demo, person.userName, EFFECTIVE, EFFECTIVE + DAY);
    expect(before.length).toBeGreaterThan(0);
    demo.changes.push(deny(demo.organisation, NOW, [person.userId]));
    const after = callsOf(demo, person.userName, EFFECTIVE, EFFECTIVE + DAY);
    expect(after.length).toBeGreaterThan(before.length);
    const policy = demo.organisation.policies.at(-1)?.arn ?? "";
    for (const made of after) {
      expect(at(made, "errorCode")).toBe("AccessDenied");
      const message = String(at(made, "errorMessage"));
      expect(message).toMatch(
        /^User: arn:aws:sts::\d{12}:assumed-role\/AWSReservedSSO_\S+ is not authorized to perform: [a-z0-9-]+:\w+ on resource: \S+ with an explicit deny in a service control policy: /,
      );
      expect(message.startsWith(`User: ${String(at(made, "userIdentity", "arn"))} `)).toBe(true);
      expect(message.endsWith(`: ${policy}`)).toBe(true);
    }
  });

  it("is seen to be refused within two minutes where a session was in use", () => {
    const demo = makeDemo(7, withSwitch);
    const person = watchman(demo);
    demo.changes.push(deny(demo.organisation, NOW, [person.userId]));
    const [first] = callsOf(demo, person.userName, EFFECTIVE, EFFECTIVE + 2 * MINUTE);
    expect(at(first as TrailRecord, "errorCode")).toBe("AccessDenied");
    const session = sessionOf(first as TrailRecord);
    expect(
      callsOf(demo, person.userName, NOW - 8 * HOUR, NOW).some(
        (made) => sessionOf(made) === session,
      ),
    ).toBe(true);
  });

  it("is not told the policy where the switch says so", () => {
    const demo = makeDemo(7, { ...withSwitch, denialNamesPolicy: false });
    const person = watchman(demo);
    demo.changes.push(deny(demo.organisation, NOW, [person.userId]));
    const [first] = callsOf(demo, person.userName, EFFECTIVE, EFFECTIVE + 2 * MINUTE);
    expect(String(at(first as TrailRecord, "errorMessage"))).toMatch(/service control policy$/);
  });

  it("works on in the management account, which no SCP binds", () => {
    const demo = makeDemo(7, withSwitch);
    const { managementAccountId } = demo.organisation;
    const admin = watchAdministrator(demo);
    demo.changes.push(deny(demo.organisation, NOW, [admin.userId]));
    const own = demo.lives
      .records(NOW - 2 * HOUR, EFFECTIVE + DAY)
      .filter(
        (made) =>
          made.accountId === managementAccountId &&
          String(at(made, "userIdentity", "arn")).endsWith(`/${admin.userName}`),
      );
    expect(own.length).toBeGreaterThan(0);
    for (const made of own) expect(at(made, "errorCode")).toBeUndefined();
  });

  it("leaves everything that occurred before, and everybody else, as it was", () => {
    const demo = makeDemo(7, withSwitch);
    const person = watchman(demo);
    const untouched = (records: TrailRecord[]): string =>
      JSON.stringify(
        records.filter(
          (made) =>
            !JSON.stringify(made.record).includes(person.userName) &&
            at(made, "userIdentity", "onBehalfOf", "userId") !== person.userId,
        ),
      );
    const [past, future] = [demo.lives.records(NOW - DAY, NOW), demo.lives.records(NOW, NOW + DAY)];
    demo.changes.push(deny(demo.organisation, NOW, [person.userId]));
    expect(demo.lives.records(NOW - DAY, NOW)).toEqual(past);
    const later = demo.lives
      .records(NOW, NOW + DAY)
      .filter((made) => nameOf(made) !== "UpdatePolicy");
    expect(untouched(later)).toBe(untouched(future));
  });

  it("may work again when the deny is lifted", () => {
    const demo = makeDemo(7, withSwitch);
    const person = watchman(demo);
    demo.changes.push(
      deny(demo.organisation, NOW, [person.userId]),
      deny(demo.organisation, NOW + HOUR, []),
    );
    const later = callsOf(demo, person.userName, EFFECTIVE + HOUR, EFFECTIVE + 6 * HOUR);
    expect(later.length).toBeGreaterThan(0);
    for (const made of later) expect(at(made, "errorCode")).toBeUndefined();
  });
});

describe("other changes", () => {
  it("let a disabled person's role sessions live on while sign-in, portal and tokens are over", () => {
    const demo = makeDemo(7, withSwitch);
    const person = watchman(demo);
    demo.changes.push(change(demo.organisation, NOW, "DisableUser", { UserId: person.userId }));
    const later = demo.lives.records(EFFECTIVE, EFFECTIVE + 30 * DAY);
    const center = later.filter(
      (made) =>
        at(made, "userIdentity", "type") === "IdentityCenterUser" &&
        at(made, "userIdentity", "onBehalfOf", "userId") === person.userId,
    );
    expect(center).toEqual([]);
    const calls = callsOf(demo, person.userName, EFFECTIVE, EFFECTIVE + DAY);
    expect(calls.length).toBeGreaterThan(0);
    for (const made of calls)
      expect(
        Date.parse(
          String(at(made, "userIdentity", "sessionContext", "attributes", "creationDate")),
        ),
      ).toBeLessThan(EFFECTIVE);
  });

  it("refuse new role sessions of a removed assignment and make none", () => {
    const demo = makeDemo(7, withSwitch);
    const { organisation } = demo;
    const set = organisation.permissionSets.find((one) => one.name === "OperatorAccess");
    const gone: Change[] = organisation.assignments
      .filter((held) => held.permissionSetArn === set?.arn)
      .map((held, i) =>
        change(organisation, NOW + i, "DeleteAccountAssignment", {
          TargetId: held.accountId,
          PermissionSetArn: held.permissionSetArn,
          PrincipalType: held.principalType,
          PrincipalId: held.principalId,
        }),
      );
    demo.changes.push(...gone);
    const later = demo.lives.records(EFFECTIVE + 1000, EFFECTIVE + DAY);
    const vends = later.filter(
      (made) =>
        nameOf(made) === "GetRoleCredentials" &&
        at(made, "serviceEventDetails", "role_name") === "OperatorAccess",
    );
    expect(vends.length).toBeGreaterThan(0);
    for (const made of vends) expect(at(made, "errorCode")).toBe("ForbiddenException");
    const assumed = later.filter(
      (made) =>
        nameOf(made) === "AssumeRoleWithSAML" &&
        String(at(made, "requestParameters", "roleArn")).includes("_OperatorAccess_"),
    );
    expect(assumed).toEqual([]);
  });

  it("kill living sessions with the last assignment only where the switch says so", () => {
    for (const lastAssignmentKillsSessions of [true, false]) {
      const demo = makeDemo(7, { ...withSwitch, lastAssignmentKillsSessions });
      const { organisation } = demo;
      const set = organisation.permissionSets.find((one) => one.name === "OperatorAccess");
      organisation.assignments
        .filter((held) => held.permissionSetArn === set?.arn)
        .forEach((held, i) =>
          demo.changes.push(
            change(organisation, NOW + i, "DeleteAccountAssignment", {
              TargetId: held.accountId,
              PermissionSetArn: held.permissionSetArn,
              PrincipalType: held.principalType,
              PrincipalId: held.principalId,
            }),
          ),
        );
      const calls = callsOf(demo, watchman(demo).userName, EFFECTIVE + 1000, EFFECTIVE + 6 * HOUR);
      expect(calls.length > 0).toBe(!lastAssignmentKillsSessions);
    }
  });

  it("appear once in the trail, in the caller's account and the change's Region, in CloudTrail's spelling", () => {
    const demo = makeDemo(7, withSwitch);
    const cut = deny(demo.organisation, NOW, [watchman(demo).userId]);
    demo.changes.push(cut);
    const own = demo.lives
      .records(NOW - DAY, NOW + DAY)
      .filter((made) => at(made, "userIdentity", "arn") === cut.caller.arn);
    expect(own).toHaveLength(1);
    const [made] = own as [TrailRecord];
    expect([made.accountId, made.region, nameOf(made), made.record["requestID"]]).toEqual([
      demo.organisation.managementAccountId,
      "us-east-1",
      "UpdatePolicy",
      cut.requestId,
    ]);
    expect(at(made, "requestParameters", "policyId")).toBe(cut.parameters["PolicyId"]);
  });
});
