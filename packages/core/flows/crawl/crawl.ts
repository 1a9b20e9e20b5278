/**
 * A crawl as a list of units, each one listing with its facts. Guarantees that a unit which was read before, by whichever process,
 * is not read again, that after the first failure nothing more is begun, and that requests are counted over all processes.
 */
import type { CrawlNote } from "../../domain/access.ts";
import { instant } from "../../domain/time.ts";
import type { Clock } from "../../ports/clock.ts";
import type { CrawlFact, CrawlRun, CrawlStore } from "../../ports/access/crawl-store.ts";
import type { CrawlProgress, OpenDirectory } from "../../ports/access/directory.ts";

/** Enough to keep the paced rate busy at a usual latency. */
const AT_ONCE = 6;

export interface UnitContent {
  readonly facts: readonly CrawlFact[];
  readonly notes: readonly CrawlNote[];
}

export interface Unit {
  /** Says everything that decides what is read: whoever goes on with the crawl reads the same under this name. */
  readonly name: string;
  /** How much of its phase it is; 1 by default. */
  readonly weight?: number;
  read(): Promise<UnitContent>;
}

export interface CrawlPorts {
  readonly directory: OpenDirectory;
  readonly store: CrawlStore;
  readonly clock: Clock;
  /** May throw to end the crawl; what was read is kept. */
  readonly progress: (progress: CrawlProgress) => void;
}

export class Crawl {
  readonly directory: OpenDirectory;
  readonly store: CrawlStore;
  readonly run: CrawlRun;
  readonly #ports: CrawlPorts;
  readonly #done: Set<string>;
  /** Every unit that the directory, as it was read, consists of. */
  readonly #planned = new Set<string>();
  readonly #phases = new Map<string, number>();
  #failed = false;

  /** `done`: names of the units that the run holds already. */
  constructor(ports: CrawlPorts, run: CrawlRun, done: readonly string[]) {
    this.directory = ports.directory;
    this.store = ports.store;
    this.run = run;
    this.#ports = ports;
    this.#done = new Set(done);
  }

  /** Requests that were made for this run so far, by all processes. */
  calls(): Record<string, number> {
    const sum = new Map(Object.entries(this.run.apiCalls));
    for (const [operation, count] of Object.entries(this.directory.calls())) {
      sum.set(operation, (sum.get(operation) ?? 0) + count);
    }
    return Object.fromEntries([...sum].toSorted(([left], [right]) => (left < right ? -1 : 1)));
  }

  /** Reads what was not read yet, a few at a time. `total` is the weight of the phase where these are not all of it. */
  async read(phase: string, units: readonly Unit[], total?: number): Promise<void> {
    const whole = total ?? weightOf(units);
    for (const { name } of units) this.#planned.add(name);
    const left = units.filter(({ name }) => !this.#done.has(name));
    this.#tell(phase, weightOf(units) - weightOf(left), whole);
    const queue = left.values();
    const lane = async () => {
      for (const unit of queue) {
        if (this.#failed) return;
        await this.#readOne(unit).catch((error: unknown) => {
          this.#failed = true;
          throw error;
        });
        this.#tell(phase, unit.weight ?? 1, whole);
      }
    };
    await allOrNothing(Array.from({ length: AT_ONCE }, lane));
  }

  /** A phase that is gone through again counts from its beginning. */
  startAgain(): void {
    this.#planned.clear();
    this.#phases.clear();
  }

  /** Forgets these units, so that they are read again. */
  async forget(units: readonly string[]): Promise<void> {
    await this.store.drop(this.run.id, units);
    for (const name of units) this.#done.delete(name);
  }

  /** Forgets what the directory no longer consists of. */
  async keepPlanned(): Promise<void> {
    await this.store.keepOnly(this.run.id, [...this.#planned]);
  }

  get planned(): readonly string[] {
    return [...this.#planned];
  }

  async #readOne(unit: Unit): Promise<void> {
    const content = await unit.read();
    const now = instant(this.#ports.clock.now());
    await this.store.write(this.run.id, { unit: unit.name, ...content }, now, this.calls());
    this.#done.add(unit.name);
  }

  #tell(phase: string, more: number, total: number): void {
    const done = (this.#phases.get(phase) ?? 0) + more;
    this.#phases.set(phase, done);
    this.#ports.progress({ phase, done, total });
  }
}

const weightOf = (units: readonly Unit[]): number =>
  units.reduce((sum, { weight }) => sum + (weight ?? 1), 0);

/** Waits for all, so that nothing goes on after a failure was told; then throws the first failure. */
export async function allOrNothing(work: readonly Promise<void>[]): Promise<void> {
  const ends = await Promise.allSettled(work);
  const failure = ends.find((end) => end.status === "rejected");
  if (failure !== undefined) throw failure.reason;
}
