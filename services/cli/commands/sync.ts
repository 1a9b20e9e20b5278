/** `curfew sync` and `curfew snapshot`: read every source, or the directory, once. */
import { SingleBar } from "cli-progress";
import type { Command } from "commander";
import { PostgresWindowStore } from "#core/adapters/postgres/sources/window-store";
import type { Instant } from "#core/domain/time";
import { NOTHING, sum, type IngestReceipt } from "#core/flows/ingest/ingest-receipt";
import { timeLeft, type ListingProgress } from "#core/flows/ingest/listing-progress";
import { takeSnapshot, type SnapshotReceipt } from "#core/flows/take-snapshot";
import { Fault } from "#core/domain/fault";
import type { BucketReceipt } from "#core/flows/ingest/bucket/bucket-receipt";
import {
  readBucketOnce,
  readFiles,
  readStreams,
  type FilesReceipt,
  type Progress,
} from "../../ingest/read-once.ts";
import type { Sources } from "../../ingest/sources.ts";
import { judgeDue } from "../judge.ts";
import {
  anInstant,
  instantOption,
  oneOf,
  withCommonOptions,
  withDemo,
  wordOption,
  type WorldOptions,
} from "../options.ts";
import { printable, type Output } from "../output.ts";
import type { Runtime } from "../runtime.ts";
import type { World } from "../world.ts";
import { withWorld } from "../with-world.ts";

const NOTE_EVERY_MILLISECONDS = 60_000;
/** Of a snapshot, for people; `--json` has all. */
const NOTES = 25;

const SOURCES = ["lookup-events", "files", "s3"] as const;

type Source = (typeof SOURCES)[number];

interface SyncOptions extends WorldOptions {
  readonly source?: string;
  readonly since?: string;
}

export function addSync(program: Command): void {
  withDemo(withCommonOptions(program.command("sync")))
    .description("read every configured source once, to its end, and judge whom it touched")
    .option("--source <name>", `only ${SOURCES.join(", ")}`, oneOf("--source", SOURCES))
    .option("--since <instant>", "read listings again from this instant", anInstant("--since"))
    .action((options: SyncOptions) => withWorld(options, sync));
  withDemo(withCommonOptions(program.command("snapshot")))
    .description("read users, groups, permission sets and assignments once")
    .action((options: WorldOptions) => withWorld(options, snapshot));
}

/** Milliseconds by phase, so that one sees where the time went. */
class Stopwatch {
  readonly laps: Record<string, number> = {};
  readonly #started = performance.now();
  #lap = this.#started;

