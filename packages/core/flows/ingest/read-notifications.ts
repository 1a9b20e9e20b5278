/**
 * Reads what a queue announces. A message is deleted only when the records of all its objects are committed, or what stands in their
 * way is recorded; tests of the line are deleted. A message that is not about the bucket is nobody's to delete here: it stays, and is
 * told as a problem. Messages may come twice or never: the daily listing finds what was not announced.
 */
import { Fault } from "../../domain/fault.ts";
import { instant } from "../../domain/time.ts";
import { parseNotification, type AnnouncedKey } from "../../domain/trail/notification.ts";
import type { QueueMessage, TrailQueue } from "../../ports/trail/trail-bucket.ts";
import { announcementOf } from "./bucket/announce.ts";
import { NO_OBJECTS, sumBuckets, type BucketReceipt } from "./bucket/bucket-receipt.ts";
import { readDue, type BucketPorts } from "./bucket/read-objects.ts";

export interface NotificationReceipt extends BucketReceipt {
  /** Messages that were dealt with and deleted. */
  readonly messages: number;
  readonly foreign: number;
  /** `queue.foreign`, where a message is not about the bucket; null otherwise. */
  readonly queueFault: Fault | null;
}

/** A queue of somebody else is not read through: each receipt hides its messages from its owner for a while. */
const FOREIGN_IN_A_ROW = 3;

/** Until the queue is empty, or holds nothing of ours. Waits at most so many seconds for the first message. */
export async function readNotifications(
  ports: BucketPorts,
  queue: TrailQueue,
  waitSeconds: number,
): Promise<NotificationReceipt> {
  let total = NO_OBJECTS;
  let [messages, foreign, inARow, wait] = [0, 0, 0, waitSeconds];
  let reason = "";
  while (inARow < FOREIGN_IN_A_ROW) {
    ports.signal?.throwIfAborted();
    const received = await queue.receive(wait, ports.signal);
    if (received.length === 0) break;
    wait = 0;
    const sorted = sort(received, ports.bucket.name);
    foreign += sorted.foreign.length;
    reason = sorted.foreign[0] ?? reason;
    inARow = sorted.ours.length === 0 ? inARow + 1 : 0;
    total = sumBuckets(total, await read(ports, sorted.created));
    await queue.delete(sorted.ours);
    messages += sorted.ours.length;
  }
  const queueFault = foreign === 0 ? null : foreignFault(queue, ports.bucket.name, reason);
  return { ...total, messages, foreign, queueFault };
}

interface Sorted {
  readonly ours: QueueMessage[];
  readonly created: AnnouncedKey[];
  /** The reason of each message that is not ours. */
  readonly foreign: string[];
}

function sort(received: readonly QueueMessage[], bucket: string): Sorted {
  const sorted: Sorted = { ours: [], created: [], foreign: [] };
  for (const message of received) {
    const parsed = parseNotification(message.body);
    if (parsed.kind === "foreign") sorted.foreign.push(parsed.reason);
    else if (parsed.kind === "test") sorted.ours.push(message);
    else if (parsed.buckets.some((one) => one !== bucket))
      sorted.foreign.push("announces objects of another bucket");
    else {
      sorted.ours.push(message);
      sorted.created.push(...parsed.created);
    }
  }
  return sorted;
}

async function read(ports: BucketPorts, created: readonly AnnouncedKey[]): Promise<BucketReceipt> {
  const announced = created.flatMap((object) => announcementOf(ports.bucket, object) ?? []);
  if (announced.length === 0) return NO_OBJECTS;
  const now = instant(ports.clock.now());
  await ports.objects.announce(ports.bucket.name, announced, "notification", now);
  const keys = announced.filter(({ log }) => log !== null).map(({ key }) => key);
  return keys.length === 0 ? NO_OBJECTS : readDue(ports, [...new Set(keys)]);
}

function foreignFault(queue: TrailQueue, bucket: string, reason: string): Fault {
  return new Fault(
    "queue.foreign",
    `The queue ${queue.name} holds messages that are not about the bucket ${bucket} (one ${reason}); they were left there: give Curfew a queue of its own in CURFEW_TRAIL_QUEUE_URL.`,
  );
}
