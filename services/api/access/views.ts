/**
 * The directory as the API's process holds it: the newest view and a few of the past, made anew when a crawl was published or an event
 * changed access, so that a question costs a look at the version and no reading of the directory. How far use is known is read again
 * once a minute at most. Bounded: of the past the views asked for last are kept.
 */
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { PostgresAccessViewStore } from "#core/adapters/postgres/access/views";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { eventsOfPeople } from "#core/adapters/postgres/people/history";
import { PostgresUsageStore } from "#core/adapters/postgres/people/usage-store";
import { Fault } from "#core/domain/fault";
import { epoch, instant, MINUTE, type Instant } from "#core/domain/time";
import { PastUsage } from "#core/flows/access-views/past-usage";
import {
  directoryView,
  observationsAt,
  viewOf,
  type AccessView,
  type AccessViewPorts,
  type DirectoryView,
} from "#core/flows/access-views/view";
import type { UsageStore } from "#core/ports/people/usage-store";
import { countingSettings } from "../counting-settings.ts";
import type { ApiDependencies } from "../dependencies.ts";

const MOST_PAST = 3;
const NEWEST = "newest";

interface Kept {
  readonly version: string;
  readonly directory: Promise<DirectoryView | null>;
  read: { readonly version: string; readonly at: Instant } | null;
  view: AccessView | null;
}

export interface AskedAccess {
  readonly view: AccessView;
  /** As it is stored; of the past, as it is rebuilt from the events before it. */
  readonly usage: Pick<UsageStore, "seenBy" | "ofPeople">;
  readonly isPast: boolean;
}

export class AccessViews {
  readonly store: PostgresAccessViewStore;
  readonly #ports: AccessViewPorts;
  readonly #usage: PostgresUsageStore;
  readonly #past: PastUsage;
  readonly #now: () => Instant;
  /** By `newest`, or the instant; the one asked for last stands last. */
  readonly #kept = new Map<string, Kept>();

  constructor(dependencies: ApiDependencies) {
    const { database, clock, actions, productionAccounts } = dependencies;
    this.#now = () => instant(clock.now());
    this.store = new PostgresAccessViewStore(database, this.#now);
    const access = new PostgresAccessStore(database);
    const observations = new PostgresObservationStore(database);
    this.#ports = { access, observations, actions, productionAccounts };
    this.#usage = new PostgresUsageStore(database);
    this.#past = new PastUsage(
      (people, before) => eventsOfPeople(database.pool, people, before),
      countingSettings(dependencies),
    );
  }

  /** Now, or as of an instant before now. Fault `snapshot.none` when the directory was not read by then. */
  async at(asOf: Instant | undefined): Promise<AskedAccess> {
    const now = this.#now();
    const isPast = asOf !== undefined && asOf < now;
    const at = isPast ? asOf : now;
    const version = await this.store.version(at);
    const view = version === null ? null : await this.#view(isPast ? at : NEWEST, at, version);
    if (view === null) throw unknown(asOf);
    return { view, usage: isPast ? this.#past : this.#usage, isPast };
  }

  async #view(key: string, at: Instant, version: string): Promise<AccessView | null> {
    let kept = this.#kept.get(key);
    if (kept === undefined || kept.version !== version) {
      const directory = directoryView(this.#ports, at);
      kept = { version, directory, read: null, view: null };
      // What failed is made again by the next who asks.
      directory.catch(() => this.#forget(key, directory));
    }
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    this.#letGo();
    const directory = await kept.directory;
    return directory === null ? null : this.#observed(kept, directory, at);
  }

  #forget(key: string, directory: Kept["directory"]): void {
    if (this.#kept.get(key)?.directory === directory) this.#kept.delete(key);
  }

  #letGo(): void {
    const past = [...this.#kept.keys()].filter((key) => key !== NEWEST);
    for (const key of past.slice(0, Math.max(0, past.length - MOST_PAST))) this.#kept.delete(key);
  }

  async #observed(kept: Kept, directory: DirectoryView, at: Instant): Promise<AccessView> {
    const { observations, productionAccounts } = this.#ports;
    const isFresh = kept.read !== null && epoch(at) - epoch(kept.read.at) < MINUTE;
    if (kept.view !== null && isFresh) return { ...kept.view, at };
    const version = await this.store.readVersion();
    if (kept.view === null || kept.read?.version !== version) {
      const observed = await observationsAt(observations, directory.snapshot, at);
      kept.view = viewOf(directory, observed, at, productionAccounts);
    }
    kept.read = { version, at };
    return { ...kept.view, at };
  }
}

function unknown(asOf: Instant | undefined): Fault {
  return asOf === undefined
    ? new Fault(
        "snapshot.none",
        "Access was never read: take a snapshot first, or wait until the first one is complete.",
      )
    : new Fault(
        "snapshot.none",
        `Who had access at ${asOf} is unknown, because the directory had not been read by then: choose a later asOf.`,
      );
}
