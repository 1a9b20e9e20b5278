/**
 * Validates the digests of every place of a source and keeps the verdicts. Each day of a place is one transaction; a digest that
 * was found valid is not read again, so a repetition changes nothing and an interrupted run goes on where it stopped. Files that
 * ingest has read are compared by the SHA-256 it kept, without a second download.
 */
import type { DigestVerdict, FileVerdict } from "../../../domain/digest/verdict.ts";
import { Fault } from "../../../domain/fault.ts";
import { DAY, earliest, instant, plus, type Instant } from "../../../domain/time.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { DigestRoot, DigestSource } from "../../../ports/trail/digest-source.ts";
import type { DigestStore } from "../../../ports/trail/digest-store.ts";
import { walkDigests } from "./walk-digests.ts";

export interface DigestSpan {
  /** Digests that end in `(from, to]`; begins earlier where a place's chain was validated up to an earlier instant only. */
  readonly from: Instant;
  readonly to: Instant;
}

/** What a run judged; what it did not have to look at again is not counted. */
export interface DigestReceipt {
  /** Accounts and Regions. */
  readonly places: number;
  readonly digests: Readonly<Record<DigestVerdict["verdict"], number>>;
  readonly files: Readonly<Record<FileVerdict["verdict"], number>>;
  /** Places that could not be read to their end; what was judged before is kept. */
  readonly problems: readonly { readonly root: DigestRoot; readonly fault: Fault }[];
}

interface Counts {
  readonly digests: Record<DigestVerdict["verdict"], number>;
  readonly files: Record<FileVerdict["verdict"], number>;
}

/** Delivery of a digest may be late; a file older than this that no digest names is told of. */
const OVERDUE = DAY;

/** Reads digests and files of `span` from `source` and upserts their verdicts. Throws a fault when the source cannot be listed. */
export async function checkDigests(
  source: DigestSource,
  store: DigestStore,
  clock: Clock,
  span: DigestSpan,
): Promise<DigestReceipt> {
  const counts: Counts = {
    digests: { valid: 0, invalid: 0, unconfirmed: 0 },
    files: { valid: 0, invalid: 0, missing: 0, "no-digest": 0 },
  };
  const problems: { root: DigestRoot; fault: Fault }[] = [];
  const roots = await source.roots();
  for (const root of roots) {
    try {
      await checkPlace(source, store, clock, root, span, counts);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      problems.push({ root, fault: error });
    }
  }
  const now = instant(clock.now());
  counts.files["no-digest"] += await store.markUnnamed(
    span.from,
    span.to,
    plus(now, -OVERDUE),
    now,
  );
  return { places: roots.length, ...counts, problems };
}

async function checkPlace(
  source: DigestSource,
  store: DigestStore,
  clock: Clock,
  root: DigestRoot,
  { from: asked, to }: DigestSpan,
  counts: Counts,
): Promise<void> {
  const from = earliest(asked, await store.chainEnd(root))!;
  const judged = await store.judgedDigests(root, from, to);
  const valid = judged.filter(({ verdict }) => verdict === "valid");
  const unseen = new Map(
    valid.filter(({ key }) => key.startsWith(root.root)).map((one) => [one.key, one]),
  );
  const days = walkDigests(source, root, {
    from,
    to,
    settled: new Set(valid.map(({ key }) => key)),
    hashes: (files) => store.hashesRead(files),
    unnamedBefore: null,
    listed: (keys) => keys.forEach((key) => unseen.delete(key)),
  });
  for await (const day of days) {
    await store.save(day, instant(clock.now()));
    count(counts, day.digests, day.files);
  }
  const gone = [...unseen.values()].map((digest): DigestVerdict => ({
    ...digest,
    verdict: "invalid",
    reason: "it is gone, although it was there and valid when it was last looked for",
  }));
  if (gone.length > 0) await store.save({ digests: gone, files: [] }, instant(clock.now()));
  count(counts, gone, []);
}

function count(
  { digests, files }: Counts,
  judged: readonly DigestVerdict[],
  found: readonly FileVerdict[],
): void {
  for (const { verdict } of judged) digests[verdict] += 1;
  for (const { verdict } of found) files[verdict] += 1;
}
