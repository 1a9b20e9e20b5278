/**
 * The organisation trail's bucket as the services read it: once for a command, in turns for a service. Guarantees that the state of
 * the bucket, its queue and its trail is kept after each reading, with the one sentence that mends what is wrong.
 */
import { Fault } from "#core/domain/fault";
import { HOUR, instant, MINUTE, type Instant } from "#core/domain/time";
import {
  NO_OBJECTS,
  sumBuckets,
  type BucketReceipt,
} from "#core/flows/ingest/bucket/bucket-receipt";
import { inspectTrail } from "#core/flows/ingest/bucket/inspect-trail";
import { readDue, type BucketPorts } from "#core/flows/ingest/bucket/read-objects";
import { backfillSince, readBucket, type BucketProgress } from "#core/flows/ingest/read-bucket";
import { readNotifications } from "#core/flows/ingest/read-notifications";
import { reconcileBucket } from "#core/flows/ingest/reconcile-bucket";
import type { LogFields, Logger } from "#core/platform/logger";
import { digestTurn, DIGESTS_EVERY, type Digests } from "./digest-turn.ts";
import type { Clock } from "#core/ports/clock";
import type { ObjectStore } from "#core/ports/trail/object-store";
import type { SourceStates } from "#core/ports/trail/source-states";
import type { TrailBucket, TrailInspector, TrailQueue } from "#core/ports/trail/trail-bucket";
import type { TrailStore } from "#core/ports/trail/trail-store";

export interface BucketSource {
  readonly bucket: TrailBucket;
  /** Null: the bucket is listed again and again. */
  readonly queue: TrailQueue | null;
  /** Null where there is no trail to ask for. */
  readonly inspector: TrailInspector | null;
  readonly objects: ObjectStore;
  /** Null: the trail's digests are not validated. */
  readonly digests: Digests | null;
  readonly states: SourceStates;
  readonly backfillMilliseconds: number;
}

