import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DAY, plus } from "#core/domain/time";
import { curfew } from "#test/alone/command";
import { AWS, hourOf, logFile, makeChain, makeDigest, makeKey } from "#test/unit/digest/authority";
import { copyBucket, type Copy } from "#test/unit/digest/copied-bucket";

const chain = makeChain(30);
const [first, second, third] = chain.digests;
const copies: Copy[] = [];

const copy = (...how: Parameters<typeof copyBucket>): Copy => {
  const one = copyBucket(...how);
  copies.push(one);
  return one;
};

const verify = ({ folder, keysFile }: Copy, ...more: readonly string[]) =>
  curfew(["verify-trail", folder, "--public-keys", keysFile, ...more]);

/** What `--json` printed: differences and the summary. */
async function judged(one: Copy, ...more: readonly string[]) {
  const { code, stdout, stderr } = await verify(one, "--json", ...more);
  const lines = stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const summary = lines.at(-1) as { kind: string; valid: boolean; places: unknown[] };
  return { code, stderr, summary, differences: lines.slice(0, -1) };
}

afterAll(() => {
  for (const one of copies) one.drop();
});

describe("a whole copy", () => {
  test("is valid, counted, and ends with exit code 0", async () => {
    const { code, summary, differences } = await judged(copy(chain, { prefix: "audit/logs" }));
    expect(differences).toEqual([]);
    expect(summary).toEqual({
      kind: "summary",
      valid: true,
      places: [
        {
          accountId: "111122223333",
          region: "eu-central-1",
          from: hourOf(0),
          to: hourOf(30),
          hours: 30,
          digests: { valid: 30, invalid: 0, unconfirmed: 0 },
          files: { valid: 30, invalid: 0, missing: 0, "no-digest": 0 },
          gaps: 0,
        },
      ],
    });
    expect(code).toBe(0);
  });

  test("says so to people in one line a place", async () => {
    const { code, stdout } = await verify(copy(chain));
    expect(stdout).toContain("30 of 30");
    expect(stdout).toContain("Everything is valid.");
    expect(code).toBe(0);
  });

  test("is not called valid at its newest end without that signature, and is up to the digest before", async () => {
    const one = copy(chain, { sidecar: false });
    const whole = await judged(one);
    expect(whole.differences.map(({ kind, verdict }) => [kind, verdict])).toEqual([
      ["digest", "unconfirmed"],
      ["file", "no-digest"],
      ["gap", "unconfirmed"],
    ]);
    expect(whole.code).toBe(1);
    const before = await judged(one, "--to", hourOf(29));
    expect(before.differences).toEqual([]);
    expect(before.code).toBe(0);
  });

  test("is not called valid without public keys", async () => {
    const one = copy(chain);
    const { code, stdout, stderr } = await curfew(["verify-trail", one.folder]);
    expect(stderr).toContain("--public-keys");
    expect(stdout).toContain("0 of 30");
    expect(code).toBe(1);
  });
});

