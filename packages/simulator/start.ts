/**
 * Starts the simulated organisation of a data directory: its AWS endpoint, its clock and the trail that it keeps writing.
 * Every process on one directory serves one organisation, with what callers of any of them changed. When `stop()` has returned,
 * no timer, socket or file of it is open; what it wrote stays and the next start goes on from there.
 */
import { join } from "node:path";
import { ChangeLog } from "./changes.ts";
import { SimulatedClock } from "./clock.ts";
import { GLOBAL_REGION } from "./lives/calls.ts";
import { Lives } from "./lives.ts";
import type { Organisation, Switches } from "./model.ts";
import { anchorFor, buildOrganisation } from "./organisation.ts";
import { stateAt } from "./state.ts";
import { TrailWriter, type Written } from "./trail/writer.ts";
import type { TrailBucket } from "./bucket/trail-bucket.ts";
import { rootCredentials } from "./wire/callers.ts";
import { TRAIL_NAME, type TrailSettings } from "./wire/cloudtrail/trails.ts";
import { openEndpoint, type Faults } from "./wire/endpoint.ts";
import { PlannedFaults } from "./wire/faults/faults.ts";
import { foundIn, startClock } from "./wire/founding.ts";
import type { RequestRate } from "./wire/http/rates.ts";
import type { NotificationOptions } from "./wire/sqs/notifications.ts";
import type { Queue } from "./wire/sqs/queue.ts";
import { queuePath } from "./wire/sqs/sqs.ts";
import { TRAIL_QUEUE, TrailStorage, type TrailPublicKey } from "./wire/storage.ts";
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
  /** Makes requests fail: for tests. Faults that are planned later: see `RunningSimulator.faults`. */
  faults?: Faults;
  /** How CloudTrail describes the trail: multi-Region with every management event unless told. Changes no log file. */
  trailSettings?: TrailSettings;
  /** What the queue of the trail is told, and in which shape. */
  notifications?: NotificationOptions;
  /** Milliseconds that only grow, for limits and the visibility of messages; real ones unless told. */
  monotonicMs?: () => number;
}

export interface RunningSimulator {
  /** One address for every service. */
  endpoint: string;
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
  /** The trail's bucket, in the organisation's home Region. */
  bucketName: string;
  trailName: string;
  /** The bucket's objects: read them, put, replace and remove some, deliver a trail file. For this process alone. */
  objects: TrailBucket;
  /** The queue that hears of every object that the trail delivers from the start on. */
  queue: Queue;
  queueUrl: string;
  /** A further queue, empty, made where there is none of the name. */
  makeQueue(name: string): { queue: Queue; url: string };
  /** The keys that sign digests: of one Region, or of the home Region and us-east-1. */
  publicKeys(region?: string): Promise<TrailPublicKey[]>;
  /** Faults of S3 and LookupEvents, planned while it runs. */
  faults: PlannedFaults;
  /** The requests to LookupEvents as the server counted them. */
  lookupRates(): RequestRate[];
  /** Writes every trail file that is due by the simulated clock, and tells how many files and records that were. */
  catchUpTrail(): Promise<Written>;
  stop(): Promise<void>;
}

/** Throws when the port is taken, or when the directory holds an organisation of another seed or with other switches. */
export async function startSimulator(options: SimulatorOptions): Promise<RunningSimulator> {
  const { directory, faults, port = 0, trailSettings = {}, notifications = {} } = options;
  const { world, lives, clock } = foundWorld(options);
  const { organisation } = world;
  const trailDirectory = join(directory, "trail");
  const monotonicMs = options.monotonicMs ?? (() => performance.now());
  const wallClock = Date.now;
  const kept = { organisation, directory, trailDirectory, trailSettings, notifications };
  const now = (): number => clock.now();
  const storage = new TrailStorage({ ...kept, now, monotonicMs, wallClock });
  const planned = new PlannedFaults(monotonicMs);
  const serving = { world, storage, faults, planned, port, monotonicMs, wallClock };
  const endpoint = await openEndpoint(serving);
  const trail = new GrowingTrail(lives, trailDirectory, clock, options.trail !== false);
  return {
    ...reachable(endpoint.url, organisation),
    ...stored(endpoint.url, organisation, storage),
    organisation,
    clock,
    trailDirectory,
    faults: planned,
    lookupRates: () => endpoint.lookupRates(),
    catchUpTrail: () => trail.catchUp(),
    async stop() {
      await Promise.all([endpoint.close(), trail.stop()]);
    },
  };
}

/** The organisation of a directory with its clock and its lives. */
function foundWorld(options: SimulatorOptions): {
  world: World;
  lives: Lives;
  clock: SimulatedClock;
} {
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
  return { world, lives, clock };
}

type Stored =
  | "bucketName"
  | "trailName"
  | "objects"
  | "queue"
  | "queueUrl"
  | "makeQueue"
  | "publicKeys";

/** What a running simulator shows of its storage. */
function stored(
  url: string,
  { region, managementAccountId }: Organisation,
  storage: TrailStorage,
): Pick<RunningSimulator, Stored> {
  const urlOf = (name: string): string => url + queuePath(managementAccountId, name);
  return {
    bucketName: storage.bucket.name,
    trailName: TRAIL_NAME,
    objects: storage.bucket,
    queue: storage.queue(TRAIL_QUEUE),
    queueUrl: urlOf(TRAIL_QUEUE),
    makeQueue: (name) => ({ queue: storage.queue(name), url: urlOf(name) }),
    publicKeys: (wanted) =>
      Promise.all(
        (wanted === undefined ? [region, GLOBAL_REGION] : [wanted]).map((one) =>
          storage.publicKey(one),
        ),
      ),
  };
}

function reachable(
  endpoint: string,
  organisation: Organisation,
): Pick<RunningSimulator, "endpoint" | "environment"> {
  const { accessKeyId, secretAccessKey } = rootCredentials(organisation);
  const environment = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: organisation.region,
  };
  return { endpoint, environment };
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