export interface BucketReadPorts {
  readonly store: TrailStore;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** The queue is asked again at once: waiting for a message is part of the asking. */
const QUEUE_EVERY = 1_000;
/** The longest that SQS holds a request open (AWS: ReceiveMessage API reference). */
const QUEUE_WAIT_SECONDS = 20;
const DUE_EVERY = 10_000;
/** Without a queue, listing is the only way in which new objects become known. */
const LISTED_EVERY = 2 * MINUTE;
const LISTED_EVERY_WITH_QUEUE = HOUR;
const INSPECTED_EVERY = HOUR;

/** What the queue holds, then everything that the bucket holds since an instant, once. */
export async function readBucketSource(
  source: BucketSource,
  ports: BucketReadPorts,
  options: {
    readonly since?: Instant;
    readonly progress?: (progress: BucketProgress) => void;
  } = {},
): Promise<BucketReceipt> {
  const inner = portsOf(source, ports);
  const announced = source.queue === null ? NO_OBJECTS : await drained(source, inner, 0);
  const { since, progress } = options;
  const from = since ?? backfillSince(ports.clock.now(), source.backfillMilliseconds);
  const listed = await stated(source, inner, () =>
    readBucket(inner, from, {
      again: since !== undefined,
      ...(progress === undefined ? {} : { progress }),
    }),
  );
  return sumBuckets(announced, listed);
}

export interface BucketTurn {
  readonly source: string;
  readonly everyMilliseconds: number;
  readonly run: () => Promise<LogFields | null>;
}

/** The loops of a service: notifications, listing and retries, and the trail's own settings. */
export function bucketTurns(
  source: BucketSource,
  ports: BucketReadPorts,
  log: Pick<Logger, "warn">,
): BucketTurn[] {
  const inner = portsOf(source, ports);
  const { queue, inspector } = source;
  const turns: BucketTurn[] = [
    { source: "s3", everyMilliseconds: DUE_EVERY, run: listingTurn(source, inner, log) },
  ];
  if (queue !== null) {
    const run = async () => counted(await drained(source, inner, QUEUE_WAIT_SECONDS, log), log);
    turns.push({ source: "sqs", everyMilliseconds: QUEUE_EVERY, run });
  }
  if (source.digests !== null) {
    const { digests, states } = source;
    const turn = digestTurn(digests, states, ports.clock, log);
    const run = () => keepingFailure(digests.name, states, ports.clock, ports.signal, turn);
    turns.push({ source: "digests", everyMilliseconds: DIGESTS_EVERY, run });
  }
  if (inspector !== null) {
    const run = async () => {
      const { bucket, states } = source;
      const { clock } = ports;
      const name = `trail/${bucket.name}`;
      const checks = await keepingFailure(name, states, clock, ports.signal, () =>
        inspectTrail(bucket, inspector, states, clock),
      );
      await states.healthy(name, instant(clock.now()));
      for (const { fault } of checks) if (fault !== null) log.warn("ingest.trail", {}, fault);
      return null;
    };
    turns.push({ source: "trail", everyMilliseconds: INSPECTED_EVERY, run });
  }
  return turns;
}

/** The back-fill first, then the listings as often as they are due, and in between what is to be tried again. */
function listingTurn(
  source: BucketSource,
  ports: BucketPorts,
  log: Pick<Logger, "warn">,
): () => Promise<LogFields | null> {
  const every = source.queue === null ? LISTED_EVERY : LISTED_EVERY_WITH_QUEUE;
  let listedAt: number | null = null;
  return async () => {
    const began = ports.clock.now();
    const due = listedAt === null || began - listedAt >= every || began < listedAt;
    const receipt = await stated(source, ports, async () => {
      if (!due) return readDue(ports);
      if (listedAt === null)
        return readBucket(ports, backfillSince(began, source.backfillMilliseconds));
      const reconciled = await reconcileBucket(ports);
      if (source.queue !== null && reconciled.unannounced > 0) {
        const problem = `${reconciled.unannounced} objects of s3://${ports.bucket.name} were found by listing and announced by no message within a quarter of an hour: see that the bucket notifies the queue ${source.queue.name}.`;
        log.warn("ingest.s3", { count: reconciled.unannounced }, problem);
      }
      return reconciled;
    });
    if (due) listedAt = began;
    return counted(receipt, log);
  };
}

function portsOf({ bucket, objects }: BucketSource, ports: BucketReadPorts): BucketPorts {
  return { ...ports, bucket, objects };
}

/** Reads the bucket and keeps how it went. */
async function stated(
  { states }: BucketSource,
  { bucket, clock, signal }: BucketPorts,
  work: () => Promise<BucketReceipt>,
): Promise<BucketReceipt> {
  const name = `s3/${bucket.name}`;
  const receipt = await keepingFailure(name, states, clock, signal, work);
  const now = instant(clock.now());
  // What one object lacks is told with the object; where none can be read, it is the bucket that lacks it.
  if (receipt.fault !== null && receipt.objects === 0)
    await states.failing(name, receipt.fault, now);
  else await states.healthy(name, now);
  return receipt;
}

async function drained(
  { queue, states }: BucketSource,
  ports: BucketPorts,
  waitSeconds: number,
  log?: Pick<Logger, "warn">,
): Promise<BucketReceipt> {
  const name = `sqs/${queue!.name}`;
  const { clock, signal } = ports;
  const receipt = await keepingFailure(name, states, clock, signal, () =>
    readNotifications(ports, queue!, waitSeconds),
  );
  const { queueFault, messages } = receipt;
  if (queueFault === null) {
    await states.healthy(name, instant(clock.now()));
    return receipt;
  }
  await states.failing(name, queueFault, instant(clock.now()));
  // A queue that holds nothing of ours is asked ever more rarely; one that is shared is read on.
  if (messages === 0 && log !== undefined) throw queueFault;
  log?.warn("ingest.sqs", { count: receipt.foreign }, queueFault);
  return receipt;
}

async function keepingFailure<T>(
  name: string,
  states: SourceStates,
  clock: Clock,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // What the database cannot do is no state of the source, and could not be kept in it.
    if (error instanceof Fault && signal?.aborted !== true)
      await states.failing(name, error, instant(clock.now()));
    throw error;
  }
}

/** Null when nothing happened, which is not worth a line. */
function counted(receipt: BucketReceipt, log: Pick<Logger, "warn">): LogFields | null {
  for (const problem of receipt.problems) log.warn("ingest.object", {}, problem);
  const { objects, failing, refused, gone, superseded } = receipt;
  if (objects + failing + refused + gone + superseded === 0) return null;
  const { records, appended, duplicates, ignored, undecodable } = receipt;
  const counts = { objects, failing, refused, gone, superseded };
  return { counts, records, appended, duplicates, ignored, undecodable };
}
