import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { positionsOf } from "#core/domain/policy/bits";
import { Expander } from "#core/domain/policy/access/expand";
import { judgePolicies } from "#core/domain/policy/judge";
import { overlap, covers } from "#core/domain/policy/pattern";
import {
  allBut,
  allow,
  catalogue,
  deny,
  document,
  ids,
  when,
  within,
  type Written,
} from "./written.ts";

const ACTIONS = [
  "*",
  "iam:*",
  "iam:PassRole",
  "iam:Put*",
  "iam:Create*",
  "organizations:*",
  "account:*",
  "lambda:*",
  "lambda:CreateFunction",
  "lambda:InvokeFunction",
  "ec2:RunInstances",
  "s3:GetObject",
  "s3:*",
  "s3:Put*Policy",
  "sts:AssumeRole",
  "sso:*",
  "cloudtrail:StopLogging",
  "*:Get*",
] as const;
const RESOURCES = [
  "*",
  "arn:aws:iam::*:role/*",
  "arn:aws:iam::111122223333:role/app",
  "arn:aws:iam::*:user/${aws:username}",
  "arn:aws:s3:::*",
  "arn:aws:s3:::mine/*",
] as const;
const CONDITIONS = [
  {},
  {},
  when("Bool", "aws:MultiFactorAuthPresent", "true"),
  when("StringEquals", "aws:ResourceTag/team", "a"),
  when("StringEquals", "iam:PassedToService", "lambda.amazonaws.com"),
  when("ArnLike", "aws:PrincipalArn", "*"),
] as const;

const body = fc
  .tuple(
    fc.subarray([...ACTIONS], { minLength: 1, maxLength: 3 }),
    fc.constantFrom("Action", "Action", "Action", "NotAction"),
    fc.subarray([...RESOURCES], { minLength: 1, maxLength: 2 }),
    fc.constantFrom("Resource", "Resource", "Resource", "NotResource"),
    fc.constantFrom(...CONDITIONS),
  )
  .map(([actions, action, resources, resource, condition]): Written => ({
    [action]: actions,
    [resource]: resources,
    ...condition,
  }));
const allows = body.map((one): Written => ({ Effect: "Allow", ...one }));
const denies = body.map((one): Written => ({ Effect: "Deny", ...one }));
const statements = fc.array(fc.oneof({ weight: 3, arbitrary: allows }, denies), { maxLength: 5 });

/** A verdict on everything takes tens of milliseconds. */
const RUNS = { numRuns: 40 };

const of = (...list: readonly Written[]) =>
  judgePolicies({ documents: [document("one", ...list)] }, catalogue);

describe("of any policies", () => {
  test("one statement more that allows never loses a finding", () => {
    fc.assert(
      fc.property(statements, allows, (list, more) => {
        const [before, after] = [of(...list), of(...list, more)];
        expect(ids(after)).toEqual(expect.arrayContaining(ids(before)));
        expect(Number(after.administrator)).toBeGreaterThanOrEqual(Number(before.administrator));
      }),
      RUNS,
    );
  });

  test("one statement more that denies never adds a finding", () => {
    fc.assert(
      fc.property(statements, denies, (list, more) => {
        const [before, after] = [of(...list), of(...list, more)];
        expect(ids(before)).toEqual(expect.arrayContaining(ids(after)));
        expect(Number(after.administrator)).toBeLessThanOrEqual(Number(before.administrator));
      }),
      RUNS,
    );
  });

  test("a boundary never adds a finding, and the widest one changes none", () => {
    fc.assert(
      fc.property(statements, statements, (list, boundary) => {
        expect(ids(of(...list))).toEqual(expect.arrayContaining(ids(within(boundary, ...list))));
        expect(ids(within([allow("*")], ...list))).toEqual(ids(of(...list)));
      }),
      RUNS,
    );
  });

  test("what is denied always and everywhere is not found, whatever allows it", () => {
    fc.assert(
      fc.property(statements, (list) => {
        const { findings, allows: left } = of(...list, deny(["iam:*", "s3:*"]));
        const actions = findings.flatMap((finding) => finding.actions);
        expect(actions.filter((action) => /^(?:iam|s3):/.test(action))).toEqual([]);
        expect(left.filter(({ service }) => service === "iam" || service === "s3")).toEqual([]);
      }),
      RUNS,
    );
  });

  test("order, and division into documents, change nothing", () => {
    const summary = (verdict: ReturnType<typeof of>) => ({
      administrator: verdict.administrator,
      allows: verdict.allows,
      findings: verdict.findings.map(
        ({ id, severity, explanation, actions, statements: named }) => ({
          id,
          severity,
          explanation,
          actions,
          count: named.length,
        }),
      ),
    });
    fc.assert(
      fc.property(statements, (list) => {
        const divided = list.toReversed().map((one, at) => document(`part ${at}`, one));
        expect(summary(judgePolicies({ documents: divided }, catalogue))).toEqual(
          summary(of(...list)),
        );
      }),
      RUNS,
    );
  });
});

