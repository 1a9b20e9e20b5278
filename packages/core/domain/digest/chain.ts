/**
 * Judges digests of one place (account, Region) and the links between them. Guarantees the same verdicts for the same set of
 * files, whatever their order and repetition, and `valid` only for bytes whose signature verifies. It reads nothing: what it is
 * not given is not judged, and a link that leads out of what it was given proves nothing.
 */
import { HOUR, plus, type Instant } from "../time.ts";
import type { Digest, NamedLog, PreviousDigest } from "./digest.ts";
import { belowAwsLogs, digestName, type DigestName } from "./name.ts";
import type { OpenedDigest } from "./open.ts";
import { chooseKeys, verifyDigest, type DigestKey } from "./signature.ts";
import type { DigestStanding, DigestVerdict } from "./verdict.ts";

export interface ChainInput {
  /** To be judged. */
  readonly digests: readonly OpenedDigest[];
  /** Those that follow: only what they say of their predecessors counts. */
  readonly later: readonly OpenedDigest[];
  /** Public keys of the place's Region; none at all leaves every digest unconfirmed. */
  readonly keys: readonly DigestKey[];
  /** Keys of digests that exist and are judged elsewhere: a link to one of these is no sign of a deletion. */
  readonly known: ReadonlySet<string>;
  /** A digest that ended up to here is not looked for; null: every predecessor must be there. */
  readonly from: Instant | null;
}

/** A verdict, and what the digest names where it could be read. */
export interface JudgedDigest extends DigestVerdict {
  readonly logs: readonly NamedLog[];
}

/** One file, or several different ones under one name. */
interface Candidate {
  readonly id: string;
  readonly name: DigestName;
  readonly bucket: string;
  readonly key: string;
  readonly contents: readonly OpenedDigest[];
}

/** What a valid digest says of its predecessor. */
interface Claim extends PreviousDigest {
  readonly by: string;
}

interface Standing {
  readonly verdict: DigestStanding;
  readonly reason: string | null;
}

const VALID: Standing = { verdict: "valid", reason: null };
const invalid = (reason: string): Standing => ({ verdict: "invalid", reason });
const unconfirmed = (reason: string): Standing => ({ verdict: "unconfirmed", reason });

/** The verdicts in the order of time, with a verdict for every digest that a valid one names and that is not there. */
export function judgeChain(input: ChainInput): JudgedDigest[] {
  const files = [...input.digests, ...input.later];
  const idOf = files.some((file) => file.bucket === null) ? idInCopy : idInBucket;
  const wanted = new Set(candidates(input.digests, idOf).map(({ id }) => id));
  const all = candidates(files, idOf);
  const carried = carriedSignatures(all, idOf);
  const claims = new Map<string, Claim[]>();
  const judged: JudgedDigest[] = [];
  // The newest first: what a digest says of its predecessor counts only once it is known to be valid itself.
  for (const candidate of all.toSorted(newestFirst)) {
    const standing = standingOf(candidate, input.keys, claims, carried);
    const digest = digestOf(candidate.contents[0]!);
    if (standing.verdict === "valid" && digest?.previous) {
      const id = idOf(digest.previous.bucket, digest.previous.key);
      claims.set(id, [...(claims.get(id) ?? []), { ...digest.previous, by: candidate.key }]);
    }
    if (wanted.has(candidate.id)) judged.push(verdictOf(candidate, standing));
  }
  const present = new Set(all.map(({ id }) => id));
  const absent = [...claims].filter(([id]) => !present.has(id)).map(([, [claim]]) => claim!);
  return [...judged, ...absent.flatMap((claim) => deleted(claim, input))].toSorted(
    (a, b) => order(a.endsAt, b.endsAt) || order(a.bucket, b.bucket) || order(a.key, b.key),
  );
}

/** Files by their name; what has no digest's name is left out. */
function candidates(files: readonly OpenedDigest[], idOf: IdOf): Candidate[] {
  const byId = new Map<string, Candidate>();
  for (const file of files.toSorted(byContent)) {
    const name = digestName(file.key);
    if (name === null) continue;
    const id = idOf(file.bucket ?? "", file.key);
    const before = byId.get(id)?.contents ?? [];
    const repeated = before.some(
      (one) => one.sha256 === file.sha256 && one.signature === file.signature,
    );
    const contents = repeated ? before : [...before, file];
    byId.set(id, { id, name, ...addressOf(contents[0]!), contents });
  }
  return [...byId.values()];
}

/** A copy does not show its bucket and what stood before `AWSLogs/`: the text does, and the signature covers it. */
function addressOf(file: OpenedDigest): { readonly bucket: string; readonly key: string } {
  const says = digestOf(file);
  if (file.bucket !== null) return { bucket: file.bucket, key: file.key };
  return says !== null && belowAwsLogs(says.key) === file.key
    ? { bucket: says.bucket, key: says.key }
    : { bucket: "", key: file.key };
}

function carriedSignatures(all: readonly Candidate[], idOf: IdOf): Map<string, string[]> {
  const carried = new Map<string, string[]>();
  for (const previous of all.flatMap(({ contents }) =>
    contents.flatMap((file) => digestOf(file)?.previous ?? []),
  )) {
    const id = idOf(previous.bucket, previous.key);
    carried.set(id, [...(carried.get(id) ?? []), previous.signature]);
  }
  return carried;
}

