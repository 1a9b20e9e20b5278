/** A proposal holds what was done, says what it takes away and whom it would have hit, and claims nothing beyond what was seen. */
import { describe, expect, test } from "vitest";
import { iamAction, iamService } from "#core/domain/access/proposal/action-names";
import { proposal, type ProposalInput } from "#core/domain/access/proposal";
import { proposalText } from "#core/domain/access/proposal/text";
import type { Person } from "#core/domain/person";
import type { ActionCatalogue, AccessLevel } from "#core/domain/policy/catalogue";
import type { Instant } from "#core/domain/time";

const ACTIONS: readonly (readonly [string, AccessLevel])[] = [
  ["ec2:DescribeInstances", "list"],
  ["ec2:StartInstances", "write"],
  ["ec2:StopInstances", "write"],
  ["s3:GetObject", "read"],
  ["s3:ListAllMyBuckets", "list"],
  ["sqs:SendMessage", "write"],
];
const catalogue: ActionCatalogue = {
  version: "test",
  actions: ACTIONS.map(([name, level]) => ({
    name,
    service: name.split(":")[0]!,
    level,
    resources: { forms: [], every: false },
    conditionKeys: [],
  })),
  services: ["ec2", "s3", "sqs"],
  serviceName: (service) => service,
  rangeOf: () => null,
  indexOf: (action) => {
    const index = ACTIONS.findIndex(([name]) => name.toLowerCase() === action.toLowerCase());
    return index === -1 ? null : index;
  },
};
const person = (userId: string): Person => ({
  identityStoreArn: "arn:aws:identitystore::111122223333:identitystore/d-1234567890",
  userId,
  userName: `${userId}@example.com`,
});
const FROM = "2026-01-01T00:00:00.000Z" as Instant;
const TO = "2026-06-01T00:00:00.000Z" as Instant;

function use(userId: string, actions: Record<string, number>, more: Record<string, number> = {}) {
  const services: Record<string, number> = { ...more };
  for (const [name, calls] of Object.entries(actions)) {
    const service = name.split(":")[0]!;
    services[service] = (services[service] ?? 0) + calls;
  }
  const calls = Object.values(services).reduce((sum, one) => sum + one, 0);
  return {
    person: person(userId),
    use: {
      accountId: "444455556666",
      roleName: "Developer",
      firstUsedAt: FROM,
      lastUsedAt: TO,
      calls,
      deniedCalls: 0,
      services,
      actions,
      otherActionCalls: 0,
    },
  };
}
const input = (over: Partial<ProposalInput> = {}): ProposalInput => ({
  permissionSetArn: "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1",
  permissionSetName: "Developer",
  allows: [
    { service: "ec2", name: "EC2", levels: { list: 1, write: 2 }, whole: true },
    { service: "s3", name: "S3", levels: { read: 1, list: 1 }, whole: true },
    { service: "sqs", name: "SQS", levels: { write: 1 }, whole: true },
  ],
  uses: [
    use("ada", { "ec2:StartInstances": 1, "ec2:DescribeInstances": 40, "s3:ListBuckets": 2 }),
    use("bob", { "s3:ListBuckets": 1, "ec2:DescribeInstances": 3 }),
  ],
  observed: { from: FROM, to: TO, gapHours: 0 },
  ...over,
});

