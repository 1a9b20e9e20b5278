/**
 * Starts the simulated organisation of a data directory: its AWS endpoint, its clock and the trail that it keeps writing.
 * Every process on one directory serves one organisation, with what callers of any of them changed. When `stop()` has returned,
 * no timer, socket or file of it is open; what it wrote stays and the next start goes on from there.
 */
import { join } from "node:path";
import { ChangeLog } from "./changes.ts";
import { SimulatedClock } from "./clock.ts";
import { Lives } from "./lives.ts";
import type { Organisation, Switches } from "./model.ts";
import { anchorFor, buildOrganisation } from "./organisation.ts";
import { stateAt } from "./state.ts";
import { TrailWriter, type Written } from "./trail/writer.ts";
import { rootCredentials } from "./wire/callers.ts";
import { openEndpoint, type Faults } from "./wire/endpoint.ts";
import { foundIn, startClock } from "./wire/founding.ts";
import type { World } from "./wire/world.ts";

export interface SimulatorOptions {
  /** Holds everything: `organisation.json`, `clock.json`, `changes.ndjson`, `trail/`. Made when it is not there. */
  directory: string;
  /** Which organisation; a directory keeps the one it was founded with, 1 unless told. */
  seed?: number;
  /** Where the clock of a new directory starts, epoch milliseconds; real time unless told. A clock that is there goes on. */
  now?: number;
  /** Simulated seconds a real second, for every process of the directory; unchanged unless told. */
  speed?: number;
  /** What AWS leaves open; kept like the seed. */
  switches?: Partial<Switches>;
  /** A free port unless told. */
  port?: number;
  /** Whether this process keeps writing the trail; true unless told. */
  trail?: boolean;
  /** Makes requests fail: for tests. */
  faults?: Faults;
}

export interface RunningSimulator {
  url: string;
  /** What the SDK needs to reach this simulator, as the owner of the management account. */
  environment: {
    AWS_ENDPOINT_URL: string;
    AWS_ACCESS_KEY_ID: string;
    AWS_SECRET_ACCESS_KEY: string;
    AWS_REGION: string;
  };
  organisation: Organisation;
  clock: SimulatedClock;
  trailDirectory: string;
  /** Writes every trail file that is due by the simulated clock, and tells how many files and records that were. */
  catchUpTrail(): Promise<Written>;
  stop(): Promise<void>;
}

/** Throws when the port is taken, or when the directory holds an organisation of another seed or with other switches. */
export async function startSimulator(options: SimulatorOptions): Promise<RunningSimulator> {
  const { directory } = options;
  if (options.now !== undefined) startClock(directory, options.now);
  const clock = SimulatedClock.open(
    directory,
    options.speed === undefined ? {} : { rate: options.speed },
  );
  const { seed, anchor, switches } = foundIn(directory, options, () => anchorFor(clock.now()));
  const organisation = buildOrganisation(seed, anchor);
  const log = new ChangeLog(directory);
  const lives = new Lives(organisation, switches, () => log.all());
  const world: World = {
    organisation,
    switches,
    now: () => clock.now(),
    changes: () => log.all(),
    append: (change) => log.append(change),
    at: (instant) => stateAt(organisation, log.all(), instant, switches.helpDeskMinutes),
    records: (from, to) => lives.records(from, to),
  };
  const endpoint = await openEndpoint({
    world,
    faults: options.faults,
    port: options.port ?? 0,
    monotonicMs: () => performance.now(),
    wallClock: Date.now,
  });
  const trailDirectory = join(directory, "trail");
  const trail = new GrowingTrail(lives, trailDirectory, clock, options.trail !== false);
  return {
    url: endpoint.url,
    environment: environmentOf(endpoint.url, organisation),
    organisation,
    clock,
    trailDirectory,
    catchUpTrail: () => trail.catchUp(),
    async stop() {
      await Promise.all([endpoint.close(), trail.stop()]);
    },
  };
}

function environmentOf(url: string, organisation: Organisation): RunningSimulator["environment"] {
  const { accessKeyId, secretAccessKey } = rootCredentials(organisation);
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: organisation.region,
  };
}

/** The trail of this process: written in the background where that is wanted, and never by two rounds at once. */
class GrowingTrail {
  readonly #writer: TrailWriter;
  readonly #clock: SimulatedClock;
  readonly #grows: boolean;
  #turn: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(lives: Lives, directory: string, clock: SimulatedClock, grows: boolean) {
    const onProblem = (problem: unknown): void => {
      const why = problem instanceof Error ? problem.message : String(problem);
      process.emitWarning(
        `The trail below ${directory} could not be written (${why}); the next round tries again.`,
      );
    };
    this.#writer = new TrailWriter(lives, directory, { clock, onProblem });
    this.#clock = clock;
    this.#grows = grows;
    if (grows) this.#writer.start();
  }

  catchUp(): Promise<Written> {
    const turn = this.#turn.then(() => this.#round());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #round(): Promise<Written> {
    await this.#writer.stop();
    try {
      return await this.#writer.catchUp(this.#clock.now());
    } finally {
      if (this.#grows && !this.#stopped) this.#writer.start();
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#turn;
    await this.#writer.stop();
  }
}
