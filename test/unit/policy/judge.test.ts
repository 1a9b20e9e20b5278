import { describe, expect, test } from "vitest";
import { judgePolicies } from "#core/domain/policy/judge";
import {
  allBut,
  allow,
  catalogue,
  deny,
  document,
  found,
  ids,
  judge,
  when,
  within,
  type Written,
} from "./written.ts";

const ROLE = { Resource: "arn:aws:iam::111122223333:role/app" };
const ANY_ROLE = { Resource: "arn:aws:iam::*:role/*" };
const GUARD = { Resource: "arn:aws:iam::111122223333:role/guard" };

describe("an administrator", () => {
  test.each<[string, readonly (readonly Written[])[]]>([
    ["everything on everything", [[allow("*")]]],
    ["everything but billing", [[allBut(["aws-portal:*", "budgets:*", "ce:*"])]]],
    ["everything but reading", [[allBut(["s3:GetObject", "ec2:Describe*"])]]],
    [
      "documents that add up",
      [[allBut(["iam:*", "organizations:*"])], [allow("IAM:*")], [allow("organizations:*")]],
    ],
    ["two gaps that close each other", [[allBut("s3:*"), allBut("ec2:*")]]],
    [
      "a service spelled out by all its letters",
      [
        [allBut("iam:*")],
        ["a", "c", "d", "e", "g", "l", "p", "r", "s", "t", "u"]
          .map((letter) => allow(`iam:${letter}*`))
          .concat(["b", "f", "m", "n", "i"].map((letter) => allow(`iam:${letter}*`))),
      ],
    ],
    [
      "a deny under a condition that may not hold",
      [[allow("*"), deny("*", when("Bool", "aws:MultiFactorAuthPresent", "false"))]],
    ],
    ["a deny on one role", [[allow("*"), deny("iam:*", GUARD)]]],
    [
      "everything but one bucket",
      [[{ Effect: "Allow", Action: "*", NotResource: "arn:aws:s3:::secret" }]],
    ],
    [
      "a condition on the second factor",
      [[allow("*", when("Bool", "aws:MultiFactorAuthPresent", "true"))]],
    ],
    [
      "a condition on the address",
      [[allow("*", when("IpAddress", "aws:SourceIp", "192.0.2.0/24"))]],
    ],
    [
      "a condition on the Region",
      [[allow("*", when("StringEquals", "aws:RequestedRegion", "eu-central-1"))]],
    ],
    [
      "a condition that everything meets",
      [[allow("*", when("StringLike", "aws:ResourceTag/team", "*"))]],
    ],
    [
      "a condition that the absent key meets",
      [[allow("*", when("StringEqualsIfExists", "aws:ResourceTag/team", "a"))]],
    ],
  ])("is who may do %s", (_, documents) => {
    const verdict = judge(...documents);
    expect(verdict.administrator).toBe(true);
    expect(found(verdict, "administrator")[0]?.statements.length).toBeGreaterThan(0);
  });

  test.each<[string, readonly (readonly Written[])[]]>([
    ["nothing", []],
    ["one service", [[allow("s3:*")]]],
    ["all but organizations", [[allBut("organizations:*"), allow("iam:*")]]],
    ["all but reading identities", [[allBut("iam:GetRole")]]],
    ["everything less one write", [[allow("*"), deny("s3:DeleteBucket")]]],
    ["everything less one write in another document", [[allow("*")], [deny("s3:DeleteBucket")]]],
    [
      "everything less all but reading",
      [[allow("*"), { Effect: "Deny", NotAction: "s3:Get*", Resource: "*" }]],
    ],
    ["everything on one bucket", [[allow("*", { Resource: "arn:aws:s3:::a/*" })]]],
    ["everything with a tag", [[allow("*", when("StringEquals", "aws:ResourceTag/team", "a"))]]],
    [
      "everything, denied on all but one role",
      [[allow("*"), { Effect: "Deny", Action: "iam:*", NotResource: "arn:aws:iam::*:role/own" }]],
    ],
    ["everything, all roles denied by their form", [[allow("*"), deny("iam:*", ANY_ROLE)]]],
    [
      "everything, denied under a condition that always holds",
      [[allow("*"), deny("iam:*", when("ArnLike", "aws:PrincipalArn", "*"))]],
    ],
  ])("is not who may do %s", (_, documents) => {
    expect(judge(...documents).administrator).toBe(false);
  });

  test("is unknown where what was not read decides", () => {
    const unread = [{ of: "policy" as const, problem: "Policy guard: it has not been read." }];
    const judgedWith = (...statements: readonly Written[]) =>
      judgePolicies({ documents: [document("a", ...statements)], unread }, catalogue).administrator;
    expect(judgedWith(allow("s3:*"))).toBeNull();
    expect(judgedWith(allow("*"))).toBe(true);
    expect(judgedWith(deny("iam:CreateRole"))).toBe(false);
    const bounded = { of: "boundary" as const, problem: "Boundary b: it has not been read." };
    const documents = [document("a", allow("*"))];
    expect(judgePolicies({ documents, unread: [bounded] }, catalogue).administrator).toBeNull();
  });

  test("a boundary takes away and never adds", () => {
    expect(within([allow("*")], allow("*")).administrator).toBe(true);
    expect(within([allBut("iam:*")], allow("*")).administrator).toBe(false);
    expect(within([allow("*"), deny("iam:CreateUser")], allow("*")).administrator).toBe(false);
    expect(within([allow("*")], allow("s3:*")).administrator).toBe(false);
    expect(ids(within([allow("s3:*")], allow("iam:*")))).toEqual([]);
  });
});