describe("a proposal", () => {
  test("allows what was called, a statement a service, and keeps rare reads apart", () => {
    const made = proposal(input(), catalogue);
    expect(made.document.Statement).toEqual([
      {
        Sid: "Usedec2",
        Effect: "Allow",
        Action: ["ec2:DescribeInstances", "ec2:StartInstances"],
        Resource: "*",
      },
    ]);
    expect(made.optional?.Action).toEqual(["s3:ListAllMyBuckets"]);
    expect(made).toMatchObject({ people: 2, calls: 47, observed: { days: 151 } });
  });

  test("says what it takes away and, without its optional part, whom it would have denied what", () => {
    const made = proposal(input(), catalogue);
    expect(made.difference).toEqual({
      removed: [{ service: "sqs", allowed: 1, proposed: 0 }],
      narrowed: [
        { service: "ec2", allowed: 3, proposed: 2 },
        { service: "s3", allowed: 2, proposed: 1 },
      ],
      kept: [],
    });
    expect(made.wouldHaveDenied).toEqual([
      {
        action: "s3:ListAllMyBuckets",
        calls: 3,
        people: [person("ada"), person("bob")],
        reason: "optional",
      },
    ]);
  });

  test("leaves out what no policy decides: signing in, and asking who one is", () => {
    const uses = [use("u-1", { "signin:ConsoleLogin": 9, "sts:GetCallerIdentity": 9 })];
    const made = proposal(input({ uses }), catalogue);
    expect(made.document.Statement).toEqual([]);
    expect(proposalText(made)).not.toContain("ConsoleLogin");
    expect(proposalText(made)).not.toContain("GetCallerIdentity");
  });

  test("a rare write is no tail: it is proposed", () => {
    const made = proposal(input({ uses: [use("ada", { "sqs:SendMessage": 1 })] }), catalogue);
    expect(made.document.Statement.map(({ Action }) => Action)).toEqual([["sqs:SendMessage"]]);
    expect(made.wouldHaveDenied).toEqual([]);
  });

  test("names calls whose action is not known or was not kept, with the people that it would hit", () => {
    const uses = [use("ada", { "ec2:StopInstances": 2, "ec2:NewerThanTheData": 4 }, { s3: 7 })];
    const made = proposal(input({ uses }), catalogue);
    expect(
      made.wouldHaveDenied.map(({ action, calls, reason }) => [action, calls, reason]),
    ).toEqual([
      ["ec2:NewerThanTheData", 4, "unknown-action"],
      ["s3:?", 7, "not-kept"],
    ]);
  });

  test("never proposes a service that the set does not allow", () => {
    const uses = [use("ada", { "ec2:StopInstances": 2, "sqs:SendMessage": 9 })];
    const allows = input().allows!.filter(({ service }) => service !== "sqs");
    const made = proposal(input({ uses, allows }), catalogue);
    expect(made.document.Statement.flatMap(({ Action }) => Action)).toEqual(["ec2:StopInstances"]);
    expect(made.notAllowedNow).toEqual(["sqs:SendMessage"]);
  });

  test("warns of a short observation, of hours that were not read, and of calls that are not recorded", () => {
    const observed = { from: "2026-05-01T00:00:00.000Z" as Instant, to: TO, gapHours: 48 };
    const { warnings, observed: said } = proposal(input({ observed }), catalogue);
    expect(said.days).toBe(29);
    expect(warnings.join("\n")).toMatch(/Only 29 days/);
    expect(warnings.join("\n")).toMatch(/48 hours of that time were not read/);
    expect(warnings.join("\n")).toMatch(/data of s3, sqs are recorded only/);
    const never = proposal(input({ observed: { ...observed, from: null } }), catalogue);
    expect(never.observed.days).toBe(0);
    expect(never.warnings[0]).toMatch(/never observed/);
  });

  test("does not guess what would go where the set could not be read", () => {
    const made = proposal(input({ allows: null }), catalogue);
    expect(made.difference).toBeNull();
    expect(proposalText(made).join("\n")).toMatch(/could not be read/);
  });

  test("is the same whatever the order of the uses", () => {
    const { uses } = input();
    const turned = proposal(input({ uses: uses.toReversed() }), catalogue);
    expect(JSON.stringify(turned)).toBe(JSON.stringify(proposal(input(), catalogue)));
  });

  test("reads as lines that name the window, the people and the policy", () => {
    const text = proposalText(proposal(input(), catalogue));
    expect(text[0]).toBe(
      "Developer: 2 people made 47 calls in 151 days (2026-01-01T00:00:00.000Z to 2026-06-01T00:00:00.000Z, 0 hours of it not read).",
    );
    expect(text.join("\n")).toContain(
      "s3:ListAllMyBuckets: 3 calls of ada@example.com, bob@example.com",
    );
    expect(text.join("\n")).toContain('"Sid": "Usedec2"');
  });
});

test.each([
  ["monitoring:PutMetricData", "cloudwatch:PutMetricData"],
  ["lambda:Invoke", "lambda:InvokeFunction"],
  ["lambda:GetFunction20150331v2", "lambda:GetFunction"],
  ["lambda:ListFunctions20150331", "lambda:ListFunctions"],
  ["cloudfront:GetDistribution2020_05_31", "cloudfront:GetDistribution"],
  ["s3:ListBuckets", "s3:ListAllMyBuckets"],
  ["ec2:RunInstances", "ec2:RunInstances"],
])("the recorded call %s is %s in a policy", (recorded, action) => {
  expect(iamAction(recorded)).toBe(action);
});

test("an event source is the prefix in policies, with or without its domain", () => {
  expect([iamService("email.amazonaws.com"), iamService("ec2")]).toEqual(["ses", "ec2"]);
});
