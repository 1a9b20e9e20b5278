/** What is passed over without being parsed is nobody's loss: the decoder would have ignored it too, for the same reason. */
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as belonging from "#core/domain/trail/belonging";
import { decodeRecord } from "#core/domain/trail/decode";
import { MARKS } from "#core/domain/trail/file/relevance";
import { USER, STORE, assumeRole, call, portal, record, signIn } from "#test/support/records";
import { readWhole, trailFile } from "./files.ts";

const AT = "2026-11-02T08:00:00Z";

/** Every text of every set, map and pattern that decides whether a record is ours: a new one joins by being exported. */
const WORDS = Object.values(belonging).flatMap((value: unknown): string[] => {
  if (value instanceof Set || value instanceof Map) return [...value.keys()].map(String);
  if (value instanceof RegExp) return value.source.match(/[A-Za-z]{6,}/g) ?? [];
  return typeof value === "string" ? [value] : [];
});

/** A record that is passed over says plainly where and when: most do, so that most could be. */
const mostly = <T>(usual: T, arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary });

const source = fc.oneof(
  fc.constantFrom(...WORDS.filter((word) => word.includes("."))),
  fc
    .constantFrom("ec2", "s3", "sts", "iam", "organizations", "cloudtrail", "signin", "SSO", "Sts")
    .map((name) => `${name}.amazonaws.com`),
  fc.string(),
);
const name = fc.oneof(
  fc.constantFrom(...WORDS),
  fc.constantFrom("AssumeRole", "AssumeRoleWithSAML", "CreateRole", "UpdateAssumeRolePolicy"),
  fc.constantFrom("DescribeInstances", "ConsoleLogin", "CreateOAuth2Token", "CreateSAMLProvider"),
  fc.string(),
);
const said = fc.oneof(
  fc.constantFrom(...MARKS, ...WORDS, "arn:aws:cloudtrail:eu-central-1:111122223333:trail/all"),
  fc.constantFrom(
    "AWSReservedSSO_PowerUser_0a1b2c3d4e5f6a7b",
    "arn:aws:sts::444455556666:assumed-role/AWSReservedSSO_PowerUser_0a1b2c3d4e5f6a7b/ada",
    '{"Principal":{"Service":"account-access.amazonaws.com"}}',
  ),
  fc.string(),
);
const identity = fc.record(
  {
    type: fc.constantFrom("AssumedRole", "AWSService", "IAMUser", "IdentityCenterUser"),
    arn: said,
    accountId: fc.constant("111122223333"),
    invokedBy: said,
    onBehalfOf: fc.constantFrom({ userId: USER, identityStoreArn: STORE }, [], {}),
    sessionContext: fc.record(
      { sessionIssuer: fc.record({ userName: said }), signInSessionArn: said },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);
const parameters = fc.record(
  {
    name: said,
    trailName: said,
    roleArn: said,
    policyDocument: said,
    isOrganizationTrail: fc.boolean(),
    nested: fc.jsonValue(),
  },
  { requiredKeys: [] },
);
const anyRecord = fc.record(
  {
    eventVersion: fc.constant("1.11"),
    userIdentity: identity,
    eventTime: mostly(
      AT,
      fc.constantFrom("2026-11-02T08:59:60Z", "now", "2026-02-30T08:00:00Z", ""),
    ),
    eventSource: source,
    eventName: name,
    awsRegion: mostly("eu-central-1", fc.constantFrom("", "not a region", "us-gov-west-1")),
    sourceIPAddress: fc.constantFrom("192.0.2.1", "account-access.amazonaws.com"),
    errorCode: mostly("", fc.constant("AccessDenied")),
    requestParameters: parameters,
    responseElements: parameters,
    eventID: fc.uuid(),
    recipientAccountId: mostly("111122223333", fc.constantFrom("", "x")),
    eventCategory: mostly("Management", fc.constantFrom("Insight", "insight", "Data", "")),
  },
  {
    requiredKeys: [
      "eventSource",
      "eventName",
      "eventTime",
      "awsRegion",
      "recipientAccountId",
      "errorCode",
    ],
  },
);

/** What the decoder says of records, and what reading them as a file says. */
async function bothWays(records: readonly unknown[], json: string) {
  const read = await readWhole(Buffer.from(json));
  const parsed = records.map((one) => decodeRecord(one));
  const given = new Map(read.decoded.map((one) => [one.position, one.decoded]));
  return { read, parsed, given };
}

async function expectNoLoss(records: readonly unknown[], json: string): Promise<number> {
  const { read, parsed, given } = await bothWays(records, json);
  expect(read.records).toBe(records.length);
  for (const [position, decoded] of parsed.entries()) {
    const found = given.get(position);
    if (found === undefined)
      expect(decoded).toMatchObject({
        outcome: "ignored",
        reason: "other-service",
        seen: expect.anything(),
      });
    else expect(found).toEqual(decoded);
  }
  return read.passedOver;
}

/** Letters as their numbers: the same JSON. The key of the list stays, because no record stands before it. */
const written = (json: string, which: (letter: string, at: number) => boolean): string =>
  json.replace(/"(?:[^"\\]|\\.)*"/g, (text, start: number) =>
    text === '"Records"'
      ? text
      : text.replace(/\\(?:u....|.)|[a-zA-Z]/g, (one, at: number) =>
          one.length > 1 || !which(one, start + at)
            ? one
            : `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
        ),
  );
const escaped = (json: string): string => written(json, () => true);
const sparselyEscaped = (json: string): string =>
  written(json, (letter, at) => /[sSoAO]/.test(letter) && at % 7 === 0);

const plain = record(AT, "ec2.amazonaws.com", "DescribeInstances", {
  userIdentity: { type: "Root" },
});

/** What may make a record ours by what it holds, each alone. */
const TELLING: readonly Record<string, unknown>[] = [
  {},
  { errorCode: "AccessDenied" },
  { eventCategory: "Insight" },
  { eventCategory: "insight" },
  { requestParameters: { isOrganizationTrail: true } },
  { responseElements: { isOrganizationTrail: true } },
  ...["name", "trailName", "trailARN"].map((key) => ({
    requestParameters: { [key]: "arn:aws:cloudtrail:eu-central-1:111122223333:trail/all" },
  })),
  { requestParameters: { policyDocument: '{"Service":"account-access.amazonaws.com"}' } },
  { requestParameters: { assumeRolePolicyDocument: '{"Service":"account-access.amazonaws.com"}' } },
  {
    requestParameters: {
      roleArn: "arn:aws:iam::444455556666:role/AWSReservedSSO_A_0a1b2c3d4e5f6a7b",
    },
  },
  { sourceIPAddress: "account-access.amazonaws.com", userIdentity: { type: "AWSService" } },
  { userIdentity: { invokedBy: "account-access.amazonaws.com" } },
  { userIdentity: { type: "AssumedRole", onBehalfOf: { userId: USER, identityStoreArn: STORE } } },
  {
    userIdentity: { type: "AssumedRole", sessionContext: { signInSessionArn: "arn:aws:signin:x" } },
  },
  {
    userIdentity: {
      type: "AssumedRole",
      arn: "arn:aws:sts::444455556666:assumed-role/AWSReservedSSO_A_1/b",
    },
  },
  {
    userIdentity: {
      type: "AssumedRole",
      sessionContext: { sessionIssuer: { userName: "AWSReservedSSO_A_0a1b2c3d4e5f6a7b" } },
    },
  },
];

const SOURCES = [
  ...WORDS.filter((word) => word.endsWith(".amazonaws.com") || word.endsWith(".amazon.com")),
  ...["ec2", "s3", "sts", "iam", "organizations", "cloudtrail", "SSO", "Signin"].map(
    (service) => `${service}.amazonaws.com`,
  ),
];
const NAMES = [
  ...WORDS.filter((word) => !word.includes(".")),
  "AssumeRole",
  "AssumeRoleWithSAML",
  "CreateRole",
  "UpdateAssumeRolePolicy",
  "RunInstances",
  "CreateSAMLProvider",
  "CreateOpenIDConnectProvider",
  "CreateOAuth2Token",
];

/** Every mark with one of its characters as a number. */
const withoutMarks = (json: string): string =>
  MARKS.reduce(
    (text, mark) =>
      text.replaceAll(
        mark,
        mark.replace(/[SBI-]/, (one) => `\\u00${one.charCodeAt(0).toString(16)}`),
      ),
    json,
  );

test.each([
  ["as it is", (json: string) => json],
  ["with a character of each mark as its number", withoutMarks],
])(
  "no record of any source, name and content that decides is passed over wrongly, %s",
  async (_how, rewritten) => {
    for (const eventSource of SOURCES) {
      const records = NAMES.flatMap((eventName) =>
        TELLING.map((more) => ({
          ...record(AT, eventSource, eventName),
          userIdentity: { type: "Root" },
          ...more,
        })),
      );
      const passed = await expectNoLoss(
        [plain, ...records],
        rewritten(trailFile(plain, ...records)),
      );
      expect(passed, eventSource).toBeGreaterThan(0);
    }
  },
);

describe("passing over", () => {
  test("loses no record that the decoder would keep, whatever it says", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord, { minLength: 1, maxLength: 12 }), async (records) => {
        const all = [plain, ...records];
        expect(await expectNoLoss(all, trailFile(...all))).toBeGreaterThan(0);
      }),
      { numRuns: 600 },
    );
  });

  test.each([
    ["every letter is written as its number", escaped],
    ["some letters are written as their numbers", sparselyEscaped],
    ["it is laid out over lines", (json: string) => JSON.stringify(JSON.parse(json), null, 2)],
  ])("loses none when %s", async (_what, rewritten) => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord, { minLength: 1, maxLength: 5 }), async (records) => {
        const all = [
          plain,
          signIn(AT),
          portal(AT, "Federate"),
          assumeRole(AT),
          call(AT, AT),
          ...records,
        ];
        const json = rewritten(JSON.stringify({ Records: all }));
        const parsed = (JSON.parse(json) as { Records: unknown[] }).Records;
        expect(await expectNoLoss(parsed, json)).toBeLessThan(all.length);
      }),
      { numRuns: 60 },
    );
  });

  test("is what happens to an ordinary record, and to none that bears a mark", async () => {
    expect(await expectNoLoss([plain, plain], trailFile(plain, plain))).toBe(2);
    for (const mark of MARKS) {
      const marked = { ...plain, requestParameters: { text: `x${mark}y` } };
      expect(await expectNoLoss([plain, marked], trailFile(plain, marked)), mark).toBe(1);
    }
  });

  test("counts what it passes over by account, Region and hour", async () => {
    const { openTrailFile } = await import("#core/domain/trail/file");
    const at = (time: string, awsRegion = "eu-central-1") => ({
      ...plain,
      eventTime: time,
      awsRegion,
    });
    const times = ["2026-11-02T08:30:00Z", "2026-11-02T08:10:00Z", "2026-11-02T09:00:00Z"];
    const json = trailFile(...times.map((time) => at(time)), at(times[0]!, "eu-west-1"));
    const file = await openTrailFile(Buffer.from(json), "case.json");
    const [page] = [...(file.pages(0) as Iterable<{ passedOver: unknown }>)];
    const span = { reason: "other-service", accountId: "111122223333", region: "eu-central-1" };
    expect(page!.passedOver).toEqual([
      { ...span, first: "2026-11-02T08:10:00.000Z", last: "2026-11-02T08:30:00.000Z", records: 2 },
      { ...span, first: "2026-11-02T09:00:00.000Z", last: "2026-11-02T09:00:00.000Z", records: 1 },
      {
        ...span,
        region: "eu-west-1",
        first: "2026-11-02T08:30:00.000Z",
        last: "2026-11-02T08:30:00.000Z",
        records: 1,
      },
    ]);
  });

  const samples = new URL("../../../../shared/samples/cloudtrail/", import.meta.url);
  test.each([
    "stratus-red-team.ndjson.gz",
    "invictus-aws-dataset.ndjson.gz",
    "awsdocs-sso-user-guide-current.ndjson",
    "awsdocs-sso-user-guide-2023.ndjson",
    "cartography-lookup-events.ndjson",
  ])("loses none of the published records of %s", async (file) => {
    const path = new URL(file, samples);
    if (!existsSync(path)) return;
    const bytes = readFileSync(path);
    const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
    const records = text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => {
        const value = JSON.parse(line) as Record<string, unknown>;
        return "record" in value && !("eventSource" in value) ? value["record"] : value;
      });
    expect(await expectNoLoss(records, text)).toBeLessThanOrEqual(records.length);
  });
});
