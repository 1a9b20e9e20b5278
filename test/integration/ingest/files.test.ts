/** Files that are damaged, of another shape or not CloudTrail's: each is read whole, record by record, or refused whole. */
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { portal, record, signIn } from "#test/support/records";
import { gzipped, openStand, trailFile, type Outcome, type Stand } from "./stand.ts";

const AT = "2026-11-02T08:00:00Z";
const one = () => signIn(AT);
const two = () => portal(AT, "Authenticate");

let stand: Stand;
beforeAll(async () => {
  stand = await openStand();
});
beforeEach(() => stand.clear());
afterAll(() => stand.drop());

interface Case {
  readonly what: string;
  readonly bytes: () => Uint8Array | string;
  readonly path?: string;
  /** What was counted, or the code of the fault. */
  readonly gives: Partial<Exclude<Outcome, string>> | string;
}

const appended = (count: number) => ({ records: count, appended: count });

function changed(bytes: Buffer, index: number, to: (byte: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  const at = index < 0 ? copy.length + index : index;
  copy[at] = to(copy[at]!);
  return copy;
}

const gz = (): Buffer => gzipped(trailFile(one(), two()));
const ndjson = (...lines: unknown[]): string =>
  lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");

const GZIP: Case[] = [
  { what: "gzip", bytes: gz, gives: appended(2) },
  { what: "half of a gzip", bytes: () => gz().subarray(0, 200), gives: "input.broken-gzip" },
  {
    what: "a gzip without its last 4 bytes",
    bytes: () => gz().subarray(0, -4),
    gives: "input.broken-gzip",
  },
  {
    what: "a wrong checksum",
    bytes: () => changed(gz(), -5, (byte) => byte ^ 0xff),
    gives: "input.broken-gzip",
  },
  {
    what: "a flipped bit in the compressed data",
    bytes: () => changed(gz(), 60, (byte) => byte ^ 0x10),
    gives: "input.broken-gzip",
  },
  {
    what: "two gzip members of one line each",
    bytes: () => Buffer.concat([one(), two()].map((it) => gzipped(`${JSON.stringify(it)}\n`))),
    gives: appended(2),
  },
  {
    what: "two gzip members of a whole file each, joined without a line break",
    bytes: () => Buffer.concat([gzipped(trailFile(one())), gzipped(trailFile(two()))]),
    gives: appended(2),
  },
  {
    what: "a second member that is truncated",
    bytes: () => Buffer.concat([gz(), gz().subarray(0, 100)]),
    gives: "input.broken-gzip",
  },
  {
    what: "plain JSON named .gz",
    bytes: () => trailFile(one()),
    path: "a.json.gz",
    gives: appended(1),
  },
  { what: "gzip named .json", bytes: gz, path: "a.json", gives: appended(2) },
  { what: "the gzip of nothing", bytes: () => gzipped(""), gives: "input.not-cloudtrail" },
  { what: "a double gzip", bytes: () => gzipSync(gz()), gives: "input.broken-gzip" },
];

const SHAPES: Case[] = [
  { what: "an empty file", bytes: () => "", gives: "input.not-cloudtrail" },
  { what: "a byte order mark", bytes: () => `\uFEFF${trailFile(one())}`, gives: appended(1) },
  {
    what: "UTF-16",
    bytes: () => Buffer.from(`\uFEFF${trailFile(one())}`, "utf16le"),
    gives: "input.not-cloudtrail",
  },
  {
    what: "a byte that is not UTF-8, in a file of one line",
    bytes: () => notUtf8(trailFile(signIn(AT, { userAgent: "@@@" }))),
    gives: "input.not-cloudtrail",
  },
  {
    what: "a byte that is not UTF-8, in one line of several",
    bytes: () => notUtf8(ndjson(one(), signIn(AT, { userAgent: "@@@" }), two())),
    gives: { records: 3, appended: 2, undecodable: 1 },
  },
  { what: "NDJSON", bytes: () => ndjson(one(), two()), gives: appended(2) },
  {
    what: "NDJSON with Windows line ends",
    bytes: () => ndjson(one(), two()).replaceAll("\n", "\r\n"),
    gives: appended(2),
  },
  {
    what: "NDJSON whose last line was cut",
    bytes: () => ndjson(one(), JSON.stringify(two()).slice(0, 90)),
    gives: { records: 2, appended: 1, undecodable: 1 },
  },
  {
    what: "a trailing comma",
    bytes: () => `{"Records":[${JSON.stringify(one())},]}`,
    gives: "input.not-cloudtrail",
  },
  {
    what: "`records` in lower case",
    bytes: () => JSON.stringify({ records: [one()] }),
    gives: "input.not-cloudtrail",
  },
  { what: "Records null", bytes: () => '{"Records":null}', gives: "input.not-cloudtrail" },
  { what: "Records an object", bytes: () => '{"Records":{}}', gives: "input.not-cloudtrail" },
  { what: "Records a string", bytes: () => '{"Records":"[]"}', gives: "input.not-cloudtrail" },
  { what: "Records empty", bytes: () => trailFile(), gives: "input.not-cloudtrail" },
  { what: "an array", bytes: () => JSON.stringify([one(), two()]), gives: appended(2) },
  { what: "one record", bytes: () => JSON.stringify(one()), gives: appended(1) },
  {
    what: "lookup-events output",
    bytes: () =>
      JSON.stringify({ Events: [{ EventId: "x", CloudTrailEvent: JSON.stringify(one()) }] }),
    gives: appended(1),
  },
  {
    what: "an array nested 50,000 deep",
    bytes: () => "[".repeat(50_000) + "]".repeat(50_000),
    gives: "input.not-cloudtrail",
  },
  {
    what: "a digest file",
    bytes: () =>
      JSON.stringify({ awsAccountId: "111122223333", digestStartTime: AT, logFiles: [] }),
    gives: "input.not-cloudtrail",
  },
  {
    what: "an Insight file",
    bytes: () =>
      trailFile(
        record(AT, "ssm.amazonaws.com", "UpdateInstanceInformation", { eventCategory: "Insight" }),
      ),
    gives: { records: 1, ignored: 1, ignoredByReason: { insight: 1 } },
  },
];

/** `@@@` becomes half of a character. */
function notUtf8(text: string): Buffer {
  const bytes = Buffer.from(text);
  const at = bytes.indexOf("@@@");
  bytes[at + 1] = 0xc3;
  bytes[at + 2] = 0x28;
  return bytes;
}

describe.each([
  ["compression", GZIP],
  ["shape", SHAPES],
])("%s", (_topic, cases) => {
  test.each(cases)("$what", async ({ bytes, path, gives }) => {
    const outcome = await stand.ingest(bytes(), path);
    if (typeof gives === "string") expect(outcome).toBe(gives);
    else expect(outcome).toMatchObject({ duplicates: 0, ignored: 0, undecodable: 0, ...gives });
  });
});

test("a gzip that is cut anywhere is refused and leaves nothing, and the whole one is read afterwards", async () => {
  const whole = gz();
  for (let length = 3; length < whole.length; length += 41) {
    expect(await stand.ingest(whole.subarray(0, length)), `${length} bytes`).toBe(
      "input.broken-gzip",
    );
  }
  expect(await stand.ingest(whole)).toMatchObject(appended(2));
});

test("one byte changed anywhere behind the header is refused or changes nothing", async () => {
  const whole = gz();
  for (let index = 10; index < whole.length; index += 37) {
    const outcome = await stand.ingest(changed(whole, index, (byte) => byte ^ 0x01));
    expect(outcome, `byte ${index}`).toBe("input.broken-gzip");
  }
});

test("a broken line is kept with its place, its hash and its text", async () => {
  await stand.ingest(ndjson(one(), '{"eventName": "cut', two()), "lines.ndjson");
  const { rows } = await stand.database.pool.query(
    "select origin, position, reason, excerpt, record_sha256 from undecodable_records",
  );
  expect(rows).toEqual([
    {
      origin: expect.stringMatching(/^file:[0-9a-f]{64}$/),
      position: 1,
      reason: "the line is not JSON",
      excerpt: '{"eventName": "cut',
      record_sha256: "a11e7a6a0e09a8f80b5df76ce45f3525b3c0b214c0d7e23ba33b09124476fe7f",
    },
  ]);
});
