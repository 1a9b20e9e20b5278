/**
 * Walks the digests of one place day by day and judges them with the files they name. Holds two days of digests at a time: the
 * day at hand and the one after it, whose digests carry signatures for it. Writes nothing.
 */
import { judgeChain, type JudgedDigest } from "../../../domain/digest/chain.ts";
import {
  isProvable,
  judgeFile,
  namedFiles,
  unnamedFile,
  type FoundLog,
  type NamedFile,
} from "../../../domain/digest/files.ts";
import { belowAwsLogs, digestName, logName } from "../../../domain/digest/name.ts";
import { openDigest, type OpenedDigest } from "../../../domain/digest/open.ts";
import { signingPeriod, type DigestKey } from "../../../domain/digest/signature.ts";
import type { FileVerdict } from "../../../domain/digest/verdict.ts";
import { HOUR, plus, type Instant } from "../../../domain/time.ts";
import type { DigestRoot, DigestSource, TrailAddress } from "../../../ports/trail/digest-source.ts";

export interface WalkOptions {
  /** Digests that end in `(from, to]`; null: no bound. */
  readonly from: Instant | null;
  readonly to: Instant | null;
  /** Keys of digests that are valid already and are not read again. */
  readonly settled: ReadonlySet<string>;
  /** What is known of files without reading them again: unpacked SHA-256 by `bucket/key`. */
  readonly hashes: (files: readonly NamedFile[]) => Promise<ReadonlyMap<string, string[]>>;
  /** Files delivered before this and named by no digest are told of; null: they are not looked for. */
  readonly unnamedBefore: Instant | null;
  /** The keys of a day that is read next, those that are settled included. */
  readonly listed: (keys: readonly string[]) => void;
}

/** What one day of digests shows. */
export interface WalkedDay {
  readonly digests: readonly JudgedDigest[];
  readonly files: readonly FileVerdict[];
}

/** Requests under way together. */
const AT_ONCE = 8;

/** The successor of a digest ends an hour after it. */
const WITNESSES = 2 * HOUR;

interface Day {
  /** As listed, those that are settled included. */
  readonly keys: readonly string[];
  readonly opened: readonly OpenedDigest[];
}

const NO_DAY: Day = { keys: [], opened: [] };

/** Days in the order of time. */
export async function* walkDigests(
  source: DigestSource,
  root: DigestRoot,
  options: WalkOptions,
): AsyncGenerator<WalkedDay> {
  const loose = new LooseFiles(source, root, options);
  let before = NO_DAY;
  let day = NO_DAY;
  const judge = async (later: Day): Promise<WalkedDay> => {
    const known = new Set([...before.keys, ...day.keys, ...later.keys, ...options.settled]);
    const keys = await keysFor(source, root, [...day.opened, ...later.opened]);
    const digests = day.opened.filter((file) => isWithin(file, options.to));
    const after = [...day.opened.filter((file) => !isWithin(file, options.to)), ...later.opened];
    const judged = judgeChain({ digests, later: after, keys, known, from: options.from });
    const named = await judgeFiles(source, root, namedFiles(judged), options);
    const unnamed = await loose.until(day, later);
    return { digests: judged, files: [...named, ...unnamed] };
  };
  for await (const keys of daysOf(source, root, options)) {
    options.listed(keys);
    const later = await openDay(source, root, keys, options.settled);
    if (day.keys.length > 0) yield await judge(later);
    before = day;
    day = later;
  }
  if (day.keys.length > 0) yield await judge(NO_DAY);
}

async function* daysOf(
  source: DigestSource,
  root: DigestRoot,
  { from, to }: WalkOptions,
): AsyncGenerator<string[]> {
  let date = "";
  let keys: string[] = [];
  // Those that follow `to` are not judged: they carry signatures for the last ones that are.
  const beyond = to === null ? null : plus(to, WITNESSES);
  for await (const { key } of source.digests(root, from, beyond)) {
    const next = digestName(key)?.endsAt.slice(0, 10);
    if (next === undefined) continue;
    if (next !== date && keys.length > 0) {
      yield keys;
      keys = [];
    }
    date = next;
    keys.push(key);
  }
  if (keys.length > 0) yield keys;
}

