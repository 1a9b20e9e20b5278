import { gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { judgeChain } from "#core/domain/digest/chain";
import { isProvable, judgeFile, namedFiles, type FoundLog } from "#core/domain/digest/files";
import { belowAwsLogs, digestName, logName } from "#core/domain/digest/name";
import { openDigest, type DigestFile } from "#core/domain/digest/open";
import { AWS, hourOf, logFile, makeDigest, sha256Of } from "./authority.ts";

const log = logFile(hourOf(0));
const digest = makeDigest({ endsAt: hourOf(1), logs: [log] });

const named = (...files: readonly DigestFile[]) =>
  namedFiles(
    judgeChain({
      digests: files.map(openDigest),
      later: [],
      keys: [AWS.key],
      known: new Set(),
      from: null,
    }),
  );
const found = (plain: Uint8Array): FoundLog => ({ sha256: sha256Of(plain) });

test("a log file with the bytes that its digest names is valid", () => {
  const [file] = named(digest.file);
  expect(isProvable(file!)).toBe(true);
  expect(judgeFile(file!, [found(log.plain)])).toEqual({
    accountId: "111122223333",
    region: "eu-central-1",
    bucket: "example-trail",
    key: log.key,
    digestKey: digest.key,
    expectedSha256: sha256Of(log.plain),
    verdict: "valid",
    reason: null,
  });
});

test("every single changed byte of a log file is invalid", () => {
  const [file] = named(digest.file);
  for (let at = 0; at < log.plain.length; at += 1) {
    const plain = Buffer.from(log.plain);
    plain[at]! ^= 1;
    expect(judgeFile(file!, [found(plain)]).verdict, `byte ${at}`).toBe("invalid");
  }
});

test("every single changed byte of a packed log file is noticed, unless the same records unpack from it", () => {
  const [file] = named(digest.file);
  for (let at = 0; at < log.bytes.length; at += 1) {
    const bytes = Buffer.from(log.bytes);
    bytes[at]! ^= 0x04;
    let one: FoundLog;
    let same = false;
    try {
      const plain = gunzipSync(bytes);
      same = plain.equals(log.plain);
      one = found(plain);
    } catch {
      one = { broken: "it does not unpack whole" };
    }
    expect(judgeFile(file!, [one]).verdict, `byte ${at}`).toBe(same ? "valid" : "invalid");
  }
});

test("a file that is gone is missing, and one of whose versions differs is invalid", () => {
  const [file] = named(digest.file);
  expect(judgeFile(file!, [{ absent: true }]).verdict).toBe("missing");
  expect(judgeFile(file!, []).verdict).toBe("missing");
  expect(judgeFile(file!, [found(log.plain), found(gzipSync("x"))]).verdict).toBe("invalid");
});

test("a digest that is not valid proves nothing of the files it names", () => {
  const [file] = named({ ...digest.file, signature: null });
  expect(isProvable(file!)).toBe(false);
  expect(judgeFile(file!, [found(log.plain)])).toMatchObject({
    verdict: "no-digest",
    reason: expect.stringContaining("unconfirmed: its signature is not at hand"),
  });
});

test("where two valid digests disagree about a file it is invalid, and an unproven one has no say", () => {
  const other = { ...log, plain: Buffer.from("other") };
  const backfill = makeDigest({ endsAt: hourOf(1), backfillGeneratedAt: hourOf(9), logs: [other] });
  const [both] = named(digest.file, backfill.file);
  expect(both!.by).toHaveLength(2);
  expect(judgeFile(both!, [found(log.plain)]).verdict).toBe("invalid");
  const [one] = named(digest.file, {
    ...backfill.file,
    signature: null,
    backfillGeneratedAt: null,
  });
  expect(judgeFile(one!, [found(log.plain)]).verdict).toBe("valid");
});

test("keys say account, Region, trail and time, and nothing else is taken for one", () => {
  const digestKey =
    "audit/AWSLogs/o-exampleorgid/111122223333/CloudTrail-Digest/eu-central-1/2026/03/02/111122223333_CloudTrail-Digest_eu-central-1_my_trail_us-east-1_20260302T100131Z_backfill.json.gz";
  expect(digestName(digestKey)).toEqual({
    accountId: "111122223333",
    region: "eu-central-1",
    trail: "my_trail",
    homeRegion: "us-east-1",
    endsAt: "2026-03-02T10:01:31.000Z",
    backfill: true,
  });
  expect(logName(log.key)).toEqual({
    accountId: "111122223333",
    region: "eu-central-1",
    deliveredAt: hourOf(0),
  });
  expect(belowAwsLogs(`copies/${digestKey}`)).toBe(digestKey.slice("audit/".length));
  expect(belowAwsLogs("copies/files")).toBeNull();
  const wrong = [
    digestKey.replace("/2026/03/02/", "/2026/03/03/"),
    digestKey.replace("T100131Z", "T250131Z"),
    digestKey.replace("111122223333_", "444455556666_"),
    digestKey.replace("AWSLogs", "Logs"),
    digestKey.replace(".json.gz", ".json"),
    log.key,
  ];
  expect(wrong.map(digestName)).toEqual(wrong.map(() => null));
  expect(logName(digestKey)).toBeNull();
  expect(logName(log.key.replace("20260302T", "20260332T"))).toBeNull();
});