describe("a difference is listed and ends with exit code 1:", () => {
  let one: Copy;
  const differences = async (change: (one: Copy) => void, ...more: readonly string[]) => {
    one = copy(chain);
    change(one);
    const result = await judged(one, ...more);
    expect(result.code).toBe(1);
    expect(result.summary.valid).toBe(false);
    return result.differences.map(({ kind, verdict, key, reason }) =>
      kind === "gap" ? [kind, verdict, reason] : [kind, verdict, key],
    );
  };
  const log = chain.logs[1]!;

  test("a changed log file", async () => {
    expect(await differences(({ put }) => put(log.key, gzipSync("{}")))).toEqual([
      ["file", "invalid", log.key],
    ]);
  });
  test("a truncated log file", async () => {
    expect(await differences(({ put }) => put(log.key, log.bytes.subarray(0, 30)))).toEqual([
      ["file", "invalid", log.key],
    ]);
  });
  test("two log files that changed places", async () => {
    const other = chain.logs[2]!;
    const swapped = ({ put }: Copy) => {
      put(log.key, other.bytes);
      put(other.key, log.bytes);
    };
    expect(await differences(swapped)).toEqual([
      ["file", "invalid", log.key],
      ["file", "invalid", other.key],
    ]);
  });
  test("a deleted log file", async () => {
    expect(await differences(({ remove }) => remove(log.key))).toEqual([
      ["file", "missing", log.key],
    ]);
  });
  test("a log file that no digest names", async () => {
    const added = logFile(hourOf(1), "slipped in");
    expect(await differences(({ put }) => put(added.key, added.bytes))).toEqual([
      ["file", "no-digest", added.key],
    ]);
  });
  test("a deleted digest, with its file, its hour and the one whose signature it carried", async () => {
    expect(await differences(({ remove }) => remove(second!.key))).toEqual([
      ["digest", "unconfirmed", first!.key],
      ["digest", "invalid", second!.key],
      ["file", "no-digest", chain.logs[0]!.key],
      ["file", "no-digest", log.key],
      ["gap", "invalid", expect.stringContaining(`${hourOf(0)} to ${hourOf(2)}`)],
    ]);
  });
  test("two digests that changed places", async () => {
    const swapped = ({ put }: Copy) => {
      put(second!.key, third!.file.bytes);
      put(third!.key, second!.file.bytes);
    };
    const found = await differences(swapped);
    expect(found.filter(([kind]) => kind === "digest")).toEqual([
      ["digest", "invalid", second!.key],
      ["digest", "invalid", third!.key],
    ]);
    expect(found.at(-1)).toEqual(["gap", "invalid", expect.any(String)]);
  });
  test("an oldest end that was cut off, when it was asked for", async () => {
    const found = await differences(({ remove }) => remove(first!.key), "--from", hourOf(0));
    expect(found).toContainEqual(["digest", "invalid", first!.key]);
  });
  test("a newest end that was cut off, when it was asked for", async () => {
    const found = await differences(() => undefined, "--to", hourOf(31));
    expect(found).toEqual([["gap", "absent", expect.stringContaining(hourOf(30))]]);
  });
  test("logging that was switched off and on", async () => {
    const restarted = makeDigest({ endsAt: hourOf(36) });
    const found = await differences(({ put }) => {
      put(restarted.key, restarted.file.bytes);
      put(`${restarted.key}.signature`, restarted.signature);
    });
    expect(found).toEqual([["gap", "restarted", expect.stringContaining("logging was off")]]);
  });
  test("a digest of somebody else's key", async () => {
    const pair = makeKey("ffff");
    const forged = makeDigest({ endsAt: hourOf(31), previous: chain.digests.at(-1)!, pair });
    const found = await differences(({ put }) => {
      put(forged.key, forged.file.bytes);
      put(`${forged.key}.signature`, forged.signature);
    });
    expect(found[0]).toEqual(["digest", "invalid", forged.key]);
  });
});

test("a backfill digest vouches for a file that came too late", async () => {
  const late = logFile(hourOf(1), "late");
  const rotated = makeKey("bbbb", plus(hourOf(0), 5 * DAY), plus(hourOf(0), 90 * DAY));
  const backfill = makeDigest({
    endsAt: hourOf(2),
    logs: [late],
    pair: rotated,
    backfillGeneratedAt: plus(hourOf(0), 9 * DAY),
  });
  const one = copy(chain, { pairs: [AWS, rotated] });
  one.put(late.key, late.bytes);
  one.put(backfill.key, backfill.file.bytes);
  one.put(`${backfill.key}.signature`, backfill.signature);
  const { code, differences } = await judged(one);
  expect(differences).toEqual([]);
  expect(code).toBe(0);
});

describe("a refusal is one sentence:", () => {
  let one: Copy;
  beforeAll(() => {
    one = copy(chain);
  });
  const refused = async (...args: readonly string[]) => {
    const { code, stderr } = await curfew(["verify-trail", ...args, "--json"]);
    const { error } = JSON.parse(stderr) as { error: { code: string; message: string } };
    return [code, error.code, error.message];
  };

  test("a folder without digests", async () => {
    expect(await refused("/nowhere/at/all")).toEqual([
      2,
      "input.no-such-file",
      expect.stringContaining("holds no digest"),
    ]);
  });
  test("a file of keys that is none", async () => {
    expect(await refused(one.folder, "--public-keys", one.folder)).toEqual([
      2,
      "input.no-such-file",
      expect.any(String),
    ]);
    one.put("other.json", '{"PublicKeyList":[{"Value":1}]}');
    const keys = `${one.folder}/other.json`;
    expect(await refused(one.folder, "--public-keys", keys)).toEqual([
      2,
      "input.invalid",
      expect.any(String),
    ]);
  });
  test("a span that ends before it begins", async () => {
    const span = ["--from", "2026-03-03", "--to", "2026-03-02"];
    expect(await refused(one.folder, ...span)).toEqual([2, "input.invalid", expect.any(String)]);
  });
  test("a bucket while AWS is switched off, and an address that is none", async () => {
    expect(await refused("s3://example-trail")).toEqual([
      3,
      "aws.not-configured",
      expect.any(String),
    ]);
    expect(await refused("s3://Example!")).toEqual([2, "input.invalid", expect.any(String)]);
  });
  test("a copy that cannot be read", async () => {
    one.put(`${second!.key}.signature/in-the-way`, "");
    expect(await refused(one.folder)).toEqual([
      3,
      "trail.unreadable",
      expect.stringContaining("cannot be read"),
    ]);
  });
});