describe("privilege escalation", () => {
  const PASS = allow("iam:PassRole");
  test.each<[string, readonly (readonly Written[])[]]>([
    ...[
      "CreatePolicyVersion",
      "SetDefaultPolicyVersion",
      "AttachUserPolicy",
      "AttachGroupPolicy",
      "AttachRolePolicy",
      "PutUserPolicy",
      "PutGroupPolicy",
      "PutRolePolicy",
      "AddUserToGroup",
      "UpdateAssumeRolePolicy",
      "CreateAccessKey",
      "CreateLoginProfile",
      "UpdateLoginProfile",
      "DeleteRolePermissionsBoundary",
      "UpdateSAMLProvider",
    ].map((action): [string, readonly (readonly Written[])[]] => [
      action,
      [[allow(`iam:${action}`)]],
    ]),
    ["a role and a machine", [[PASS], [allow("ec2:RunInstances")]]],
    [
      "a role and a function, over three documents",
      [[PASS], [allow("lambda:CreateFunction")], [allow("lambda:InvokeFunction")]],
    ],
    [
      "a role and a function's events",
      [[PASS, allow(["lambda:CreateFunction", "lambda:CreateEventSourceMapping"])]],
    ],
    ["a role and a stack", [[PASS, allow("cloudformation:CreateStack")]]],
    ["a role and Glue", [[PASS, allow("glue:CreateDevEndpoint")]]],
    [
      "a role and a data pipeline",
      [[PASS, allow(["datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition"])]],
    ],
    ["a role and a notebook", [[PASS, allow("sagemaker:CreateNotebookInstance")]]],
    ["a role and a build", [[PASS, allow(["codebuild:CreateProject", "codebuild:StartBuild"])]]],
    ["a role and a container", [[PASS, allow(["ecs:RegisterTaskDefinition", "ecs:RunTask"])]]],
    [
      "a role and an interpreter of agents",
      [
        [
          PASS,
          allow([
            "bedrock-agentcore:CreateCodeInterpreter",
            "bedrock-agentcore:InvokeCodeInterpreter",
          ]),
        ],
      ],
    ],
    [
      "a role and the service it may be passed to",
      [
        [
          allow("iam:PassRole", when("StringEquals", "iam:PassedToService", "ec2.amazonaws.com")),
          allow("ec2:RunInstances"),
        ],
      ],
    ],
    ["one named role and a machine", [[allow("iam:PassRole", ROLE), allow("ec2:RunInstances")]]],
    ["any role", [[allow("sts:AssumeRole")]]],
    ["any role, by its form", [[allow("sts:AssumeRole", ANY_ROLE)]]],
    [
      "the organisation's own role in its accounts",
      [
        [
          allow("sts:AssumeRole", {
            Resource: "arn:aws:iam::*:role/OrganizationAccountAccessRole",
          }),
        ],
      ],
    ],
    ["a root user", [[allow("sts:AssumeRoot")]]],
    ["any function's code", [[allow("lambda:UpdateFunctionCode")]]],
    [
      "a shell on any machine",
      [
        [
          allow("ssm:SendCommand", {
            Resource: [
              "arn:aws:ssm:*:*:document/run",
              "arn:aws:ec2:*:*:instance/*",
              "arn:aws:ssm:*:*:managed-instance/*",
            ],
          }),
        ],
      ],
    ],
    ["an assignment", [[allow("sso:CreateAccountAssignment")]]],
    ["a permission set's policy", [[allow("sso:PutInlinePolicyToPermissionSet")]]],
    ["a membership", [[allow("identitystore:CreateGroupMembership")]]],
    ["a password", [[allow("sso-directory:UpdatePassword")]]],
    ["an entitlement", [[allow("account-access:CreateEntitlement")]]],
    ["everything but identities", [[allBut(["iam:*", "organizations:*", "account:*"])]]],
    [
      "a policy that may be attached and gives everything",
      [
        [
          allow(
            "iam:AttachRolePolicy",
            when("ArnEquals", "iam:PolicyARN", "arn:aws:iam::aws:policy/AdministratorAccess"),
          ),
        ],
      ],
    ],
    [
      "a second factor that is demanded",
      [[allow("iam:PutRolePolicy", when("Bool", "aws:MultiFactorAuthPresent", "true"))]],
    ],
    [
      "a tag that the caller gives",
      [[allow("iam:CreateAccessKey", when("StringEquals", "aws:RequestTag/team", "a"))]],
    ],
  ])("is found: %s", (_, documents) => {
    expect(ids(judge(...documents))).toContain("privilege-escalation");
  });

  test.each<[string, readonly (readonly Written[])[]]>([
    ["a role that may be passed, and nothing to pass it to", [[PASS]]],
    ["a machine without a role", [[allow("ec2:RunInstances")]]],
    [
      "a function where roles go to machines only",
      [
        [
          allow("iam:PassRole", when("StringEquals", "iam:PassedToService", "ec2.amazonaws.com")),
          allow(["lambda:CreateFunction", "lambda:InvokeFunction"]),
        ],
      ],
    ],
    [
      "a role of a service, which AWS protects",
      [[allow("iam:PutRolePolicy", { Resource: "arn:aws:iam::*:role/aws-service-role/*" })]],
    ],
    ["a denied step", [[PASS, allow("ec2:RunInstances")], [deny("iam:PassRole")]]],
    ["one role by name", [[allow("sts:AssumeRole", ROLE)]]],
    [
      "one function's code",
      [[allow("lambda:UpdateFunctionCode", { Resource: "arn:aws:lambda:*:*:function:app" })]],
    ],
    [
      "their own access keys",
      [[allow("iam:CreateAccessKey", { Resource: "arn:aws:iam::*:user/${aws:username}" })]],
    ],
    [
      "roles that must have a boundary",
      [
        [
          allow(
            ["iam:PutRolePolicy", "iam:AttachRolePolicy"],
            when("StringEquals", "iam:PermissionsBoundary", "arn:aws:iam::111122223333:policy/b"),
          ),
        ],
      ],
    ],
    [
      "policies that are named",
      [
        [
          allow(
            "iam:AttachRolePolicy",
            when("ArnEquals", "iam:PolicyARN", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
          ),
        ],
      ],
    ],
    [
      "an action on a resource it does not have",
      [[allow("iam:PutRolePolicy", { Resource: "arn:aws:s3:::bucket" })]],
    ],
    ["reading of everything", [[allow(["*:Get*", "*:List*", "*:Describe*"])]]],
  ])("is not found: %s", (_, documents) => {
    expect(ids(judge(...documents))).not.toContain("privilege-escalation");
  });

  test("names the statements of all documents that take part, and every action", () => {
    const verdict = judge(
      [{ ...PASS, Sid: "Pass" }],
      [allow("s3:ListBucket"), { ...allow("ec2:RunInstances"), Sid: "Run" }],
    );
    expect(found(verdict, "privilege-escalation")).toMatchObject([
      {
        severity: "high",
        actions: ["ec2:RunInstances", "iam:PassRole"],
        statements: [
          { document: "policy 0", statement: 1, sid: "Pass" },
          { document: "policy 1", statement: 2, sid: "Run" },
        ],
      },
    ]);
    expect(found(verdict, "privilege-escalation")[0]?.explanation).toMatch(/depends on the roles/);
  });

  test("on some resources only is graver than nothing and less than everywhere", () => {
    const severity = (more: Written) =>
      found(judge([allow("iam:PutRolePolicy", more)]), "privilege-escalation")[0]?.severity;
    expect(severity({})).toBe("critical");
    expect(severity(ANY_ROLE)).toBe("critical");
    expect(severity(ROLE)).toBe("medium");
    expect(severity(when("StringEquals", "iam:ResourceTag/team", "a"))).toBe("medium");
  });
});

describe("other findings", () => {
  test.each<[string, readonly Written[], boolean]>([
    ["credential-exposure", [allow("secretsmanager:GetSecretValue")], true],
    ["credential-exposure", [allow("ec2:GetPasswordData")], true],
    ["credential-exposure", [allow("ecr:GetAuthorizationToken")], false],
    [
      "credential-exposure",
      [allow("iam:CreateAccessKey", { Resource: "arn:aws:iam::*:user/${aws:username}" })],
      false,
    ],
    ["data-exfiltration", [allow("s3:GetObject")], true],
    ["data-exfiltration", [allow("s3:Get*", { Resource: "arn:aws:s3:::*" })], true],
    ["data-exfiltration", [allow("s3:GetObject", { Resource: "arn:aws:s3:::mine/*" })], false],
    [
      "data-exfiltration",
      [allow("s3:GetObject", when("StringEquals", "s3:ExistingObjectTag/a", "b"))],
      false,
    ],
    [
      "data-exfiltration",
      [allow("s3:GetObject", when("IpAddress", "aws:SourceIp", "192.0.2.0/24"))],
      true,
    ],
    ["data-exfiltration", [allow("s3:GetObject"), deny("s3:Get*")], false],
    [
      "data-exfiltration",
      [
        allow("s3:GetObject", { Resource: "arn:aws:s3:::*" }),
        deny("s3:*", { Resource: "arn:aws:s3:::*/*" }),
      ],
      false,
    ],
    ["resource-exposure", [allow("s3:PutBucketPolicy")], true],
    ["resource-exposure", [allow("ram:CreateResourceShare")], true],
    ["resource-exposure", [allow("ec2:ModifySnapshotAttribute")], true],
    ["resource-exposure", [allow("s3:PutBucketPolicy", { Resource: "arn:aws:s3:::mine" })], false],
    ["resource-exposure", [allow("s3:DeleteObject")], false],
    ["organisation-control", [allow("organizations:DetachPolicy")], true],
    ["organisation-control", [allow("organizations:DescribeOrganization")], false],
    ["log-tampering", [allow("cloudtrail:StopLogging")], true],
    ["log-tampering", [allow("cloudtrail:LookupEvents")], false],
    ["session-disruption", [allow("identitystore-auth:BatchDeleteSession")], true],
    ["service-wildcard", [allow("kinesis:*")], true],
    ["service-wildcard", [allow("kinesis:*", { Resource: "arn:aws:kinesis:*:*:*" })], true],
    ["service-wildcard", [allow("s3:*", { Resource: "arn:aws:s3:::mine" })], false],
    ["service-wildcard", [allow("kinesis:*"), deny("kinesis:*")], false],
    ["service-wildcard", [allow("kinesis:Get*")], false],
    ["unlimited-pass-role", [allow("iam:PassRole")], true],
    ["unlimited-pass-role", [allow("iam:PassRole", ROLE)], false],
    [
      "unlimited-pass-role",
      [allow("iam:PassRole", when("StringLike", "iam:PassedToService", "ec2.*"))],
      false,
    ],
    ["not-action-allow", [allBut("iam:*")], true],
    ["not-action-allow", [{ Effect: "Deny", NotAction: "iam:*", Resource: "*" }], false],
    [
      "not-resource-allow",
      [{ Effect: "Allow", Action: "s3:*", NotResource: "arn:aws:s3:::secret" }],
      true,
    ],
    ["open-trust", [allow("sts:AssumeRole", { Principal: "*" })], true],
    [
      "open-trust",
      [allow("sts:AssumeRole", { Principal: { AWS: "arn:aws:iam::111122223333:root" } })],
      true,
    ],
    [
      "open-trust",
      [allow("sts:AssumeRole", { Principal: { AWS: "arn:aws:iam::111122223333:role/a" } })],
      false,
    ],
    [
      "open-trust",
      [
        allow("sts:AssumeRole", {
          Principal: "*",
          ...when("StringEquals", "aws:PrincipalOrgID", "o-example"),
        }),
      ],
      false,
    ],
    [
      "open-trust",
      [allow("sts:AssumeRole", { Principal: { Service: "ec2.amazonaws.com" } })],
      false,
    ],
  ])("%s: %j is %s", (id, statements, expected) => {
    expect(ids(judge(statements)).includes(id)).toBe(expected);
  });

  test("behind a boundary nothing is broader than the boundary", () => {
    expect(ids(within([allow("s3:PutObjectTagging")], allow("s3:*")))).toEqual([]);
    expect(ids(within([allow("s3:PutObjectTagging")], allBut("iam:*")))).toEqual([]);
    expect(ids(within([allow("kinesis:*")], allow("kinesis:*")))).toContain("service-wildcard");
  });

  test("a tag of the caller's that must be the resource's limits", () => {
    const own = when("StringEquals", "aws:PrincipalTag/team", "${aws:ResourceTag/team}");
    expect(judge([allow("*", own)]).administrator).toBe(false);
    const named = when("StringEquals", "aws:PrincipalTag/team", "red");
    expect(judge([allow("*", named)]).administrator).toBe(true);
  });

  test("a statement of a resource's policy gives its reader nothing", () => {
    expect(judge([allow("*", { Principal: "*" })]).administrator).toBe(false);
  });

  test("a variable is plain text in a policy of the old version", () => {
    const own = allow("iam:CreateAccessKey", { Resource: "arn:aws:iam::*:user/${*}" });
    expect(ids(judge([own]))).toEqual(["privilege-escalation"]);
  });

  test("an action newer than the data is named and not harmless", () => {
    expect(judge([allow(["s3:NewAction", "brandnew:*"])]).unknownActions).toEqual([
      "brandnew:*",
      "s3:NewAction",
    ]);
  });
});
