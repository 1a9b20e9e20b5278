/**
 * What digests say of log files. A file is `valid` only when its bytes are those that a valid digest names; where digests
 * disagree, the worst verdict stands. Guarantees the same verdicts whatever the order of the digests.
 */
import type { JudgedDigest } from "./chain.ts";
import { logName } from "./name.ts";
import type { DigestPlace, FileVerdict } from "./verdict.ts";

/** What lies at a log file's place: the SHA-256 of its unpacked bytes, nothing, or bytes that cannot be unpacked. */
export type FoundLog =
  | { readonly sha256: string }
  | { readonly absent: true }
  | { readonly broken: string };

/** A log file that digests name, with all that name it. */
export interface NamedFile extends DigestPlace {
  readonly bucket: string;
  readonly key: string;
  readonly by: readonly {
    readonly digestKey: string;
    readonly sha256: string;
    /** Null when the digest is valid; else why it proves nothing. */
    readonly unproven: string | null;
  }[];
}

/** Every file that one of the digests names, by bucket and key; a file of which a valid one speaks needs no other. */
export function namedFiles(digests: readonly JudgedDigest[]): NamedFile[] {
  const files = new Map<string, NamedFile>();
  for (const digest of digests) {
    const unproven = digest.verdict === "valid" ? null : `${digest.verdict}: ${digest.reason}`;
    for (const { bucket, key, sha256 } of digest.logs) {
      const id = `${bucket}/${key}`;
      const place = logName(key) ?? digest;
      const { accountId, region } = place;
      const by = [...(files.get(id)?.by ?? []), { digestKey: digest.key, sha256, unproven }];
      files.set(id, { bucket, key, accountId, region, by });
    }
  }
  return [...files.values()].map((file) => ({ ...file, by: witnesses(file) }));
}

/** The digests that count, in a fixed order. */
function witnesses({ by }: NamedFile): NamedFile["by"] {
  const proven = by.filter((one) => one.unproven === null);
  const kept = proven.length > 0 ? proven : by;
  return kept.toSorted((a, b) => (a.digestKey < b.digestKey ? -1 : 1));
}

/** Whether a valid digest names it, so that looking at the file proves something. */
export function isProvable(file: NamedFile): boolean {
  return file.by.some((one) => one.unproven === null);
}

/** The verdict on a file, by everything that was found of it: several contents when several versions were read. */
export function judgeFile(file: NamedFile, found: readonly FoundLog[]): FileVerdict {
  const { bucket, key, accountId, region, by } = file;
  const [first] = by;
  const verdict = (
    standing: FileVerdict["verdict"],
    reason: string | null,
    digest = first!,
  ): FileVerdict => ({
    accountId,
    region,
    bucket,
    key,
    digestKey: digest.digestKey,
    expectedSha256: digest.sha256,
    verdict: standing,
    reason,
  });
  if (first!.unproven !== null) {
    return verdict("no-digest", `the digest that names it is ${first!.unproven}`);
  }
  for (const digest of by) {
    for (const one of found) {
      if ("broken" in one) return verdict("invalid", one.broken, digest);
      if ("sha256" in one && one.sha256 !== digest.sha256) {
        return verdict(
          "invalid",
          `its bytes have the SHA-256 ${one.sha256}, and its digest names ${digest.sha256}`,
          digest,
        );
      }
    }
  }
  return found.some((one) => "sha256" in one)
    ? verdict("valid", null)
    : verdict("missing", "its digest names it, and it is not there");
}

/** The verdict on a file that no digest names. */
export function unnamedFile(place: DigestPlace, bucket: string, key: string): FileVerdict {
  return {
    accountId: place.accountId,
    region: place.region,
    bucket,
    key,
    digestKey: null,
    expectedSha256: null,
    verdict: "no-digest",
    reason: "no digest names it",
  };
}
