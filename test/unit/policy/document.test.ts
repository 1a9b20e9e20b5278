import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parsePolicy } from "#core/domain/policy/document";
import { allow, text } from "./written.ts";

const problemOf = (written: string): string | null => parsePolicy(written).problem;
const inStatement = (statement: object): string | null =>
  problemOf(JSON.stringify({ Statement: [allow("s3:GetObject"), statement] }));

describe("takes every spelling of the grammar", () => {
  test("a statement alone, text for a list, the old version where none is written", () => {
    const { policy } = parsePolicy(
      '{"Id":"x","Statement":{"Sid":"","Effect":"Deny","NotAction":"iam:*","NotResource":["a","b"]}}',
    );
    expect(policy).toEqual({
      version: "2008-10-17",
      statements: [
        {
          number: 1,
          sid: null,
          effect: "Deny",
          actions: { patterns: ["iam:*"], inverted: true },
          resources: { patterns: ["a", "b"], inverted: true },
          conditions: [],
          principal: null,
        },
      ],
    });
  });

  test("conditions of every form, their keys and operators in any case", () => {
    const { policy } = parsePolicy(
      text(
        allow("s3:*", {
          Condition: {
            "ForAnyValue:ARNlikeIfExists": { "AWS:PrincipalArn": "arn:aws:iam::*:role/a" },
            NumericLessThan: { "aws:MultiFactorAuthAge": 300 },
            Null: { "aws:TokenIssueTime": false },
          },
        }),
      ),
    );
    expect(policy?.statements[0]?.conditions).toEqual([
      {
        of: "any",
        operator: "ArnLike",
        ifExists: true,
        key: "aws:principalarn",
        values: ["arn:aws:iam::*:role/a"],
      },
      {
        of: null,
        operator: "NumericLessThan",
        ifExists: false,
        key: "aws:multifactorauthage",
        values: ["300"],
      },
      {
        of: null,
        operator: "Null",
        ifExists: false,
        key: "aws:tokenissuetime",
        values: ["false"],
      },
    ]);
  });

  test("a trust policy, which names principals and no resource", () => {
    const { policy } = parsePolicy(
      '{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":["111122223333"],"Service":"ec2.amazonaws.com"}}}',
    );
    expect(policy?.statements[0]?.principal?.names).toEqual([
      { kind: "AWS", value: "111122223333" },
      { kind: "Service", value: "ec2.amazonaws.com" },
    ]);
    expect(policy?.statements[0]?.resources).toEqual({ patterns: ["*"], inverted: false });
  });

  test("as much as a permission set may hold", () => {
    const actions = Array.from({ length: 1_700 }, (_, at) => `s3:Action${at}Name`);
    const long = text(allow(actions));
    expect(long.length).toBeGreaterThan(32_000);
    expect(problemOf(long)).toBeNull();
  });
});