function standingOf(
  candidate: Candidate,
  keys: readonly DigestKey[],
  claims: ReadonlyMap<string, readonly Claim[]>,
  carried: ReadonlyMap<string, readonly string[]>,
): Standing {
  const [file, ...others] = candidate.contents;
  if (others.some((other) => other.sha256 !== file!.sha256)) {
    return invalid("two files with different bytes bear its name, so one of them was changed");
  }
  if ("problem" in file!.content) return invalid(`it is no digest: ${file!.content.problem}`);
  const { digest } = file!.content;
  const misplaced = placeProblem(candidate, digest);
  if (misplaced !== null) return invalid(misplaced);
  const own = candidate.contents.flatMap((one) => one.signature ?? []);
  const signed = signatureStanding(candidate, digest, keys, {
    own,
    carried: carried.get(candidate.id) ?? [],
    claimed: (claims.get(candidate.id) ?? []).length > 0,
  });
  if (signed.verdict === "invalid") return signed;
  const disagreeing = (claims.get(candidate.id) ?? []).find(
    (claim) => claim.sha256 !== file!.sha256,
  );
  return disagreeing === undefined
    ? signed
    : invalid(`its successor ${disagreeing.by} names other bytes under its name`);
}

function placeProblem({ name, bucket, key }: Candidate, digest: Digest): string | null {
  if (digest.bucket !== bucket || digest.key !== key) {
    return `it was made for s3://${digest.bucket}/${digest.key} and copied or moved here`;
  }
  if (digest.accountId !== name.accountId) {
    return `it speaks for account ${digest.accountId}, and its name for ${name.accountId}`;
  }
  return digest.endsAt === name.endsAt
    ? null
    : `it ends at ${digest.endsAt}, and its name says ${name.endsAt}`;
}

interface Signatures {
  /** From the object's own metadata. */
  readonly own: readonly string[];
  /** From successors, whatever their own standing: a signature that verifies needs no witness. */
  readonly carried: readonly string[];
  /** Whether one of the successors is valid itself. */
  readonly claimed: boolean;
}

function signatureStanding(
  { name, contents }: Candidate,
  digest: Digest,
  keys: readonly DigestKey[],
  { own, carried, claimed }: Signatures,
): Standing {
  const generatedAt = contents.find((one) => one.backfillGeneratedAt !== null)?.backfillGeneratedAt;
  const backfill = name.backfill ? { generatedAt: generatedAt ?? null } : null;
  const chosen = chooseKeys(digest, backfill, keys);
  if ("none" in chosen) {
    const { fingerprint } = digest;
    if (chosen.none === "no-keys") {
      return unconfirmed(`no public key of ${name.region} is at hand to verify its signature`);
    }
    return chosen.none === "foreign"
      ? invalid(`the key ${fingerprint} that it names is none of AWS's keys of ${name.region}`)
      : invalid(`the key ${fingerprint} that it names was not in use when it was signed`);
  }
  const verifies = (signature: string) =>
    chosen.keys.some((key) => verifyDigest(digest, contents[0]!.sha256, signature, key.der));
  if (own.length > 0) {
    return own.every(verifies) ? VALID : invalid("its signature does not fit its bytes");
  }
  if (carried.some(verifies)) return VALID;
  if (claimed) return invalid("the signature that its successor carries does not fit its bytes");
  return carried.length > 0
    ? unconfirmed("the only successor that carries a signature for it is not valid itself")
    : unconfirmed("its signature is not at hand, and no successor carries it");
}

function verdictOf({ name, bucket, key, contents }: Candidate, standing: Standing): JudgedDigest {
  const digest = digestOf(contents[0]!);
  const believed = standing.verdict === "valid" ? digest : null;
  return {
    accountId: name.accountId,
    region: name.region,
    bucket,
    key,
    // What is not valid may claim any hour: its name says which one is without proof.
    startsAt: believed?.startsAt ?? plus(name.endsAt, -HOUR),
    endsAt: name.endsAt,
    backfill: name.backfill,
    ...standing,
    previousKey: digest?.previous?.key ?? null,
    logs: digest?.logs ?? [],
  };
}

function deleted(claim: Claim, { known, from }: ChainInput): JudgedDigest[] {
  const name = digestName(claim.key);
  if (name === null || known.has(claim.key)) return [];
  if (from !== null && name.endsAt <= from) return [];
  return [
    {
      accountId: name.accountId,
      region: name.region,
      bucket: claim.bucket,
      key: claim.key,
      startsAt: plus(name.endsAt, -HOUR),
      endsAt: name.endsAt,
      backfill: name.backfill,
      verdict: "invalid",
      reason: `it is gone, although its successor ${claim.by} names it`,
      previousKey: null,
      logs: [],
    },
  ];
}

function digestOf(file: OpenedDigest): Digest | null {
  return "digest" in file.content ? file.content.digest : null;
}

/** What makes two names one. */
type IdOf = (bucket: string, key: string) => string;

const idInBucket: IdOf = (bucket, key) => `${bucket}/${key}`;
const idInCopy: IdOf = (_, key) => belowAwsLogs(key) ?? key;

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function newestFirst(a: Candidate, b: Candidate): number {
  return order(b.name.endsAt, a.name.endsAt) || order(b.id, a.id);
}

/** Any order of the same files gives this one. */
function byContent(a: OpenedDigest, b: OpenedDigest): number {
  return (
    order(a.key, b.key) ||
    order(a.bucket ?? "", b.bucket ?? "") ||
    order(a.sha256, b.sha256) ||
    order(a.signature ?? "", b.signature ?? "") ||
    order(a.backfillGeneratedAt ?? "", b.backfillGeneratedAt ?? "")
  );
}
