import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  administratorOf,
  allowsEverything,
  statementsOf as parsePolicy,
} from "#core/domain/policy/administrator";

import { MANAGED_POLICY_NAMES, managedPolicy } from "#core/domain/policy/managed";

type Written = Readonly<Record<string, unknown>>;
const document = (...Statement: Written[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement });
const allow = (Action: string | string[], more: Written = {}): Written => ({
  Effect: "Allow",
  Action,
  Resource: "*",
  ...more,
});
const deny = (Action: string | string[], more: Written = {}): Written => ({
  ...allow(Action, more),
  Effect: "Deny",
});
const allBut = (NotAction: string | string[]): Written => ({
  Effect: "Allow",
  NotAction,
  Resource: "*",
});

const judge = (...documents: string[]) => allowsEverything(documents.map(parsePolicy));
const managed = (name: string) => `arn:aws:iam::aws:policy/${name}`;

const NOTHING = {
  managedPolicyArns: [],
  customerManagedPolicies: [],
  inlinePolicy: null,
  boundary: null,
};

describe("is an administrator", () => {
  test.each<[string, string[]]>([
    ["everything on everything", [document(allow("*"))]],
    [
      "a single statement instead of a list",
      ['{"Statement":{"Effect":"Allow","Action":"*:*","Resource":["*"]}}'],
    ],
    ["everything but billing", [document(allBut(["aws-portal:*", "budgets:*"]))]],
    ["everything but actions that only read", [document(allBut("s3:GetObject"))]],
    [
      "documents that leave no gap together",
      [
        document(allBut(["iam:*", "organizations:*"])),
        document(allow(["IAM:*", "organizations:*"])),
      ],
    ],
    ["two gaps that close each other", [document(allBut("s3:*"), allBut("ec2:*"))]],
    [
      "a deny that binds only under a condition",
      [
        document(
          allow("*"),
          deny("*", { Condition: { Bool: { "aws:MultiFactorAuthPresent": "false" } } }),
        ),
      ],
    ],
    [
      "a deny on some resources only",
      [document(allow("*"), deny("iam:*", { Resource: "arn:aws:iam::111122223333:role/guard" }))],
    ],
    [
      "a deny of billing and of reading",
      [document(allow("*"), deny(["budgets:*", "s3:GetObject"]))],
    ],
  ])("%s", (_name, documents) => expect(judge(...documents)).toBe(true));
});

describe("is no administrator", () => {
  test.each<[string, string[]]>([
    ["nothing at all", []],
    ["one service", [document(allow("s3:*"))]],
    [
      "everything on some resources",
      [document(allow("*", { Resource: "arn:aws:s3:::example/*" }))],
    ],
    [
      "everything under a condition",
      [document(allow("*", { Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } }))],
    ],
    ["everything but reading of identities", [document(allBut("iam:GetRole"))]],
    ["everything without organizations", [document(allBut("organizations:*"), allow("iam:*"))]],
    ["everything and a deny of one write action", [document(allow("*"), deny("s3:DeleteBucket"))]],
    [
      "everything and a deny of all but reading",
      [document(allow("*"), { Effect: "Deny", NotAction: "s3:GetObject", Resource: "*" })],
    ],
    [
      "everything and a deny on all but some resources",
      [
        document(allow("*"), {
          Effect: "Deny",
          Action: "iam:*",
          NotResource: "arn:aws:iam::*:role/own",
        }),
      ],
    ],
    ["everything that begins with an a", [document(allow("a*"))]],
  ])("%s", (_name, documents) => expect(judge(...documents)).toBe(false));
});

