/** Every kind of file that people and services hand over, sound or not, and what becomes of it. */
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { openTrailFile } from "#core/domain/trail/file";
import { call, portal, record, signIn } from "#test/support/records";
import { inPieces, readWhole, refusal, trailFile } from "./files.ts";

const AT = "2026-11-02T08:00:00Z";
const one = signIn(AT);
const two = portal(AT, "Authenticate");
const foreign = record(AT, "ec2.amazonaws.com", "DescribeInstances", {
  userIdentity: { type: "Root" },
});
const json = (value: unknown): string => JSON.stringify(value);
const gz = gzipSync(trailFile(one, two));

const changed = (bytes: Buffer, at: number, flip: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at < 0 ? copy.length + at : at]! ^= flip;
  return copy;
};
/** `@@` becomes a byte that begins a character and one that does not go on with it. */
const notUtf8 = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  bytes.set([0xc3, 0x28], bytes.indexOf("@@"));
  return bytes;
};
const csv = (...rows: string[][]): string =>
  rows.map((row) => row.map((field) => `"${field.replaceAll('"', '""')}"`).join(",")).join("\r\n");

type Given = Buffer | string;
type Counts = { records: number; appended?: number; ignored?: number; undecodable?: number };
const BROKEN = "input.broken-gzip";
const NOT = "input.not-cloudtrail";
const both = { records: 2, appended: 2 };

const DAMAGED: [string, Given, Counts | string][] = [
  ["a gzip cut in half", gz.subarray(0, gz.length / 2), BROKEN],
  ["a gzip without its last 4 bytes", gz.subarray(0, -4), BROKEN],
  ["a wrong checksum", changed(gz, -5, 0xff), BROKEN],
  ["a flipped bit", changed(gz, 60, 0x10), BROKEN],
  [
    "two gzip members, each a file",
    Buffer.concat([one, two].map((it) => gzipSync(trailFile(it)))),
    both,
  ],
  [
    "two gzip members, each a line",
    Buffer.concat([one, two].map((it) => gzipSync(`${json(it)}\n`))),
    both,
  ],
  ["garbage behind a gzip", Buffer.concat([gz, Buffer.from("garbage")]), BROKEN],
  ["zero bytes behind a gzip", Buffer.concat([gz, Buffer.alloc(512)]), BROKEN],
  ["plain JSON named .gz", trailFile(one, two), both],
  ["an empty file", "", NOT],
  ["a gzip of nothing", gzipSync(""), NOT],
  ["a double gzip", gzipSync(gz), BROKEN],
  ["a byte order mark", `\uFEFF${trailFile(one, two)}`, both],
  ["UTF-16", Buffer.from(`\uFEFF${trailFile(one)}`, "utf16le"), NOT],
  [
    "a byte that is not UTF-8 in one of two records",
    notUtf8(trailFile({ ...one, x: "@@" }, two)),
    { records: 2, appended: 1, undecodable: 1 },
  ],
  [
    "a byte that is not UTF-8 in a foreign record",
    notUtf8(trailFile({ ...foreign, x: "@@" }, two)),
    { records: 2, appended: 1, undecodable: 1 },
  ],
  [
    "characters beyond ASCII",
    trailFile({ ...foreign, x: "Zoë 東" }, { ...one, x: "Zoë 東" }),
    { records: 2, appended: 1, ignored: 1 },
  ],
  ["NDJSON", `${json(one)}\n${json(two)}\n`, both],
  ["NDJSON with Windows line ends and empty lines", `${json(one)}\r\n\r\n${json(two)}\r\n`, both],
  [
    "NDJSON with a cut line in the middle",
    `${json(one)}\n${json(two).slice(0, 90)}\n${json(foreign)}`,
    { records: 3, appended: 1, ignored: 1, undecodable: 1 },
  ],
  [
    "NDJSON with a line cut between members",
    `${json(one)}\n{"a":1,\n${json(two)}`,
    { records: 3, appended: 2, undecodable: 1 },
  ],
  [
    "NDJSON with a line of words",
    `starting up\n${json(one)}`,
    { records: 2, appended: 1, undecodable: 1 },
  ],
  [
    "one bad record among good ones",
    `{"Records":[${json(one)},{"eventSource":tru},${json(two)}]}`,
    { records: 3, appended: 2, undecodable: 1 },
  ],
  [
    "null, a number and a text as records",
    trailFile(null, 7, "text", one),
    { records: 4, appended: 1, undecodable: 3 },
  ],
  ["a trailing comma", `{"Records":[${json(one)},]}`, NOT],
  ["a missing comma", `{"Records":[${json(one)}${json(two)}]}`, NOT],
  ["a file that was cut", trailFile(one, two).slice(0, -40), NOT],
  ["`records` in lower case", json({ records: [one] }), NOT],
  ["Records null", '{"Records":null}', NOT],
  ["Records an object", '{"Records":{}}', NOT],
  ["Records a text", '{"Records":"[]"}', NOT],
  ["no records", trailFile(), NOT],
  ["an array", json([one, two]), both],
  ["an array of files", json([{ Records: [one] }, { Records: [two] }]), both],
  ["one record", json(one), { records: 1, appended: 1 }],
  ["one record over lines", JSON.stringify(one, null, 2), { records: 1, appended: 1 }],
  [
    "a record with a member called Records",
    json({ ...one, Records: [two] }),
    { records: 1, appended: 1 },
  ],
  ["a bomb of spaces", gzipSync(Buffer.alloc(600 * 1024 * 1024, " ")), "input.too-large"],
  ["a digest file", json({ awsAccountId: "111122223333", digestStartTime: AT, logFiles: [] }), NOT],
  [
    "an Insight file",
    trailFile(
      record(AT, "ssm.amazonaws.com", "UpdateInstanceInformation", { eventCategory: "Insight" }),
    ),
    { records: 1, ignored: 1 },
  ],
  ["nesting 50,000 deep", "[".repeat(50_000) + "]".repeat(50_000), NOT],
];

