/** The deny policy says exactly what the leases say, and nothing that is not its own shape passes for it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  choosePolicy,
  DENY_POLICY_CAPACITY,
  denyPolicyRoom,
  parseDenyPolicy,
  PLACEHOLDER_USER_ID,
  renderDenyPolicy,
} from "#core/domain/revocation/deny-policy";
import { userIdOf } from "./records.ts";

const userId = fc.oneof(
  fc.integer({ min: 0, max: 0xffff_ffff }).map(userIdOf),
  fc.uuid().filter((id) => id !== PLACEHOLDER_USER_ID),
);

describe("rendering", () => {
  test("what is rendered parses back to the same sorted ids, whatever their order and repetition", () => {
    fc.assert(
      fc.property(fc.array(userId, { maxLength: 150 }), (ids) => {
        const expected = [...new Set(ids)].sort();
        const text = renderDenyPolicy(ids);
        expect(renderDenyPolicy([...ids, ...ids].toReversed())).toBe(text);
        expect(parseDenyPolicy(text)).toEqual({ ok: true, userIds: expected });
      }),
      { numRuns: 1_000 },
    );
  });

  test("nobody is denied by the placeholder alone", () => {
    expect(renderDenyPolicy([])).toContain(PLACEHOLDER_USER_ID);
    expect(parseDenyPolicy(renderDenyPolicy([]))).toEqual({ ok: true, userIds: [] });
  });

  test("text that is no userId is refused, because it would deny nobody", () => {
    expect(() => renderDenyPolicy(["*"])).toThrow(RangeError);
  });
});

describe("parsing", () => {
  const own = renderDenyPolicy([userIdOf(1), userIdOf(2)]);
  const edited: readonly (readonly [string, string])[] = [
    ["no JSON", `${own}x`],
    ["a statement more", own.replace("]}}}]", "]}}},{}]")],
    ["Allow", own.replace('"Deny"', '"Allow"')],
    ["another Sid", own.replace("CurfewDeny", "Other")],
    ["fewer actions", own.replace('"Action":"*"', '"Action":"s3:*"')],
    ["fewer resources", own.replace('"Resource":"*"', '"Resource":"arn:aws:s3:::*"')],
    ["NotAction", own.replace('"Action"', '"NotAction"')],
    ["a wildcard operator", own.replace("StringEquals", "StringLike")],
    ["a negated operator", own.replace("StringEquals", "StringNotEquals")],
    ["another key", own.replace("identitystore:userId", "aws:userid")],
    [
      "a condition more",
      own.replace('"StringEquals"', '"Bool":{"aws:ViaAWSService":"false"},"StringEquals"'),
    ],
    ["a repeated key", own.replace('"Effect":"Deny"', '"Effect":"Allow","Effect":"Deny"')],
    ["an id that is none", own.replace(userIdOf(1), "everyone")],
    ["an empty list", renderDenyPolicy([]).replace(`"${PLACEHOLDER_USER_ID}"`, "")],
    ["an old version", own.replace("2012-10-17", "2008-10-17")],
    ["null", "null"],
  ];
  test.each(edited)("a text with %s is refused with its reason", (_what, text) => {
    expect(text).not.toBe(own);
    expect(parseDenyPolicy(text)).toEqual({
      ok: false,
      reason: expect.stringMatching(/\w{3,}/) as string,
    });
  });

  test("changing any one character never gives another list of the same people", () => {
    fc.assert(
      fc.property(
        fc.nat(own.length - 1),
        fc.string({ minLength: 1, maxLength: 1 }),
        (place, character) => {
          const text = own.slice(0, place) + character + own.slice(place + 1);
          const parsed = parseDenyPolicy(text);
          fc.pre(text !== own && parsed.ok);
          // Only an id's own digits may differ: then the ids that are read are those that stand there.
          expect(parsed.ok && parsed.userIds.every((id) => text.includes(id))).toBe(true);
        },
      ),
    );
  });

  test("white space does not make a text foreign", () => {
    expect(parseDenyPolicy(JSON.stringify(JSON.parse(own), null, 2)).ok).toBe(true);
  });
});

describe("room", () => {
  const fill = (from: number): string[] => {
    const ids: string[] = [];
    while (denyPolicyRoom([...ids, userIdOf(from + ids.length)]).remaining >= 0)
      ids.push(userIdOf(from + ids.length));
    return ids;
  };

  test("about two hundred people fit, and the text never exceeds what AWS takes", () => {
    const ids = fill(0);
    expect(ids.length).toBeGreaterThanOrEqual(190);
    expect(renderDenyPolicy(ids).length).toBeLessThanOrEqual(DENY_POLICY_CAPACITY);
  });

  test("a person goes where they are already, else where most room is, and nowhere when all are full", () => {
    const full = { policyId: "p-full", userIds: fill(0) };
    const some = { policyId: "p-some", userIds: [userIdOf(5_000)] };
    const empty = { policyId: "p-empty", userIds: [] };
    expect(choosePolicy([full, some, empty], userIdOf(9_999))).toBe("p-empty");
    expect(choosePolicy([full, some, empty], userIdOf(5_000))).toBe("p-some");
    expect(choosePolicy([full], userIdOf(0))).toBe("p-full");
    expect(choosePolicy([full], userIdOf(9_999))).toBeNull();
  });
});