describe("says in one sentence what is wrong, and with which statement", () => {
  test.each<[string, string, RegExp]>([
    ["nothing", " ", /^The document is empty/],
    ["no JSON", "{ nonsense", /^The document is not JSON: .*\.$/],
    ["a list", "[]", /^The document is not a JSON object/],
    ["null", "null", /^The document is not a JSON object/],
    ["no statement", "{}", /^The document has no Statement\.$/],
    ["a byte order mark", `\uFEFF${text(allow("*"))}`, /byte order mark/],
    [
      "a version of no policy",
      '{"Version":"2024-01-01","Statement":[]}',
      /Version is "2024-01-01"/,
    ],
    [
      "a name in the wrong case",
      '{"statement":[]}',
      /has the element "statement"; it must be written Statement\.$/,
    ],
    [
      "a key twice",
      '{"Statement":[{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}]}',
      /has the key "Effect" twice/,
    ],
    [
      "a key twice that is written in two ways",
      String.raw`{"Statement":[],"St\u0061tement":[]}`,
      /has the key "Statement" twice/,
    ],
    ["more than any policy", text(allow("x:y".padEnd(262_200, "y"))), /longer than 262144/],
  ])("%s", (_, written, sentence) => expect(problemOf(written)).toMatch(sentence));

  test.each<[string, object, RegExp]>([
    ["no effect", { Action: "*", Resource: "*" }, /^Statement 2 has no Effect/],
    [
      "an effect in the wrong case",
      allow("*", { Effect: "allow" }),
      /^Statement 2 has the Effect "allow"/,
    ],
    [
      "an element in the wrong case",
      { ...allow("*"), action: "*" },
      /^Statement 2 .*"action"; it must be written Action/,
    ],
    [
      "an element nobody knows",
      { ...allow("*"), Comment: "x" },
      /^Statement 2 has the element "Comment"/,
    ],
    [
      "no action",
      { Effect: "Allow", Resource: "*" },
      /^Statement 2 has neither Action nor NotAction/,
    ],
    [
      "both kinds of action",
      { ...allow("*"), NotAction: "*" },
      /^Statement 2 has both Action and NotAction/,
    ],
    ["no actions in the list", allow([]), /^Statement 2 has an empty Action/],
    ["a number for an action", { ...allow("*"), Action: [7] }, /^Statement 2 has 7 as Action/],
    ["an action without a service", allow("GetObject"), /^Statement 2 has the action "GetObject"/],
    [
      "no resource",
      { Effect: "Allow", Action: "*" },
      /^Statement 2 has neither Resource nor NotResource/,
    ],
    [
      "an object for a resource",
      allow("*", { Resource: [{ Ref: "x" }] }),
      /^Statement 2 has \{"Ref":"x"\} as Resource/,
    ],
    [
      "an unknown operator",
      allow("*", { Condition: { Equals: { a: "b" } } }),
      /^Statement 2 .*"Equals", which IAM does not know/,
    ],
    [
      "conditions without keys",
      allow("*", { Condition: { Bool: "x" } }),
      /^Statement 2 .*"Bool" without/,
    ],
    [
      "an object for a value",
      allow("*", { Condition: { Bool: { a: {} } } }),
      /^Statement 2 .*"Bool" on "a" with \{\}/,
    ],
    ["a text for the conditions", allow("*", { Condition: "x" }), /^Statement 2 has a Condition/],
    ["a Sid that is no text", { ...allow("*"), Sid: 1 }, /^Statement 2 has the Sid 1/],
    [
      "a denial of all but some principals",
      { ...allow("*"), Effect: "Deny", NotPrincipal: { AWS: "*" } },
      /^Statement 2 has NotPrincipal/,
    ],
    [
      "an odd principal",
      { ...allow("*"), Principal: { Person: "x" } },
      /^Statement 2 has a Principal of kind "Person"/,
    ],
    ["a text as a statement", "Allow" as unknown as object, /^Statement 2 is not a JSON object/],
  ])("%s", (_, statement, sentence) => expect(inStatement(statement)).toMatch(sentence));

  test("a value nested deeper than can be shown", () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    expect(problemOf(`{"Statement":{"Effect":${deep}}}`)).toMatch(/nested too deep/);
  });

  test("the same Sid twice", () => {
    const twice = { ...allow("s3:GetObject"), Sid: "a" };
    expect(problemOf(text(twice, twice))).toMatch(/^Statement 2 has the Sid "a" of statement 1/);
  });

  test("never throws, and never answers more than one line", () => {
    const statement = fc.record(
      {
        Effect: fc.constantFrom("Allow", "Deny", 1, null),
        Action: fc.json(),
        Resource: fc.anything(),
        Condition: fc.dictionary(fc.constantFrom("Bool", "x"), fc.anything()),
        Principal: fc.anything(),
      },
      { requiredKeys: [] },
    );
    const written = fc.oneof(
      fc.string(),
      fc.json(),
      statement.map((one) => JSON.stringify({ Statement: one }) ?? ""),
    );
    fc.assert(
      fc.property(written, (any) => {
        const { problem } = parsePolicy(any);
        expect(problem ?? "fine.").toMatch(/^[^\n]*\.$/);
      }),
      { numRuns: 500 },
    );
  });
});