  lap(phase: string): void {
    const now = performance.now();
    this.laps[phase] = Math.round(now - this.#lap);
    this.#lap = now;
  }

  get elapsedMs(): number {
    return Math.round(performance.now() - this.#started);
  }
}

async function sync(
  runtime: Runtime,
  world: World,
  output: Output,
  options: SyncOptions,
): Promise<void> {
  const watch = new Stopwatch();
  const only = wordOption(options.source, "--source", SOURCES);
  const since = instantOption(options.since, "--since");
  if (world.sourceNames.length === 0) {
    throw new Fault(
      "aws.not-configured",
      "Nothing to read: set CURFEW_TRAIL_DIR to a folder of trail files, or CURFEW_AWS=on and CURFEW_AWS_ACCOUNT_ID, or use --demo with another --data-dir.",
    );
  }
  // A directory that was never read makes access and its rules blind: reading it is part of the first sync.
  const first = only === undefined && (await runtime.stores.access.asOf(runtime.now())) === null;
  const reading = readOnce(runtime, world, output, { only, since, quiet: options.quiet === true });
  const [read] = await Promise.all([
    reading,
    first ? crawlUnlessRunning(runtime, world, output, reading) : null,
  ]);
  watch.lap("reading");
  const judged = await judgeDue(runtime, output);
  watch.lap("judging");
  tell(output, read, judged, watch);
}

interface Reading {
  readonly files: FilesReceipt | null;
  readonly listed: (IngestReceipt & { readonly streams: number }) | null;
  readonly bucket: BucketReceipt | null;
}

/** Each source has its own limits: side by side they take as long as the slowest. */
async function readOnce(
  runtime: Runtime,
  world: World,
  output: Output,
  { only, since, quiet }: { only: Source | undefined; since: Instant | undefined; quiet: boolean },
): Promise<Reading> {
  const wants = (source: Source) => only === undefined || only === source;
  const windows = new PostgresWindowStore(runtime.database);
  const ports = { store: runtime.stores.trail, windows, clock: runtime.clock };
  const bar = output.progress("Reading");
  const listings = showListings(output, only === "lookup-events" && !quiet);
  const progress = together((done, total) => bar.update(done, total));
  const sources = only === "s3" ? withBucket(world) : world.sources;
  const again = since === undefined ? {} : { since };
  const [files, listed, bucket] = await Promise.all([
    wants("files") ? readFiles(sources, ports, progress) : null,
    wants("lookup-events")
      ? readStreams(sources, ports, { progress: listings.update, ...again })
      : null,
    wants("s3") ? readBucketOnce(sources, ports, { progress, ...again }) : null,
  ]);
  bar.stop();
  listings.stop();
  return { files, listed, bucket };
}

function tell(
  output: Output,
  { files, listed, bucket }: Reading,
  judged: Awaited<ReturnType<typeof judgeDue>>,
  { elapsedMs, laps }: Stopwatch,
): void {
  const { records, appended, duplicates, ignored, undecodable } = [files, listed, bucket]
    .map((receipt) => receipt ?? NOTHING)
    .reduce(sum, NOTHING);
  const read = (files?.files ?? 0) + (bucket?.objects ?? 0);
  const counts = { files: read, records, appended, duplicates, ignored, undecodable };
  const objects = bucket === null ? {} : { objects: objectCounts(bucket) };
  output.value({ ...counts, ...objects, judged: judged.judged, elapsedMs, laps });
  output.say(
    `${records} records in ${counts.files} files and ${listed?.streams ?? 0} listings: ${appended} appended, ${duplicates} known already, ${ignored} not ours, ${undecodable} undecodable. ${judged.judged} people judged, ${judged.opened} findings opened (${elapsedMs} ms).`,
  );
  for (const { problem } of files?.refused ?? []) output.note(problem);
  for (const problem of bucket?.problems ?? []) output.note(problem);
}

/** What became of objects that were tried; the rows of those that failed say when they are tried again. */
function objectCounts({ objects, failing, refused, gone, superseded }: BucketReceipt) {
  return { read: objects, failing, refused, gone, superseded };
}

/** The sources with a bucket, where one is set or the demo has one. */
function withBucket({ sources, bucketOnRequest }: World): Sources {
  const bucket = sources.bucket ?? bucketOnRequest;
  if (bucket) return { ...sources, bucket };
  throw new Fault(
    "aws.not-configured",
    "No bucket is set: name the bucket of the organisation's trail in CURFEW_TRAIL_BUCKET, with CURFEW_AWS=on, or use --demo.",
  );
}

/** One bar for sources that are read side by side: what each has done and has to do is added up. */
function together(update: (done: number, total: number) => void): Progress {
  const parts = new Map<string, { done: number; total: number }>();
  return (source, done, total) => {
    parts.set(source, { done, total: total ?? done });
    const sums = [...parts.values()];
    update(
      sums.reduce((all, part) => all + part.done, 0),
      sums.reduce((all, part) => all + part.total, 0),
    );
  };
}

/**
 * A back-fill takes hours: alone on a terminal it has a bar, anywhere else it says once a minute how far it is. Two bars would
 * write over each other.
 */
function showListings(output: Output, alone: boolean) {
  const bar =
    alone && !output.json && process.stderr.isTTY
      ? new SingleBar({
          format: "Listings [{bar}] {value}/{total} windows · {records} records · {left} left",
          stream: process.stderr,
          clearOnComplete: true,
          hideCursor: true,
        })
      : null;
  let said = performance.now();
  bar?.start(1, 0, { records: 0, left: "?" });
  return {
    update: ({ windowsDone, windowsTotal, records, leftMilliseconds }: ListingProgress): void => {
      const left = leftMilliseconds === null ? "?" : timeLeft(leftMilliseconds);
      bar?.setTotal(windowsTotal);
      bar?.update(windowsDone, { records, left });
      if (bar !== null || performance.now() - said < NOTE_EVERY_MILLISECONDS) return;
      said = performance.now();
      output.note(
        `Listings: ${windowsDone} of ${windowsTotal} windows and ${records} records so far, ${left} left.`,
      );
    },
    stop: () => bar?.stop(),
  };
}

async function snapshot(runtime: Runtime, world: World, output: Output): Promise<void> {
  const started = performance.now();
  const receipt = await crawl(runtime, world, output);
  if (receipt === null) {
    throw new Fault(
      "aws.not-configured",
      "There is no directory to read: set CURFEW_AWS=on and CURFEW_AWS_ACCOUNT_ID, or use --demo with another --data-dir.",
    );
  }
  await judgeDue(runtime, output);
  const elapsedMs = Math.round(performance.now() - started);
  const { counts, apiCalls } = receipt;
  const calls = Object.values(apiCalls).reduce((total, count) => total + count, 0);
  const { id, resumed, assignmentListing, notes } = receipt;
  output.value({ id, counts, apiCalls, calls, assignmentListing, resumed, notes, elapsedMs });
  output.table(["kind", "count"], Object.entries(counts), "Nothing was found.");
  output.say(
    `${calls} API calls in ${elapsedMs} ms; ${receipt.opened} facts are new, ${receipt.closed} ended.`,
  );
  if (resumed) output.say("It went on with a crawl that another process had begun.");
  if (assignmentListing !== null) output.say(listingWords(assignmentListing));
  for (const { about, problem } of notes.slice(0, NOTES))
    output.note(printable(`${about}: ${problem}`));
  if (notes.length > NOTES) {
    output.note(`${notes.length - NOTES} further notes: see them with --json.`);
  }
}

function listingWords({
  by,
  pairs,
  principals,
}: NonNullable<SnapshotReceipt["assignmentListing"]>) {
  const [chosen, other] =
    by === "pairs"
      ? [
          `${pairs} provisioned pairs of account and permission set`,
          `${principals} users and groups`,
        ]
      : [
          `${principals} users and groups`,
          `${pairs} provisioned pairs of account and permission set`,
        ];
  return `Assignments were listed by ${chosen}, instead of ${other}.`;
}

/** A service that reads the directory already makes it known as well as this command would. */
async function crawlUnlessRunning(
  ...of: Parameters<typeof crawl>
): Promise<SnapshotReceipt | null> {
  try {
    return await crawl(...of);
  } catch (error) {
    if (!(error instanceof Fault && error.code === "snapshot.running")) throw error;
    of[2].note(error.message);
    return null;
  }
}

/**
 * Null where there is no directory. What was crawled is published after `reading`: both write the people, whose rows they lock in
 * different orders.
 */
async function crawl(
  runtime: Runtime,
  world: World,
  output: Output,
  reading: Promise<unknown> = Promise.resolve(),
): Promise<SnapshotReceipt | null> {
  const { directory } = world.sources;
  if (directory === null) return null;
  const bar = output.progress("Reading the directory");
  const told = together((done, total) => bar.update(done, total));
  return takeSnapshot({
    directory,
    beforePublishing: () => reading,
    store: runtime.stores.crawls,
    clock: runtime.clock,
    newId: (now) => runtime.newId("snp", now),
    progress: ({ phase, done, total }) => told(phase, done, total ?? done),
  }).finally(() => bar.stop());
}
