/**
 * Reads the objects of a bucket that are due. Guarantees that an object counts as read only after its records are committed, that an
 * object which cannot be read delays no other, and that at most 32 MiB of objects are held at once. What cannot be read is kept with
 * its sentence and the time of its next try.
 */
import { Fault } from "../../../domain/fault.ts";
import { HOUR, instant, plus, SECOND, type Instant } from "../../../domain/time.ts";
import { shownKey } from "../../../domain/trail/object-key.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { DueObject, ObjectMark, ObjectStore } from "../../../ports/trail/object-store.ts";
import type { ObjectRead, TrailBucket } from "../../../ports/trail/trail-bucket.ts";
import type { TrailStore } from "../../../ports/trail/trail-store.ts";
import { ingestFiles } from "../ingest-files.ts";
import { NO_OBJECTS, sumBuckets, type BucketReceipt } from "./bucket-receipt.ts";
import { sideBySide } from "./side-by-side.ts";

export interface BucketPorts {
  readonly bucket: TrailBucket;
  readonly objects: ObjectStore;
  readonly store: TrailStore;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** Small files share a transaction: with 40 of them it costs what one large file costs. */
const OBJECTS_AT_ONCE = 40;
/** Two groups are in hand: while the database stores one, the next is fetched. Together they hold twice this. */
const GROUPS_AT_ONCE = 2;
const GROUP_BYTES = 16 * 1024 * 1024;
/** Taken for the size of an object whose announcement does not tell it; a larger one is read by itself. */
const LIKELY_BYTES = 1024 * 1024;
const FETCHED_AT_ONCE = 8;

const FIRST_WAIT = 15 * SECOND;
const LONGEST_WAIT = HOUR;
/** Content that is no trail file may have been damaged on its way: it is fetched this often before it is refused. */
const TRIES_OF_WRONG_CONTENT = 3;

/** Until nothing is due: all of the bucket, or some keys. `progress` is told the objects of each group when they are done. */
export async function readDue(
  ports: BucketPorts,
  keys: readonly string[] | null = null,
  progress: (objects: number) => void = () => undefined,
): Promise<BucketReceipt> {
  let total = NO_OBJECTS;
  const selection = { atMost: OBJECTS_AT_ONCE, ...(keys === null ? {} : { keys }) };
  const lane = async () => {
    for (;;) {
      ports.signal?.throwIfAborted();
      const now = instant(ports.clock.now());
      const handed = await ports.objects.withDue(ports.bucket.name, selection, now, async (due) => {
        const group = await readGroup(ports, now, groupOf(due));
        total = sumBuckets(total, group.receipt);
        progress(group.marks.length);
        return group.marks;
      });
      if (handed === 0) return;
    }
  };
  await sideBySide(Array.from({ length: GROUPS_AT_ONCE }), GROUPS_AT_ONCE, lane);
  return total;
}

/** When an object is tried again after so many tries. */
export function nextAttempt(tries: number, now: Instant): Instant {
  return plus(now, Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(tries, 20)));
}

const likely = ({ bytes }: DueObject): number => bytes ?? LIKELY_BYTES;

function groupOf(due: readonly DueObject[]): DueObject[] {
  let bytes = 0;
  const end = due.findIndex((object, index) => {
    bytes += Math.min(likely(object), GROUP_BYTES);
    return index > 0 && bytes > GROUP_BYTES;
  });
  return end === -1 ? [...due] : due.slice(0, end);
}

interface Group {
  marks: ObjectMark[];
  receipt: BucketReceipt;
}

type Fetched = Extract<ObjectRead, { outcome: "read" }>;

