import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judgeChain, type ChainInput } from "#core/domain/digest/chain";
import { gapsOf } from "#core/domain/digest/gaps";
import { openDigest, type DigestFile } from "#core/domain/digest/open";
import { DAY, HOUR, plus } from "#core/domain/time";
import {
  AWS,
  hourOf,
  logFile,
  makeChain,
  makeDigest,
  makeKey,
  START,
  type Signed,
} from "./authority.ts";

const NOTHING_KNOWN: Omit<ChainInput, "digests"> = {
  later: [],
  keys: [AWS.key],
  known: new Set(),
  from: null,
};

const judge = (files: readonly DigestFile[], more: Partial<ChainInput> = {}) =>
  judgeChain({ ...NOTHING_KNOWN, digests: files.map(openDigest), ...more });

const filesOf = (digests: readonly Signed[]): DigestFile[] => digests.map((one) => one.file);

const standings = (files: readonly DigestFile[], more: Partial<ChainInput> = {}) =>
  judge(files, more).map(({ verdict, reason }) => (reason === null ? verdict : [verdict, reason]));

const unsigned = (file: DigestFile): DigestFile => ({ ...file, signature: null });

/** A copy of the bucket in a folder: no bucket, no metadata. */
const copied = (file: DigestFile): DigestFile => ({ ...unsigned(file), bucket: null });

const { digests } = makeChain(4);
const [first, second, third, fourth] = digests as [Signed, Signed, Signed, Signed];

