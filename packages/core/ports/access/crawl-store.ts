/** A crawl under way, kept so that whoever goes on with it repeats no more than one listing. Nobody sees it before it is published. */
import type { CrawlNote } from "../../domain/access.ts";
import type { DanglingReference, FactKind } from "../../domain/access/facts.ts";
import type { TrailEvent } from "../../domain/event.ts";
import type { Instant } from "../../domain/time.ts";

export interface CrawlRun {
  /** Becomes the snapshot's id. */
  readonly id: string;
  readonly instanceArn: string;
  /** When it was begun, by whichever process. */
  readonly startedAt: Instant;
  /** True where somebody else began it. */
  readonly resumed: boolean;
  /** Requests that were made for it before, by `<service>:<Operation>`. */
  readonly apiCalls: Readonly<Record<string, number>>;
}

/** What a listing held. A kind that no snapshot has is a note of the crawl to itself and is never published. */
export interface CrawlFact {
  readonly kind: string;
  readonly key: string;
  readonly body: object;
}

/** One listing that was read to its end. */
export interface CrawlUnit {
  /** `memberships/<groupId>`: names everything that it was read for. */
  readonly unit: string;
  readonly facts: readonly CrawlFact[];
  readonly notes: readonly CrawlNote[];
}

/** Facts that a refresh replaces: all of a kind, the one with a key, or those whose body has this value. */
export interface Replaced {
  readonly kind: FactKind;
  readonly key?: string;
  readonly member?: { readonly name: string; readonly value: string };
}

export interface Publication {
  readonly completedAt: Instant;
  readonly apiCalls: Readonly<Record<string, number>>;
  /** Beside the notes of its units. */
  readonly notes: readonly CrawlNote[];
  /** Null: everything. Otherwise what else the newest snapshot holds stays as it is, and the snapshot counts as read when that was. */
  readonly replaces: readonly Replaced[] | null;
}

export interface Published {
  /** Facts that are new or changed, and facts that ended or changed. */
  readonly opened: number;
  readonly closed: number;
  readonly counts: Readonly<Record<FactKind, number>>;
  /** The first thousand. */
  readonly dangling: readonly DanglingReference[];
  readonly notes: readonly CrawlNote[];
}

export interface NewestSnapshot {
  readonly id: string;
  readonly instanceArn: string;
  /** When the reading of what was not refreshed since began. */
  readonly startedAt: Instant;
  readonly completedAt: Instant;
  readonly notes: readonly CrawlNote[];
}

export interface CrawlStore {
  /** Runs the work as the only crawl of the instance. Fault: `snapshot.running` while another process crawls it. */
  exclusively<T>(instanceArn: string, work: () => Promise<T>): Promise<T>;
  /** The run that was under way, where it got further since `aliveSince`, else a new one with this id; the old one is thrown away. */
  begin(
    id: string,
    instanceArn: string,
    now: Instant,
    aliveSince: Instant | null,
  ): Promise<CrawlRun>;
  /** Names of the units that were read. */
  unitsRead(runId: string): Promise<string[]>;
  /** The unit with its facts, or nothing of it; of two facts with one key the later one counts. */
  write(
    runId: string,
    unit: CrawlUnit,
    at: Instant,
    apiCalls: Readonly<Record<string, number>>,
  ): Promise<void>;
  /** Forgets these units and what they held. */
  drop(runId: string, units: readonly string[]): Promise<void>;
  /** Forgets every other unit. */
  keepOnly(runId: string, units: readonly string[]): Promise<void>;
  /** Keys of a kind in the order of bytes, each once. */
  keys(runId: string, kind: string): Promise<string[]>;
  count(runId: string, kind: string): Promise<number>;
  bodies<T>(runId: string, kind: string): Promise<T[]>;
  /** ARNs of the permission sets that are provisioned in each of these accounts, in the order of bytes. */
  provisionedIn(
    runId: string,
    accountIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Digests of a unit's facts by `<kind>/<key>`; null where it was not read. */
  digests(runId: string, unit: string): Promise<ReadonlyMap<string, string> | null>;
  /**
   * Publishes the run and forgets it, in one transaction; everybody whom it touches is due. Throws `input.invalid` for a run that was
   * not completed after the newest snapshot.
   */
  publish(runId: string, publication: Publication): Promise<Published>;
  abandon(runId: string): Promise<void>;
  /** The newest snapshot of all; null before the first. */
  newest(): Promise<NewestSnapshot | null>;
  /** Keys of a kind that the newest snapshot of the instance holds. */
  publishedKeys(instanceArn: string, kind: FactKind): Promise<string[]>;
  /** Whether a crawl is under way, or was and can be gone on with. */
  isRunning(instanceArn: string): Promise<boolean>;
  /** Changes of permission sets, applications and issuers that were done between the instants, in their order. */
  changesBetween(from: Instant, to: Instant): Promise<TrailEvent[]>;
}