async function readGroup(
  ports: BucketPorts,
  now: Instant,
  objects: readonly DueObject[],
): Promise<Group> {
  const group: Group = { marks: [], receipt: NO_OBJECTS };
  const larger: DueObject[] = [];
  const fetched = new Map<DueObject, Fetched>();
  await sideBySide(objects, FETCHED_AT_ONCE, async (object) => {
    if (likely(object) > GROUP_BYTES) return note(group, tooLarge(ports, object));
    const read = await ports.bucket.read(object.key, object.etag, likely(object));
    if (read.outcome === "read") fetched.set(object, read);
    else if (read.outcome === "larger" && read.bytes <= GROUP_BYTES) larger.push(object);
    else note(group, unread(ports, object, read, now));
  });
  // In the order in which they are due, whatever the order in which they came.
  await ingest(ports, now, group, objects, fetched);
  fetched.clear();
  for (const object of larger) {
    const read = await ports.bucket.read(object.key, object.etag, GROUP_BYTES);
    if (read.outcome === "read")
      await ingest(ports, now, group, [object], new Map([[object, read]]));
    else note(group, unread(ports, object, read, now));
  }
  return group;
}

async function ingest(
  { bucket, store, clock }: BucketPorts,
  now: Instant,
  group: Group,
  objects: readonly DueObject[],
  fetched: ReadonlyMap<DueObject, Fetched>,
): Promise<void> {
  const order = objects.filter((object) => fetched.has(object));
  if (order.length === 0) return;
  const files = order.map((object) => ({
    path: `s3://${bucket.name}/${object.key}`,
    bytes: fetched.get(object)!.bytes,
  }));
  const outcomes = await ingestFiles(files, store, clock, "s3");
  for (const [index, outcome] of outcomes.entries()) {
    const object = order[index]!;
    if ("refused" in outcome) {
      note(group, wrongContent(object, outcome.refused, now));
      continue;
    }
    const { etag, versionId, bytes } = fetched.get(object)!;
    const { sha256, receipt } = outcome;
    note(group, {
      mark: { object, state: "read", etag, versionId, bytes: bytes.length, sha256 },
      fault: null,
    });
    group.receipt = sumBuckets(group.receipt, { ...NO_OBJECTS, ...receipt });
  }
}

interface Noted {
  readonly mark: ObjectMark;
  readonly fault: Fault | null;
}

function note(group: Group, { mark, fault }: Noted): void {
  group.marks.push(mark);
  const counted = mark.state === "read" ? "objects" : mark.state;
  const problems = mark.state === "read" ? [] : [mark.problem];
  // What passes by itself needs nobody.
  const told = fault?.retry === "later" ? null : fault;
  group.receipt = sumBuckets(group.receipt, { ...NO_OBJECTS, [counted]: 1, problems, fault: told });
}

function unread(
  ports: BucketPorts,
  object: DueObject,
  read: Exclude<ObjectRead, Fetched>,
  now: Instant,
): Noted {
  const place = placeOf(ports, object);
  switch (read.outcome) {
    case "larger":
      return tooLarge(ports, object);
    case "gone":
      return {
        mark: {
          object,
          state: "gone",
          problem: `${place} was announced and is not there: find out who or what removed it; it is read when a listing shows it again.`,
        },
        fault: null,
      };
    case "changed":
      return {
        mark: {
          object,
          state: "superseded",
          problem: `The content of ${place} was replaced before it was read: what stands there now is read instead.`,
        },
        fault: null,
      };
    case "failing":
      return {
        mark: {
          object,
          state: "failing",
          problem: read.fault.message,
          nextAttemptAt: nextAttempt(object.attempts, now),
        },
        fault: read.fault,
      };
  }
}

function wrongContent(object: DueObject, refused: Fault, now: Instant): Noted {
  const problem = refused.message;
  const mark: ObjectMark =
    object.attempts + 1 < TRIES_OF_WRONG_CONTENT
      ? { object, state: "failing", problem, nextAttemptAt: nextAttempt(object.attempts, now) }
      : { object, state: "refused", problem };
  return { mark, fault: mark.state === "refused" ? refused : null };
}

function tooLarge(ports: BucketPorts, object: DueObject): Noted {
  const problem = `${placeOf(ports, object)} has more than ${GROUP_BYTES / 1024 / 1024} MiB, which no file of a trail has: read it with curfew ingest if its content belongs here.`;
  return {
    mark: { object, state: "refused", problem },
    fault: new Fault("input.too-large", problem),
  };
}

const placeOf = ({ bucket }: BucketPorts, { key }: DueObject): string =>
  `s3://${bucket.name}/${shownKey(key)}`;