describe("a whole chain", () => {
  test("is valid with the signatures of its objects", () => {
    expect(standings(filesOf(digests))).toEqual(["valid", "valid", "valid", "valid"]);
  });

  test("is valid in a copy up to the newest digest, whose signature nobody carries", () => {
    expect(standings(digests.map(({ file }) => copied(file)))).toEqual([
      "valid",
      "valid",
      "valid",
      ["unconfirmed", "its signature is not at hand, and no successor carries it"],
    ]);
  });

  test("is valid to its end in a copy with the newest signature beside it", () => {
    const files = [...digests.slice(0, 3).map(({ file }) => copied(file)), fourth.file];
    const copy = files.map((file) => ({ ...file, bucket: null }));
    expect(standings(copy)).toEqual(["valid", "valid", "valid", "valid"]);
    expect(judge(copy).map(({ bucket }) => bucket)).toEqual(Array(4).fill("example-trail"));
  });

  test("has a newest digest that a later one confirms", () => {
    expect(
      standings([unsigned(third.file)], { later: [openDigest(fourth.file)], from: hourOf(2) }),
    ).toEqual(["valid"]);
  });

  test("gives the same verdicts in any order and with any repetition", () => {
    const flawed = [
      ...filesOf(digests.slice(0, 2)),
      { ...third.file, bytes: gzipSync(Buffer.concat([third.plain, Buffer.from(" ")])) },
      unsigned(fourth.file),
      makeDigest({ endsAt: hourOf(7), logs: [logFile(hourOf(6))] }).file,
    ];
    const expected = judge(flawed);
    fc.assert(
      fc.property(fc.array(fc.nat(flawed.length - 1), { maxLength: 12 }), (picks) => {
        const shuffled = [...picks.map((pick) => flawed[pick]!), ...flawed].toReversed();
        expect(judge(shuffled)).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });
});

describe("a forged proof is refused:", () => {
  const changedAt = (signed: Signed, from: string, to: string): DigestFile => ({
    ...signed.file,
    bytes: gzipSync(Buffer.from(signed.plain.toString().replace(from, to))),
  });
  const foreign = makeKey("99887766ff55ee44dd33cc22bb11aa00");
  const impostor = makeKey(AWS.key.fingerprint);
  const expired = makeKey("1234", plus(START, -20 * DAY), plus(START, -10 * DAY));
  const only = (file: DigestFile, keys = [AWS.key]) =>
    standings([file], { keys, from: hourOf(99) });
  const refused = (reason: string) => [["invalid", expect.stringContaining(reason)]];

  test("a digest with one changed hash", () => {
    const hash = /"hashValue":"(.)/.exec(second.plain.toString())![1]!;
    const file = changedAt(second, `"hashValue":"${hash}`, `"hashValue":"${hash === "0" ? 1 : 0}`);
    expect(only(file)).toEqual(refused("does not fit its bytes"));
  });
  test("a digest without the log file that was deleted", () => {
    const logFiles = /"logFiles":(.*)\}$/.exec(second.plain.toString())![1]!;
    const file = changedAt(second, logFiles, "[]");
    expect(only(file)).toEqual(refused("does not fit its bytes"));
  });
  test("a signature of another digest", () => {
    expect(only({ ...second.file, signature: third.signature })).toEqual(refused("does not fit"));
  });
  test("a signature that is no hex", () => {
    expect(only({ ...second.file, signature: `${second.signature}zz` })).toEqual(
      refused("does not fit"),
    );
  });
  test("an empty signature", () => {
    expect(only({ ...second.file, signature: "" })).toEqual(refused("does not fit"));
  });
  test("a signature that was cut", () => {
    expect(only({ ...second.file, signature: second.signature.slice(2) })).toEqual(
      refused("does not fit"),
    );
  });
  test("a digest signed with a foreign key", () => {
    const { file } = makeDigest({ endsAt: hourOf(1), pair: foreign });
    expect(only(file)).toEqual(refused("none of AWS's keys"));
  });
  test("a digest signed with a foreign key under the name of AWS's", () => {
    const { file } = makeDigest({ endsAt: hourOf(1), pair: impostor });
    expect(only(file)).toEqual(refused("does not fit"));
  });
  test("a digest signed with a key that was no longer in use", () => {
    const { file } = makeDigest({ endsAt: hourOf(1), pair: expired });
    expect(only(file, [AWS.key, expired.key])).toEqual(refused("was not in use"));
  });
  test("a digest that names a weaker algorithm", () => {
    const { file } = makeDigest({
      endsAt: hourOf(1),
      fields: { digestSignatureAlgorithm: "SHA1withRSA" },
    });
    expect(only(file)).toEqual(refused("SHA1withRSA"));
  });
  test("a log file's hash of a weaker algorithm", () => {
    const logFiles = [{ s3Bucket: "b", s3Object: "k", hashValue: "00", hashAlgorithm: "MD5" }];
    const { file } = makeDigest({ endsAt: hourOf(1), fields: { logFiles } });
    expect(only(file)).toEqual(refused("MD5"));
  });
  test("a digest copied to another key", () => {
    expect(only({ ...second.file, key: third.key })).toEqual(refused("copied or moved"));
  });
  test("a digest copied to another bucket", () => {
    expect(only({ ...second.file, bucket: "other-trail" })).toEqual(refused("copied or moved"));
  });
  test("a digest of one account under the name of another", () => {
    const { file } = makeDigest({ endsAt: hourOf(1), fields: { awsAccountId: "444455556666" } });
    expect(only(file)).toEqual(refused("speaks for account 444455556666"));
  });
  test("a digest of one hour under the name of another", () => {
    const { file } = makeDigest({
      endsAt: hourOf(2),
      fields: { digestStartTime: "2026-03-02T00:00:00Z", digestEndTime: "2026-03-02T01:00:00Z" },
    });
    expect(only(file)).toEqual(refused("its name says"));
  });
  test("a truncated digest", () => {
    for (const at of [0, 10, second.file.bytes.length - 1]) {
      const file = { ...second.file, bytes: second.file.bytes.subarray(0, at) };
      expect(only(file)).toEqual(refused("does not unpack whole"));
    }
  });
  test("a digest that is no digest", () => {
    const words = [
      "",
      "[]",
      "null",
      "{}",
      '{"digestSignatureAlgorithm":"SHA256withRSA"}',
      "\u00ff",
    ];
    for (const word of words) {
      const file = { ...second.file, bytes: gzipSync(Buffer.from(word, "latin1")) };
      expect(only(file)).toEqual(refused("it is no digest"));
    }
  });
  test("two different files under one name, whichever is the signed one", () => {
    const other = changedAt(second, "org_trail", "org_trial");
    expect(only(second.file)).toEqual(["valid"]);
    const both = standings([second.file, other], { from: hourOf(99) });
    expect(both).toEqual(refused("two files with different bytes"));
  });
  test("a copy whose bytes changed, by the signature that its successor carries", () => {
    const files = [
      copied(first.file),
      copied(changedAt(second, "eu-central-1", "eu-central-2")),
      ...filesOf([third]),
    ];
    const copy = files.map((file) => ({ ...file, bucket: null }));
    expect(judge(copy).map(({ verdict }) => verdict)).toEqual(["valid", "invalid", "valid"]);
  });
  test("an unsigned digest vouched for by a forged successor", () => {
    const forged = makeDigest({ endsAt: hourOf(2), pair: foreign, previous: first });
    const stripped = { ...first, signature: "00" };
    const worse = makeDigest({ endsAt: hourOf(2), pair: foreign, previous: stripped });
    // The carried signature itself verifies: no witness is needed.
    expect(standings([unsigned(first.file), forged.file])[0]).toBe("valid");
    expect(standings([unsigned(first.file), worse.file])[0]).toEqual([
      "unconfirmed",
      "the only successor that carries a signature for it is not valid itself",
    ]);
  });
  test("a signed digest in the place of the one that its successor names", () => {
    const other = makeDigest({ endsAt: hourOf(1), logs: [logFile(hourOf(0), "other")] });
    const next = makeDigest({ endsAt: hourOf(2), previous: other });
    expect(standings([first.file, next.file])).toEqual([
      ["invalid", `its successor ${next.key} names other bytes under its name`],
      "valid",
    ]);
  });
  test("a copy for which its valid successor carries a signature that does not fit", () => {
    const next = makeDigest({ endsAt: hourOf(2), previous: { ...first, signature: "00ff" } });
    expect(standings([unsigned(first.file), next.file])).toEqual([
      ["invalid", "the signature that its successor carries does not fit its bytes"],
      "valid",
    ]);
  });
  test("every single byte of a digest", () => {
    for (let at = 0; at < second.plain.length; at += 1) {
      const plain = Buffer.from(second.plain);
      plain[at]! ^= 1;
      const [own] = judge([{ ...second.file, bytes: gzipSync(plain) }], { from: hourOf(99) });
      expect(own!.verdict, `byte ${at}`).toBe("invalid");
    }
  });
  test("every single byte of a packed digest, unless the same text unpacks from it", () => {
    for (let at = 0; at < second.file.bytes.length; at += 1) {
      const bytes = Buffer.from(second.file.bytes);
      bytes[at]! ^= 0x10;
      const file = { ...second.file, bytes };
      const same = openDigest(file).sha256 === openDigest(second.file).sha256;
      expect(only(file)[0] === "valid", `byte ${at}`).toBe(same);
    }
  });
});

describe("what is missing is named:", () => {
  const gaps = (files: readonly DigestFile[]) =>
    gapsOf(judge(files), { from: null, to: null }).map(({ from, to, cause }) => [from, to, cause]);

  test("a deleted digest, by its successor, and its hour", () => {
    const files = filesOf([first, third, fourth]);
    expect(judge(files)[1]).toMatchObject({
      key: second.key,
      verdict: "invalid",
      reason: `it is gone, although its successor ${third.key} names it`,
    });
    expect(gaps(files)).toEqual([[hourOf(1), hourOf(2), "invalid"]]);
  });
  test("no deletion where the link leads out of what is judged", () => {
    expect(standings(filesOf([third, fourth]), { from: hourOf(2) })).toEqual(["valid", "valid"]);
    expect(standings(filesOf([third, fourth]), { known: new Set([second.key]) })).toEqual([
      "valid",
      "valid",
    ]);
  });
  test("hours in which logging was off, where a new chain begins", () => {
    const restarted = makeDigest({ endsAt: hourOf(8) });
    expect(gaps([...filesOf(digests), restarted.file])).toEqual([
      [hourOf(4), hourOf(7), "restarted"],
    ]);
  });
  test("hours without a digest in a chain that goes on", () => {
    const late = makeDigest({ endsAt: hourOf(7), previous: fourth });
    expect(gaps([...filesOf(digests), late.file])).toEqual([[hourOf(4), hourOf(6), "absent"]]);
  });
  test("the newest hour when its digest is unconfirmed", () => {
    expect(gaps(filesOf(digests).map(copied))).toEqual([[hourOf(3), hourOf(4), "unconfirmed"]]);
  });
  test("what was cut from both ends, when a span was asked for", () => {
    const span = { from: hourOf(0), to: hourOf(4) };
    expect(gapsOf(judge(filesOf([second, third]), { from: hourOf(1) }), span)).toMatchObject([
      { from: hourOf(0), to: hourOf(1) },
      { from: hourOf(3), to: hourOf(4), cause: "absent" },
    ]);
  });
  test("an hour for which two trails speak is no gap when one of them is valid", () => {
    const other = makeDigest({ endsAt: hourOf(2), trail: "second_trail" });
    expect(gaps(filesOf([first, third, fourth]).concat(other.file))).toEqual([]);
  });
});

describe("a backfill digest", () => {
  const generatedAt = plus(START, 40 * DAY);
  const rotated = makeKey("new", plus(START, 35 * DAY), plus(START, 70 * DAY));
  const backfill = makeDigest({
    endsAt: hourOf(1),
    backfillGeneratedAt: generatedAt,
    pair: rotated,
    logs: [logFile(hourOf(0), "late")],
  });
  const keys = [AWS.key, rotated.key];

  test("is verified with the key in use when it was made, not in its hour", () => {
    expect(standings([backfill.file], { keys })).toEqual(["valid"]);
    const early = { ...backfill.file, backfillGeneratedAt: hourOf(2) };
    expect(standings([early], { keys })[0]).toEqual([
      "invalid",
      expect.stringContaining("was not in use"),
    ]);
  });
  test("stands beside the digest of its hour and fills no gap", () => {
    const files = [...filesOf([second, third]), backfill.file];
    const judged = judge(files, { keys, from: hourOf(1) });
    expect(judged.map(({ backfill: one, verdict }) => [one, verdict])).toEqual([
      [true, "valid"],
      [false, "valid"],
      [false, "valid"],
    ]);
    expect(gapsOf(judged, { from: hourOf(0), to: null })).toHaveLength(1);
  });
});

test("without any public key nothing is called valid", () => {
  expect(new Set(judge(filesOf(digests), { keys: [] }).map(({ verdict }) => verdict))).toEqual(
    new Set(["unconfirmed"]),
  );
});

test("a file that has no digest's name is not judged", () => {
  expect(judge([{ ...first.file, key: "AWSLogs/readme.txt" }])).toEqual([]);
});

test("an unconfirmed digest cannot claim more than the hour of its name", () => {
  const wide = makeDigest({ endsAt: hourOf(4), startsAt: plus(START, -300 * DAY) });
  expect(judge([unsigned(wide.file)])[0]).toMatchObject({
    verdict: "unconfirmed",
    startsAt: plus(hourOf(4), -HOUR),
  });
});