const CARRIED: [string, Given, Counts | string][] = [
  [
    "the answer of LookupEvents",
    json({ Events: [{ EventId: "x", CloudTrailEvent: json(one) }], NextToken: "n" }),
    { records: 1, appended: 1 },
  ],
  [
    "its events a line each",
    `${json({ CloudTrailEvent: json(one) })}\n${json({ CloudTrailEvent: json(two) })}`,
    both,
  ],
  [
    "an answer with a text that is no JSON",
    json({ Events: [{ CloudTrailEvent: "{" }, { CloudTrailEvent: json(one) }] }),
    { records: 2, appended: 1, undecodable: 1 },
  ],
  [
    "EventBridge",
    json({ "detail-type": "AWS API Call via CloudTrail", detail: one }),
    { records: 1, appended: 1 },
  ],
  [
    "rows of CloudTrail Lake",
    json({
      QueryStatus: "FINISHED",
      QueryResultRows: [[{ eventID: "x" }, { eventJson: json(one) }], [{ eventJson: json(two) }]],
    }),
    both,
  ],
  [
    "rows of CloudTrail Lake without whole records",
    json({ QueryResultRows: [[{ eventName: "Federate" }, { eventSource: "sso.amazonaws.com" }]] }),
    NOT,
  ],
  ...["eventJson", "eventData", "event", "record", "rawEvent", "_raw", "message", "eventdata"].map(
    (name): [string, Given, Counts] => [
      `records under ${name}`,
      `${json({ [name]: json(one) })}\n${json({ other: 1, [name]: two })}`,
      both,
    ],
  ),
  [
    "CSV with a column of records",
    csv(["eventid", "eventjson"], ["a", json(one)], ["b", json({ ...two, x: 'a\nb, "c"' })]),
    both,
  ],
  [
    "CSV with a short row",
    `${csv(["eventid", "eventjson"], ["a", json(one)])}\r\nb\r\n`,
    { records: 2, appended: 1, undecodable: 1 },
  ],
  ["CSV of selected columns", csv(["eventName", "eventTime"], ["Federate", AT]), NOT],
];

describe.each([
  ["a file", DAMAGED],
  ["what carries records", CARRIED],
])("%s", (_topic, cases) => {
  test.each(cases)("%s", async (_what, given, gives) => {
    const bytes = Buffer.from(given);
    for (const source of [bytes, inPieces(bytes, 1024 * 1024)]) {
      if (typeof gives === "string") expect(await refusal(source)).toBe(gives);
      else {
        const read = await readWhole(source);
        expect(read).toMatchObject({ appended: 0, ignored: 0, undecodable: 0, ...gives });
      }
    }
  });
});

test("a file of selected columns is told which column is missing", async () => {
  const file = openTrailFile(
    Buffer.from(csv(["eventName", "eventTime"], ["Federate", AT])),
    "lake.csv",
  );
  await expect(file).rejects.toThrow("eventJson in CloudTrail Lake, is missing");
});

