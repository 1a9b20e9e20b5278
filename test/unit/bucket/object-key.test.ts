import { expect, test } from "vitest";
import { parseObjectKey, shownKey } from "#core/domain/trail/object-key";

const NAME = "444455556666_CloudTrail_eu-central-1_20260504T0930Z_Ab12Cd34Ef56Gh78.json.gz";
const FOLDER = "AWSLogs/o-exampleorg/444455556666/CloudTrail/eu-central-1/2026/05/04";
const KEY = `${FOLDER}/${NAME}`;

test("a log file's key says its organisation, account, Region and minute of delivery", () => {
  expect(parseObjectKey(KEY)).toEqual({
    kind: "log",
    prefix: "",
    organizationId: "o-exampleorg",
    accountId: "444455556666",
    region: "eu-central-1",
    deliveredAt: "2026-05-04T09:30:00.000Z",
  });
});

test.each([
  ["a prefix", `audit/aws/${KEY}`, { prefix: "audit/aws/" }],
  ["a trail of one account", KEY.replace("o-exampleorg/", ""), { organizationId: null }],
  [
    "a Region of another partition",
    KEY.replaceAll("eu-central-1", "us-gov-west-1"),
    { region: "us-gov-west-1" },
  ],
])("%s is read as such", (_, key, expected) => {
  expect(parseObjectKey(key)).toMatchObject({ kind: "log", ...expected });
});

test.each([
  ["digest", KEY.replaceAll("CloudTrail", "CloudTrail-Digest")],
  ["insight", KEY.replaceAll("CloudTrail", "CloudTrail-Insight")],
])("the key of a %s is recognised by its folder", (kind, key) => {
  expect(parseObjectKey(key)).toMatchObject({ kind, accountId: "444455556666" });
});

test.each([
  ["empty", "", /empty/],
  ["with .. in it", `AWSLogs/../${KEY}`, /\.\./],
  ["with a line break in it", KEY.replace(".json", "\n.json"), /control character/],
  ["with NUL in it", `${KEY}\0`, /control character/],
  ["with half a surrogate in it", `\ud800/${KEY}`, /control character/],
  ["longer than 1,024 bytes", `${"ä".repeat(500)}/${KEY}`, /1024 bytes/],
  ["percent-encoded once more", KEY.replaceAll("/", "%2F"), /form/],
  [
    "of another account in its name",
    KEY.replace("/444455556666_", "/111122223333_"),
    /one account/,
  ],
  ["of another Region in its name", KEY.replace("_eu-central-1_", "_us-east-1_"), /one Region/],
  ["of another day in its name", KEY.replace("_20260504", "_20260505"), /one day/],
  [
    "of a day that there is not",
    KEY.replaceAll("05/04", "02/30").replace("0504T", "0230T"),
    /calendar/,
  ],
  ["of a minute that there is not", KEY.replace("T0930", "T0960"), /calendar/],
  ["of something else", "AWSLogs/444455556666/vpcflowlogs/eu-central-1/2026/05/04/x.gz", /form/],
  ["of a test file", `${FOLDER}/`, /form/],
  ["with a name of somebody else", `${FOLDER}/notes.json.gz`, /name of a log file/],
  ["with a path below the day", `${FOLDER}/more/${NAME}`, /form/],
])("a key that is %s is foreign, with the reason", (_, key, reason) => {
  const parsed = parseObjectKey(key);
  expect(parsed.kind).toBe("foreign");
  expect(parsed.kind === "foreign" && parsed.reason).toMatch(reason);
});

test("a key of exactly 1,024 bytes is read", () => {
  const prefix = `${"a".repeat(1_024 - KEY.length - 1)}/`;
  expect(parseObjectKey(prefix + KEY)).toMatchObject({ kind: "log", prefix });
});

test("a key is shown on one line and cut", () => {
  expect(shownKey("a\nb\u202ec")).toBe("a\uFFFDb\uFFFDc");
  expect(shownKey("x".repeat(1_000))).toHaveLength(201);
  expect(shownKey(`${"x".repeat(199)}😀${"x".repeat(9)}\ud83d`).isWellFormed()).toBe(true);
});
