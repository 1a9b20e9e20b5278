/** A role session without a record of its issue is bounded by what its permission set allowed then, as far as anything tells. */
import { expect, test } from "vitest";
import { longestIssued, permissionSetDurations } from "#core/domain/sessions/issued-durations";
import { settingsOf } from "#core/domain/sessions/durations";
import { assumeRole, call, MEMBER, OWNER, record, vend, TOKEN } from "../../support/records.ts";
import { at, decoded, only, rebuilt, type Json } from "./made.ts";

const ARN = "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef";
const HOURS = 3_600;

function change(time: string, name: string, parameters: Json): Json {
  return record(time, "sso.amazonaws.com", name, {
    userIdentity: { type: "AssumedRole", arn: `arn:aws:sts::${OWNER}:assumed-role/admin/x` },
    requestParameters: { permissionSetArn: ARN, ...parameters },
  });
}

const updated = (time: string, sessionDuration: string) =>
  change(time, "UpdatePermissionSet", { sessionDuration });
const provisioned = (time: string, targetId?: string) =>
  change(time, "ProvisionPermissionSet", {
    targetType: targetId === undefined ? "ALL_PROVISIONED_ACCOUNTS" : "AWS_ACCOUNT",
    ...(targetId === undefined ? {} : { targetId }),
  });
const seen = (from: string, sessionDuration: string, arn = ARN) => ({
  arn,
  name: "PowerUser",
  sessionDuration,
  from: at(from),
});

const DAY = "2026-11-09T";
const CRAWLED = seen(`${DAY}06:00:00Z`, "PT4H");

function longest(
  records: Json[],
  observed = [CRAWLED],
  issuedAt = `${DAY}08:30:00Z`,
): number | null {
  const sets = permissionSetDurations(decoded(...records), observed);
  const hours = longestIssued(sets, "PowerUser", MEMBER, at(issuedAt));
  return hours === null ? null : hours / HOURS;
}

test.each<[string, number | null, Json[]]>([
  ["what a crawl saw", 4, []],
  ["a longer one from its change on", 8, [updated(`${DAY}08:30:00Z`, "PT8H")]],
  ["not what comes later", 4, [updated(`${DAY}08:30:01Z`, "PT8H")]],
  ["a shorter one not before it is provisioned", 4, [updated(`${DAY}07:00:00Z`, "PT1H")]],
  [
    "a shorter one once it is provisioned everywhere",
    1,
    [updated(`${DAY}07:00:00Z`, "PT1H"), provisioned(`${DAY}08:30:00Z`)],
  ],
  [
    "a shorter one once it is provisioned to the account",
    1,
    [updated(`${DAY}07:00:00Z`, "PT1H"), provisioned(`${DAY}07:01:00Z`, MEMBER)],
  ],
  [
    "not a shorter one that is provisioned to another account",
    4,
    [updated(`${DAY}07:00:00Z`, "PT1H"), provisioned(`${DAY}07:01:00Z`, "777788889999")],
  ],
  [
    "not a shorter one that was provisioned before it was changed",
    4,
    [provisioned(`${DAY}06:59:00Z`), updated(`${DAY}07:00:00Z`, "PT1H")],
  ],
  ["an hour and a half", 4, [updated(`${DAY}07:00:00Z`, "PT1H30M")]],
  ["nothing that AWS could not have taken", 4, [updated(`${DAY}07:00:00Z`, "PT13H")]],
  ["nothing that no one can read", 4, [updated(`${DAY}07:00:00Z`, "eight hours")]],
])("the permission set's duration at issue is %s", (_what, hours, records) => {
  expect(longest(records)).toBe(hours);
  expect(longest(records.toReversed())).toBe(hours);
});

test("a change alone tells nothing while what counted before may still count", () => {
  const nameOnly = { ...CRAWLED, sessionDuration: "" };
  const change_ = updated(`${DAY}07:00:00Z`, "PT1H");
  expect(longest([change_], [nameOnly])).toBeNull();
  expect(longest([change_, provisioned(`${DAY}07:01:00Z`)], [nameOnly])).toBe(1);
});

test("nothing is known before the first crawl, nor of another set", () => {
  expect(longest([], [CRAWLED], `${DAY}05:59:59Z`)).toBeNull();
  expect(longest([], [{ ...CRAWLED, name: "ReadOnly" }])).toBeNull();
});

test("of two sets with one name the longer counts, and none where one is not known", () => {
  const other = ARN.replace("ps-1", "ps-2");
  expect(longest([], [CRAWLED, seen(`${DAY}07:00:00Z`, "PT6H", other)])).toBe(6);
  expect(longest([], [CRAWLED, seen(`${DAY}09:00:00Z`, "PT6H", other)])).toBeNull();
});

test("a session ends by what its set allowed when it was issued, and by its own record where there is one", () => {
  const settings = { ...settingsOf(null), permissionSets: permissionSetDurations([], [CRAWLED]) };
  const issued = `${DAY}08:30:00Z`;
  const used = call(`${DAY}08:40:00Z`, issued);
  const bySet = {
    at: `${DAY}12:30:00.000Z`,
    limitedBy: "session duration of the permission set at issue",
    certainty: "at-most",
  };
  expect(only(rebuilt([used], settings), "role").endsAt).toEqual(bySet);
  const vended = rebuilt([vend(issued, "GetRoleCredentials", TOKEN)], settings);
  expect(only(vended, "role").endsAt).toEqual(bySet);
  expect(only(rebuilt([used, assumeRole(issued, 7_200)], settings), "role").endsAt).toMatchObject({
    at: `${DAY}10:30:00.000Z`,
    certainty: "exact",
  });
});

test("a use after that end tells that the set allowed more", () => {
  const settings = { ...settingsOf(null), permissionSets: permissionSetDurations([], [CRAWLED]) };
  const issued = `${DAY}08:30:00Z`;
  const ends = [`${DAY}12:31:00Z`, `${DAY}12:31:01Z`].map(
    (time) => only(rebuilt([call(time, issued)], settings), "role").endsAt,
  );
  expect(ends).toMatchObject([
    { at: `${DAY}12:30:00.000Z` },
    { at: `${DAY}20:30:00.000Z`, limitedBy: "longest role session (12 h)" },
  ]);
});