test("a gzip that is cut at any byte is refused, held or streamed", async () => {
  for (let length = 2; length < gz.length; length++) {
    const cut = gz.subarray(0, length);
    expect(await refusal(cut), `${length} bytes`).toBe(BROKEN);
    if (length % 7 === 0) expect(await refusal(inPieces(cut, 100)), `${length} bytes`).toBe(BROKEN);
  }
});

test("a gzip in which any bit is flipped is refused, but for the bits that say nothing of its content", async () => {
  const whole = await readWhole(gz);
  // Time, compression level and system in the header, whether it is text (RFC 1952, 2.3), and what fills the last byte of the data.
  const isMute = (at: number, bit: number) =>
    (at >= 4 && at <= 9) || (at === 3 && bit === 0) || at === gz.length - 9;
  for (let at = 0; at < gz.length; at++) {
    for (const bit of [0, 3, 7]) {
      const flipped = changed(gz, at, 1 << bit);
      const code = await refusal(flipped);
      if (code !== null) continue;
      expect(isMute(at, bit), `bit ${bit} of byte ${at}`).toBe(true);
      expect((await readWhole(flipped)).decoded).toEqual(whole.decoded);
    }
  }
});

const MIXED = trailFile(
  one,
  foreign,
  call(AT, AT),
  null,
  { ...foreign, x: 'a"\\\\"\\u0041 é' },
  two,
  foreign,
);

test.each([
  ["JSON", MIXED],
  ["JSON over lines", JSON.stringify(JSON.parse(MIXED), null, 1)],
  ["NDJSON", [one, foreign, two].map(json).join("\n")],
  ["NDJSON with a cut line", [json(one), json(foreign).slice(0, 70), json(two)].join("\n")],
  ["CSV", csv(["a", "eventJson"], ["x", json(one)], ["y\n", json(foreign)])],
])("%s in pieces of any size gives what it gives whole, from any place on", async (_what, text) => {
  const bytes = Buffer.from(text);
  const whole = await readWhole(bytes);
  // The first bytes tell what a file is and come in one piece: what follows them is cut everywhere.
  const lead = Buffer.alloc(70_000, " ");
  const behind = text.startsWith('"a"') ? bytes : Buffer.concat([lead, bytes]);
  for (const size of [1, 2, 3, 5, 7, 64, 101]) {
    const read = await readWhole(inPieces(behind, size));
    expect(read, `pieces of ${size}`).toEqual(whole);
  }
  for (let from = 0; from <= whole.records; from++) {
    const rest = await readWhole(bytes, from);
    expect(rest.decoded).toEqual(whole.decoded.filter((it) => it.position >= from));
    expect(rest.decoded.length + rest.passedOver).toBe(whole.records - from);
  }
});

test("a record larger than 16 MiB is one undecodable record, and its neighbours are read", async () => {
  const huge = { ...one, x: 'a"\\'.repeat(7 * 1024 * 1024) };
  const text = Buffer.from(trailFile(one, huge, two));
  const read = await readWhole(inPieces(text, 1024 * 1024));
  expect(read).toMatchObject({ records: 3, appended: 2, undecodable: 1 });
  const { createHash } = await import("node:crypto");
  expect(read.decoded[1]!.decoded).toMatchObject({
    reason: "larger than 16 MiB",
    recordSha256: createHash("sha256").update(JSON.stringify(huge)).digest("hex"),
  });
});

test("a source that gives other bytes the second time is refused, not misread", async () => {
  let reading = 0;
  const source = {
    *chunks() {
      reading += 1;
      yield Buffer.from(reading === 1 ? trailFile(one) : trailFile(two));
    },
  };
  expect(await refusal(source)).toBe("input.unreadable-file");
});

test("a file says what it is: bytes and hashes, as stored and unpacked", async () => {
  const { createHash } = await import("node:crypto");
  const hash = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest("hex");
  for (const source of [gz, inPieces(gz, 50)]) {
    const file = await openTrailFile(source, "case.json.gz");
    expect(file).toMatchObject({ bytes: gz.length, sha256: hash(gz), records: 2 });
    expect(file.contentBytes).toBe(Buffer.byteLength(trailFile(one, two)));
    expect(file.contentSha256()).toBe(hash(trailFile(one, two)));
  }
});