describe("of a permission set", () => {
  test("knows administrators by the name that AWS gave the policy, in any partition", () => {
    for (const partition of ["aws", "aws-cn", "aws-us-gov"]) {
      const arn = `arn:${partition}:iam::aws:policy/AdministratorAccess`;
      expect(administratorOf({ ...NOTHING, managedPolicyArns: [arn] })).toBe(true);
    }
  });

  test("takes nobody's own policy of a famous name for AWS's", () => {
    const arn = "arn:aws:iam::111122223333:policy/AdministratorAccess";
    expect(administratorOf({ ...NOTHING, managedPolicyArns: [arn] })).toBeNull();
  });

  test("adds managed policies up", () => {
    const names = ["PowerUserAccess", "IAMFullAccess", "AWSOrganizationsFullAccess"];
    const three = { ...NOTHING, managedPolicyArns: names.map(managed) };
    expect(administratorOf(three)).toBe(false);
    expect(administratorOf({ ...three, inlinePolicy: document(allow("account:*")) })).toBe(true);
  });

  test("says it cannot tell where a policy could not be read and nothing else decides", () => {
    const unreadable = { ...NOTHING, customerManagedPolicies: [{ name: "guard", path: "/" }] };
    expect(administratorOf(unreadable)).toBeNull();
    expect(
      administratorOf({ ...NOTHING, managedPolicyArns: [managed("SomethingNew")] }),
    ).toBeNull();
    expect(administratorOf({ ...NOTHING, inlinePolicy: "{ not JSON" })).toBeNull();
    expect(administratorOf({ ...unreadable, inlinePolicy: document(allow("*")) })).toBe(true);
    expect(administratorOf({ ...unreadable, inlinePolicy: document(deny("iam:*")) })).toBe(false);
  });

  test("lets a boundary take away what policies grant, and never add to it", () => {
    const admin = { ...NOTHING, managedPolicyArns: [managed("AdministratorAccess")] };
    expect(administratorOf({ ...admin, boundary: managed("PowerUserAccess") })).toBe(false);
    expect(administratorOf({ ...admin, boundary: managed("AdministratorAccess") })).toBe(true);
    expect(administratorOf({ ...admin, boundary: "/own-boundary" })).toBeNull();
    expect(administratorOf({ ...NOTHING, boundary: managed("AdministratorAccess") })).toBe(false);
  });
});

test("does not depend on the order of documents and statements", () => {
  const statement = fc.constantFrom(
    allow("*"),
    allow("iam:*"),
    allBut(["iam:*", "organizations:*", "account:*"]),
    allow(["organizations:*", "account:*"]),
    deny("s3:DeleteBucket"),
    deny("s3:Get*"),
  );
  const documents = fc.array(fc.array(statement, { maxLength: 4 }), { maxLength: 4 });
  fc.assert(
    fc.property(documents, (list) => {
      const turned = list.toReversed().map((one) => one.toReversed());
      const flat = [list.flat()];
      const [one, other, together] = [list, turned, flat].map((lists) =>
        judge(...lists.map((statements) => document(...statements))),
      );
      expect(other).toBe(one);
      expect(together).toBe(one);
    }),
  );
});

describe("parsing", () => {
  test.each([
    "",
    "[]",
    "{}",
    "null",
    '{"Statement":[{"Effect":"allow","Action":"*","Resource":"*"}]}',
    '{"Statement":[{"Effect":"Allow","Action":"*"}]}',
    '{"Statement":[{"Effect":"Allow","Action":"*","NotAction":"s3:*","Resource":"*"}]}',
    '{"Statement":[{"Effect":"Allow","Action":[7],"Resource":"*"}]}',
    '{"Statement":["Allow"]}',
  ])("refuses what IAM would not take: %s", (text) => expect(parsePolicy(text)).toBeNull());

  test("never throws", () => {
    const text = fc.oneof(fc.string(), fc.json());
    fc.assert(
      fc.property(text, (any) => {
        expect(() => parsePolicy(any)).not.toThrow();
      }),
    );
  });
});

const SAMPLES = fileURLToPath(
  new URL("../../../../shared/samples/policies/aws-managed-policies.ndjson.gz", import.meta.url),
);

describe.skipIf(!existsSync(SAMPLES))(
  "against AWS's own documents (samples beside the project)",
  () => {
    const documents = () =>
      new Map(
        gunzipSync(readFileSync(SAMPLES))
          .toString("utf8")
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as { name: string; Document: object })
          .map((one) => [one.name, parsePolicy(JSON.stringify(one.Document))] as const),
      );

    test("reads them all and finds AdministratorAccess alone to be one", () => {
      const found = [...documents()].filter(
        ([, document]) => allowsEverything([document]) !== false,
      );
      expect(found.map(([name]) => name)).toEqual(["AdministratorAccess"]);
    });

    test("knows of every policy in the catalogue what its document says", () => {
      const all = documents();
      const gaps = ["iam:*", "organizations:*", "account:*"];
      for (const name of MANAGED_POLICY_NAMES) {
        for (const missing of gaps) {
          // With everything but one service, a policy decides exactly when it allows all of that service.
          const rest = parsePolicy(document(allBut(missing))) ?? [];
          const judged = [all.get(name), managedPolicy(managed(name))].map((known) =>
            allowsEverything([rest, known ?? null]),
          );
          expect([name, missing, judged[1]]).toEqual([name, missing, judged[0]]);
        }
      }
    });
  },
);
