/**
 * Takes one access snapshot: crawls the directory and publishes what it saw. Guarantees that nothing of a failed crawl is kept,
 * and that what points at nothing is named in the receipt.
 */
import type { AccessSnapshot } from "../domain/access.ts";
import {
  countFacts,
  danglingReferences,
  factsOf,
  type DanglingReference,
  type FactKind,
} from "../domain/access/facts.ts";
import { instant, type Instant } from "../domain/time.ts";
import type { AccessStore } from "../ports/access-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { CrawlProgress, Directory } from "../ports/directory.ts";

export interface TakeSnapshot {
  readonly directory: Directory;
  readonly store: AccessStore;
  readonly clock: Clock;
  /** `createdId("snp", …)` with this instant and fresh randomness. */
  readonly newId: (now: Instant) => string;
  readonly progress: (progress: CrawlProgress) => void;
}

export interface SnapshotReceipt {
  readonly id: string;
  readonly instanceArn: string;
  readonly startedAt: Instant;
  readonly completedAt: Instant;
  /** Facts by kind. */
  readonly counts: Readonly<Record<FactKind, number>>;
  /** Requests that left, by `<service>:<Operation>`. */
  readonly apiCalls: Readonly<Record<string, number>>;
  /** Facts that are new or changed, and facts that ended or changed, since the crawl before. */
  readonly opened: number;
  readonly closed: number;
  readonly dangling: readonly DanglingReference[];
}

/** Throws the directory's or the store's fault. */
export async function takeSnapshot(ports: TakeSnapshot): Promise<SnapshotReceipt> {
  const startedAt = instant(ports.clock.now());
  const { snapshot, apiCalls } = await ports.directory.crawl(ports.progress);
  const completedAt = instant(ports.clock.now());
  const id = ports.newId(completedAt);
  const { store } = ports;
  const change = await store.publish(id, snapshot, apiCalls, startedAt, completedAt);
  return { ...summary(snapshot), id, startedAt, completedAt, apiCalls, ...change };
}

function summary(snapshot: AccessSnapshot) {
  return {
    instanceArn: snapshot.instance.instanceArn,
    counts: countFacts(factsOf(snapshot)),
    dangling: danglingReferences(snapshot),
  };
}
