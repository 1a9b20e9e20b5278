import { describe, expect, test } from "vitest";
import type { PolicyDocument } from "#core/domain/access";
import { describeVerdict } from "#core/domain/policy/describe";
import { verdictOfSet, type JudgedSet } from "#core/domain/policy/permission-set";
import { allow, allBut, catalogue, deny, ids, text, type Written } from "./written.ts";

const ACCOUNT = "111122223333";
const OTHER = "444455556666";

const SET: JudgedSet = {
  arn: "arn:aws-us-gov:sso:::permissionSet/ssoins-1/ps-1",
  managedPolicyArns: [],
  customerManagedPolicies: [],
  inlinePolicy: null,
  boundary: null,
};

const stored = (policyArn: string, ...statements: readonly Written[]): [string, PolicyDocument] => [
  policyArn,
  {
    policyArn,
    accountId: /::(\d{12}):/.exec(policyArn)?.[1] ?? null,
    versionId: "v1",
    document: text(...statements),
    unread: null,
  },
];

const ADMIN = "arn:aws-us-gov:iam::aws:policy/AdministratorAccess";
const own = (account: string, name: string) => `arn:aws-us-gov:iam::${account}:policy${name}`;
const judged = (
  set: Partial<JudgedSet>,
  policies: readonly [string, PolicyDocument][],
  account: string | null = ACCOUNT,
) => verdictOfSet({ ...SET, ...set }, account, new Map(policies), catalogue);

describe("of a permission set", () => {
  test("policies of every kind are judged together", () => {
    const verdict = judged(
      {
        managedPolicyArns: ["arn:aws-us-gov:iam::aws:policy/job-function/PassRoles"],
        customerManagedPolicies: [{ path: "/team/", name: "functions" }],
        inlinePolicy: text(allow("lambda:InvokeFunction")),
      },
      [
        stored("arn:aws-us-gov:iam::aws:policy/job-function/PassRoles", allow("iam:PassRole")),
        stored(own(ACCOUNT, "/team/functions"), allow("lambda:CreateFunction")),
      ],
    );
    const escalation = verdict.findings.find(({ id }) => id === "privilege-escalation");
    expect(escalation?.statements.map((one) => one.document)).toEqual([
      "/team/functions",
      "PassRoles",
      "inline policy",
    ]);
  });

  test("the verdict is one account's where a customer managed policy or boundary is named", () => {
    const set = { customerManagedPolicies: [{ path: "/", name: "team" }] };
    const policies = [
      stored(own(ACCOUNT, "/team"), allow("*")),
      stored(own(OTHER, "/team"), allow("s3:ListBucket")),
    ];
    expect(judged(set, policies).administrator).toBe(true);
    expect(judged(set, policies, OTHER).administrator).toBe(false);
    expect(judged(set, policies, null).administrator).toBeNull();
  });

  test("what was not read makes the verdict unknown and is named, never clean", () => {
    const missing = judged({ managedPolicyArns: [ADMIN] }, []);
    expect(missing.administrator).toBeNull();
    expect(missing.unread).toEqual(["Policy AdministratorAccess: it has not been read."]);
    const [arn, policy] = stored(ADMIN, allow("*"));
    const denied = { ...policy, document: null, unread: "Reading it was denied." };
    expect(judged({ managedPolicyArns: [ADMIN] }, [[arn, denied]]).unread).toEqual([
      "Policy AdministratorAccess: Reading it was denied.",
    ]);
    const odd = judged({ inlinePolicy: text(allow("*", { Principal: "*" })) }, []);
    expect(odd.administrator).toBeNull();
    expect(odd.unread).toEqual([
      "Policy inline policy: Statement 1 has a Principal, which only the policy of a resource may have.",
    ]);
    expect(judged({ inlinePolicy: "{" }, []).unread[0]).toMatch(
      /^Policy inline policy: .*not JSON/,
    );
  });

  test("a boundary takes away, and one that was not read leaves it unknown", () => {
    const set = { managedPolicyArns: [ADMIN], boundary: "/guard" };
    const admin = stored(ADMIN, allow("*"));
    expect(
      judged(set, [admin, stored(own(ACCOUNT, "/guard"), allBut("iam:*"))]).administrator,
    ).toBe(false);
    expect(judged(set, [admin, stored(own(ACCOUNT, "/guard"), allow("*"))]).administrator).toBe(
      true,
    );
    const unread = judged(set, [admin]);
    expect(unread.administrator).toBeNull();
    expect(unread.unread).toEqual(["Boundary /guard: it has not been read."]);
    const managed = { ...set, boundary: ADMIN };
    expect(judged(managed, [admin]).administrator).toBe(true);
  });

  test("a set without any policy allows nothing", () => {
    const verdict = judged({}, []);
    expect([verdict.administrator, ids(verdict), verdict.unread]).toEqual([false, [], []]);
  });

  test("equal documents are judged once, whatever set and account they come from", () => {
    const set = { customerManagedPolicies: [{ path: "/", name: "same" }] };
    const policies = [ACCOUNT, OTHER].map((account) =>
      stored(own(account, "/same"), allow("s3:GetObject"), deny("iam:*")),
    );
    const first = judged(set, policies);
    expect(judged(set, policies, OTHER)).toBe(first);
    const other = { ...set, arn: "arn:aws-us-gov:sso:::permissionSet/ssoins-1/ps-2" };
    expect(judged(other, policies)).toBe(first);
    const changed = [stored(own(ACCOUNT, "/same"), allow("s3:PutObject"))];
    expect(judged(set, changed)).not.toBe(first);
  });
});

describe("in words", () => {
  test("says first what is unknown", () => {
    const lines = describeVerdict(judged({ managedPolicyArns: [ADMIN] }, []));
    expect(lines.slice(0, 2)).toEqual([
      "Not judged: Policy AdministratorAccess: it has not been read.",
      "Whether this makes an administrator is unknown, because not everything could be read.",
    ]);
  });

  test("says what it changes, what it reads and what is too broad, in a few lines", () => {
    const inlinePolicy = text(
      allow(["lambda:*", "s3:PutBucketPolicy", "ec2:Describe*", "newservice:Go"]),
    );
    expect(describeVerdict(judged({ inlinePolicy }, []))).toEqual([
      "This makes no administrator.",
      "Can change things in AWS Lambda (everything), Amazon S3.",
      "Of these it can change who may do what in AWS Lambda (everything), Amazon S3.",
      "Only reads in Amazon EC2.",
      "high: it lets its holder come to more rights; open resources to others.",
      "medium: it lets its holder read out data everywhere; do everything in whole services.",
      "Allowed patterns that match no known action, newer than the data or misspelt: newservice:Go.",
    ]);
  });
});
