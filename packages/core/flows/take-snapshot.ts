/**
 * Takes one access snapshot: reads the directory, listing by listing, and publishes it whole. Guarantees that nothing is seen of a
 * crawl that failed, that the next one goes on where it stopped, that an instance is crawled by one process at a time, and that what
 * points at nothing is named in the receipt.
 */
import type { CrawlNote } from "../domain/access.ts";
import type { DanglingReference, FactKind } from "../domain/access/facts.ts";
import { HOUR, instant, plus, type Instant } from "../domain/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { CrawlRun, CrawlStore } from "../ports/access/crawl-store.ts";
import type { CrawlProgress, Directory } from "../ports/access/directory.ts";
import type { AssignmentListing } from "./crawl/assignments.ts";
import { Crawl } from "./crawl/crawl.ts";
import { readWhole } from "./crawl/whole.ts";
import { REFRESH } from "./crawl/refresh.ts";

/** A crawl that got no further for longer is begun anew: what it read would be too old. */
const RESUMED_WITHIN = 2 * HOUR;

export interface TakeSnapshot {
  readonly directory: Directory;
  readonly store: CrawlStore;
  readonly clock: Clock;
  /** `createdId("snp", …)` with this instant and fresh randomness. */
  readonly newId: (now: Instant) => string;
  /** May throw to end the crawl; what was read is kept. */
  readonly progress: (progress: CrawlProgress) => void;
  /** Awaited when everything is read and before anything is published. */
  readonly beforePublishing?: () => Promise<unknown>;
}

export interface SnapshotReceipt {
  readonly id: string;
  readonly instanceArn: string;
  readonly startedAt: Instant;
  readonly completedAt: Instant;
  /** Whether another process had begun it. */
  readonly resumed: boolean;
  /** Facts by kind. */
  readonly counts: Readonly<Record<FactKind, number>>;
  /** Requests that left, by `<service>:<Operation>`, those of processes before included. */
  readonly apiCalls: Readonly<Record<string, number>>;
  /** How assignments were listed, and what either way would have cost; null where the instance has none. */
  readonly assignmentListing: AssignmentListing | null;
  /** Facts that are new or changed, and facts that ended or changed, since the crawl before. */
  readonly opened: number;
  readonly closed: number;
  readonly dangling: readonly DanglingReference[];
  /** What was not read, changed meanwhile, or is odd. */
  readonly notes: readonly CrawlNote[];
}

/** Throws the directory's or the store's fault. */
export async function takeSnapshot(ports: TakeSnapshot): Promise<SnapshotReceipt> {
  const { store, clock, progress } = ports;
  const directory = await ports.directory.open();
  const { instanceArn } = directory.instance;
  return store.exclusively(instanceArn, async () => {
    const { run, done } = await beginOrResume(ports, instanceArn);
    const crawl = new Crawl({ directory, store, clock, progress }, run, done);
    const { assignmentListing, notes } = await readWhole(crawl);
    await ports.beforePublishing?.();
    const completedAt = instant(clock.now());
    const apiCalls = crawl.calls();
    const published = await store.publish(run.id, {
      completedAt,
      apiCalls,
      notes,
      replaces: null,
    });
    const { id, startedAt, resumed } = run;
    return {
      id,
      instanceArn,
      startedAt,
      completedAt,
      resumed,
      apiCalls,
      assignmentListing,
      ...published,
    };
  });
}

/** A refresh that was killed is nothing to go on with. */
async function beginOrResume(
  { store, clock, newId }: TakeSnapshot,
  instanceArn: string,
): Promise<{ run: CrawlRun; done: readonly string[] }> {
  const now = instant(clock.now());
  const run = await store.begin(newId(now), instanceArn, now, plus(now, -RESUMED_WITHIN));
  const done = run.resumed ? await store.unitsRead(run.id) : [];
  if (!done.includes(REFRESH)) return { run, done };
  return { run: await store.begin(newId(now), instanceArn, now, null), done: [] };
}