describe("of any patterns", () => {
  const pattern = fc
    .array(fc.constantFrom("a", "b", "*", "?", ":"), { minLength: 1, maxLength: 6 })
    .map((letters) => letters.join(""));
  const matches = (glob: string, word: string): boolean =>
    new RegExp(`^${glob.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(word);
  const words = (length: number): string[] =>
    length === 0
      ? [""]
      : words(length - 1).flatMap((word) => ["a", "b", ":"].map((letter) => word + letter));
  const all = [0, 1, 2, 3, 4, 5].flatMap(words);

  test("overlap is true exactly where some text matches both", () => {
    fc.assert(
      fc.property(pattern, pattern, (one, other) => {
        const short = all.some((word) => matches(one, word) && matches(other, word));
        // Without stars every text has the length of its pattern, so that all of them were tried.
        const tried = !`${one}${other}`.includes("*") && one.length <= 5 && other.length <= 5;
        expect([short, tried && !short]).toEqual([
          short && overlap(one, other),
          tried && !overlap(one, other),
        ]);
      }),
      { numRuns: 300 },
    );
  });

  test("covers is never wrongly true", () => {
    fc.assert(
      fc.property(pattern, pattern, (outer, inner) => {
        if (!covers(outer, inner)) return;
        expect(all.filter((word) => matches(inner, word) && !matches(outer, word))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("expanding finds what trying every action finds", () => {
    const expander = new Expander(catalogue);
    const name = fc.constantFrom(...catalogue.actions.map((action) => action.name));
    const cut = fc
      .tuple(name, fc.nat(30), fc.nat(30), fc.constantFrom("*", "?", "", "*?"), fc.boolean())
      .map(([action, from, length, wildcard, upper]) => {
        const at = Math.min(from, action.length);
        const cutOut = `${action.slice(0, at)}${wildcard}${action.slice(at + length)}`;
        const written = cutOut.includes(":") || /[*?]/.test(cutOut) ? cutOut : `${cutOut}:*`;
        return upper ? written.toUpperCase() : written;
      });
    fc.assert(
      fc.property(
        fc.array(cut, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        (patterns, inverted) => {
          const globs = patterns.map(
            (one) =>
              new RegExp(
                `^${one
                  .replace(/[.+^${}()|[\]\\]/g, "\\$&")
                  .replaceAll("*", ".*")
                  .replaceAll("?", ".")}$`,
                "i",
              ),
          );
          const tried = catalogue.actions.flatMap((action, at) =>
            globs.some((glob) => glob.test(action.name)) === inverted ? [] : [at],
          );
          expect([...positionsOf(expander.expand({ patterns, inverted }))]).toEqual(tried);
        },
      ),
      { numRuns: 60 },
    );
  });
});

test("a list of everything but nothing known is everything", () => {
  expect(ids(of(allBut("brandnew:*")))).toContain("administrator");
});
