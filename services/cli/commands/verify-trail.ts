/**
 * `curfew verify-trail FOLDER|s3://bucket/prefix`: validates a trail's digests and the log files they name, without a database.
 * Exit 0 when everything is valid, 1 and the list of what does not match, 2 for wrong use, 3 when it cannot be read. Without
 * public keys nothing is called valid.
 */
import type { Command } from "commander";
import { folderDigests } from "#core/adapters/files/digests";
import { readPublicKeys } from "#core/adapters/files/public-keys";
import type { DigestKey } from "#core/domain/digest/signature";
import { Fault } from "#core/domain/fault";
import { DAY, instant, plus, type Instant } from "#core/domain/time";
import { walkDigests } from "#core/flows/ingest/digests/walk-digests";
import type { DigestRoot, DigestSource } from "#core/ports/trail/digest-source";
import { anInstant, instantOption } from "../options.ts";
import { Output, printable } from "../output.ts";
import { bucketDigests } from "../trail-bucket-digests.ts";
import { PlaceTally, type Difference, type PlaceSummary } from "../trail-verdict.ts";

interface Options {
  readonly publicKeys: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

interface Span {
  readonly from: Instant | null;
  readonly to: Instant | null;
}

export function addVerifyTrail(program: Command): void {
  program
    .command("verify-trail")
    .description("validate the digests of a trail and the log files they name, offline or in S3")
    .argument("<trail>", "a folder that is a copy of the bucket, or s3://bucket/prefix")
    .option(
      "--public-keys <file>",
      "output of aws cloudtrail list-public-keys; once for each Region",
      (file: string, files: readonly string[]) => [...files, file],
      [],
    )
    .option("--from <instant>", "digests that end after this", anInstant("--from"))
    .option("--to <instant>", "digests that end up to this", anInstant("--to"))
    .option("--json", "one compact JSON value a line: each difference, then the summary")
    .option("--quiet", "no progress and no notes")
    .action(verifyTrail);
}

async function verifyTrail(trail: string, options: Options): Promise<void> {
  const output = new Output(options);
  const span = spanOf(options);
  const keys: DigestKey[] = [];
  for (const file of options.publicKeys) keys.push(...(await readPublicKeys(file)));
  const isBucket = trail.startsWith("s3://");
  if (!isBucket && keys.length === 0) {
    output.note(
      "No public keys are given, so nothing can be called valid: add --public-keys FILE with the output of aws cloudtrail list-public-keys.",
    );
  }
  const source = isBucket ? await bucketDigests(trail, keys) : folderDigests(trail, keys);
  const roots = await source.roots();
  const bar = output.progress("Digests");
  const total = await countDigests(source, roots, span);
  const summaries: PlaceSummary[] = [];
  const differences: Difference[] = [];
  let done = 0;
  const tell = (found: readonly Difference[]) => {
    for (const one of found) output.value(one);
    if (!output.json) differences.push(...found);
  };
  try {
    for (const root of roots) {
      const tally = new PlaceTally(root);
      for await (const day of walk(source, root, span)) {
        tell(tally.add(day));
        done += day.digests.length;
        bar.update(done, Math.max(done, total));
      }
      const { summary, gaps } = tally.end(span);
      tell(gaps);
      summaries.push(summary);
    }
  } finally {
    bar.stop();
  }
  report(summaries, differences, output);
}

function spanOf(options: Options): Span {
  const from = instantOption(options.from, "--from") ?? null;
  const to = instantOption(options.to, "--to") ?? null;
  if (from !== null && to !== null && from >= to) {
    throw new Fault("input.invalid", `--from ${from} must lie before --to ${to}.`);
  }
  return { from, to };
}

function walk(source: DigestSource, root: DigestRoot, span: Span) {
  return walkDigests(source, root, {
    ...span,
    settled: new Set(),
    hashes: () => Promise.resolve(new Map()),
    unnamedBefore: plus(instant(Date.now()), -DAY),
    listed: () => undefined,
  });
}

/** For the bar alone: names are listed, nothing is read. */
async function countDigests(
  source: DigestSource,
  roots: readonly DigestRoot[],
  { from, to }: Span,
): Promise<number> {
  let total = 0;
  for (const root of roots) {
    for await (const _ of source.digests(root, from, to)) total += 1;
  }
  return total;
}

function report(
  places: readonly PlaceSummary[],
  differences: readonly Difference[],
  output: Output,
): void {
  const valid = places.every(isValid);
  output.value({ kind: "summary", valid, places });
  output.table(
    [
      "account",
      "Region",
      "from",
      "to",
      "hours",
      "digests",
      "files",
      "invalid",
      "missing",
      "no digest",
      "gaps",
    ],
    places.map((place) => [
      place.accountId,
      place.region,
      place.from,
      place.to,
      place.hours,
      `${place.digests.valid} of ${total(place.digests)}`,
      `${place.files.valid} of ${total(place.files)}`,
      place.files.invalid,
      place.files.missing,
      place.files["no-digest"],
      place.gaps,
    ]),
    "There is no digest.",
  );
  for (const one of differences) {
    const what = one.key === null ? `${one.accountId} ${one.region}` : address(one);
    output.say(printable(`${one.kind} ${one.verdict}: ${what}: ${one.reason}`));
  }
  output.say(
    valid
      ? "Everything is valid."
      : "Not everything is valid: what is listed above cannot be relied on.",
  );
  if (!valid) process.exitCode = 1;
}

function address({ bucket, key }: Difference): string {
  return bucket === null ? key! : `s3://${bucket}/${key}`;
}

/** A place whose digests lie outside the span shows nothing, and so is not valid. */
function isValid({ digests, files, gaps }: PlaceSummary): boolean {
  return (
    gaps === 0 &&
    digests.valid > 0 &&
    total(digests) === digests.valid &&
    total(files) === files.valid
  );
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