async function openDay(
  source: DigestSource,
  root: DigestRoot,
  keys: readonly string[],
  settled: ReadonlySet<string>,
): Promise<Day> {
  const wanted = keys.filter((key) => !settled.has(key));
  const files = await eachOf(wanted, (key) => source.digest(root, key));
  return { keys, opened: files.flatMap((file) => (file === null ? [] : [openDigest(file)])) };
}

/** The public keys that may have signed these digests; a backfill digest asks for those of its own time. */
async function keysFor(
  source: DigestSource,
  root: DigestRoot,
  digests: readonly OpenedDigest[],
): Promise<DigestKey[]> {
  const periods = new Map<string, { from: Instant; to: Instant }>();
  for (const { key, content, backfillGeneratedAt } of digests) {
    if ("problem" in content) continue;
    const backfill =
      digestName(key)?.backfill === true ? { generatedAt: backfillGeneratedAt } : null;
    const { from, to } = signingPeriod(content.digest, backfill);
    periods.set(`${from.slice(0, 10)}/${to.slice(0, 10)}`, { from, to });
  }
  const keys = new Map<string, DigestKey>();
  for (const { from, to } of periods.values()) {
    for (const key of await source.publicKeys(root.region, from, to)) {
      keys.set(`${key.fingerprint}/${key.validFrom}`, key);
    }
  }
  return [...keys.values()];
}

async function judgeFiles(
  source: DigestSource,
  root: DigestRoot,
  files: readonly NamedFile[],
  options: WalkOptions,
): Promise<FileVerdict[]> {
  const hashes = await options.hashes(files.filter(isProvable));
  return eachOf(files, async (file): Promise<FileVerdict> => {
    if (!isProvable(file)) return judgeFile(file, []);
    const { bucket, key } = file;
    const read = hashes.get(`${bucket}/${key}`);
    const found: FoundLog[] =
      read === undefined
        ? [await source.log(root, bucket, key)]
        : read.map((sha256) => ({ sha256 }));
    return judgeFile(file, found);
  });
}

/** Log files that no digest names, looked for in the time that each day's digests end. */
class LooseFiles {
  readonly #source: DigestSource;
  readonly #root: DigestRoot;
  readonly #options: WalkOptions;
  #from: Instant | null;
  /** Keys that the digests of the day before name: a file at the edge of a day may stand in either. */
  #named: ReadonlySet<string> = new Set();

  constructor(source: DigestSource, root: DigestRoot, options: WalkOptions) {
    this.#source = source;
    this.#root = root;
    this.#options = options;
    this.#from = options.from;
  }

  async until(day: Day, later: Day): Promise<FileVerdict[]> {
    const { unnamedBefore, to } = this.#options;
    if (unnamedBefore === null) return [];
    const own = namesIn(day);
    const named = new Set([...this.#named, ...own, ...namesIn(later)]);
    const isLast = later.keys.length === 0;
    const end = lastEnd(day);
    const reached = to !== null && to < end ? to : end;
    const until = isLast ? to : reached;
    const loose: FileVerdict[] = [];
    for await (const log of this.#source.logs(this.#root, this.#from, until)) {
      const deliveredAt = logName(log.key)?.deliveredAt;
      if (deliveredAt === undefined || isNamed(named, log)) continue;
      // After the last digest the next one may still name it.
      if (deliveredAt >= reached && deliveredAt >= unnamedBefore) continue;
      loose.push(unnamedFile(this.#root, log.bucket ?? "", log.key));
    }
    this.#from = reached;
    this.#named = own;
    return loose;
  }
}

function isWithin({ key }: OpenedDigest, to: Instant | null): boolean {
  return to === null || digestName(key)!.endsAt <= to;
}

function lastEnd({ keys }: Day): Instant {
  return keys.map((key) => digestName(key)!.endsAt).reduce((end, at) => (at > end ? at : end));
}

/** Files by bucket and key, and by the part of the key that a copy keeps. */
function namesIn({ opened }: Day): Set<string> {
  const logs = opened.flatMap(({ content }) => ("digest" in content ? content.digest.logs : []));
  return new Set(logs.flatMap(({ bucket, key }) => [`${bucket}/${key}`, belowAwsLogs(key) ?? key]));
}

function isNamed(named: ReadonlySet<string>, { bucket, key }: TrailAddress): boolean {
  return named.has(bucket === null ? key : `${bucket}/${key}`);
}

/** Results in the order of the items; a few run at a time, and nothing is started after a failure. */
async function eachOf<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))));
  }
  return results;
}
