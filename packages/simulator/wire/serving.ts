/**
 * Serves an organisation that somebody hands over: no data directory, no lives, no trail. Guarantees the wire protocols of the
 * simulator, one state for as long as nothing begins, ends or is written (so that size costs once), and a count of what was asked. What callers write
 * and what `mutate` does is kept in memory and gone with the process.
 */
import type { Change, Organisation, Switches } from "../model.ts";
import { DAY } from "../random.ts";
import { stateAt, type OrganisationState } from "../state.ts";
import { DEFAULT_SWITCHES } from "../switches.ts";
import { rootCredentials } from "./callers.ts";
import { openEndpoint, type Faults } from "./endpoint.ts";
import { PlannedFaults } from "./faults/faults.ts";
import type { ServiceName } from "./service.ts";
import type { World } from "./world.ts";

/** Another organisation in the place of the one that is served. */
export type Mutation = (organisation: Organisation) => Organisation;

export interface ServingOptions {
  organisation: Organisation;
  switches?: Partial<Switches>;
  faults?: Faults;
  /** Simulated time, epoch milliseconds; the organisation's first instant and a day unless told. */
  now?: () => number;
  /** Milliseconds that only grow, for limits and faults; real ones unless told. */
  monotonicMs?: () => number;
  /** A free port unless told. */
  port?: number;
}

export interface ServedOrganisation {
  /** One address for every service. */
  endpoint: string;
  /** What the SDK needs to reach it, as the owner of the management account. */
  environment: {
    AWS_ENDPOINT_URL: string;
    AWS_ACCESS_KEY_ID: string;
    AWS_SECRET_ACCESS_KEY: string;
    AWS_REGION: string;
  };
  /** As it is served now. */
  organisation(): Organisation;
  /** What callers wrote. */
  changes: readonly Change[];
  /** Requests by `<service> <operation>`, refused and throttled ones too. */
  requests(): ReadonlyMap<string, number>;
  /** Throttling and odd pages of the directory's services, planned while it runs. */
  faults: PlannedFaults;
  /** Changes what is served, at once. */
  mutate(mutation: Mutation): void;
  /** Changes it once the n-th request of an operation (from 1, since the start) has been answered. */
  mutateAfter(service: ServiceName, operation: string, n: number, mutation: Mutation): void;
  stop(): Promise<void>;
}

export async function serveOrganisation(options: ServingOptions): Promise<ServedOrganisation> {
  const world = new KeptWorld(options);
  const requests = new Map<string, number>();
  const waiting: { service: ServiceName; operation: string; n: number; mutation: Mutation }[] = [];
  let due: Mutation[] = [];
  const counting: Faults = (service, operation, n) => {
    // What was due after an earlier request happens before this one.
    for (const mutation of due) world.mutate(mutation);
    requests.set(`${service} ${operation}`, n);
    due = waiting
      .filter((one) => one.service === service && one.operation === operation && one.n === n)
      .map((one) => one.mutation);
    return options.faults?.(service, operation, n);
  };
  const monotonicMs = options.monotonicMs ?? (() => performance.now());
  const planned = new PlannedFaults(monotonicMs);
  const endpoint = await openEndpoint({
    world,
    faults: counting,
    planned,
    port: options.port ?? 0,
    monotonicMs,
    wallClock: Date.now,
  });
  const { accessKeyId, secretAccessKey } = rootCredentials(options.organisation);
  return {
    endpoint: endpoint.url,
    environment: {
      AWS_ENDPOINT_URL: endpoint.url,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: options.organisation.region,
    },
    organisation: () => world.organisation,
    changes: world.changes(),
    requests: () => requests,
    faults: planned,
    mutate: (mutation) => world.mutate(mutation),
    mutateAfter: (service, operation, n, mutation) =>
      void waiting.push({ service, operation, n, mutation }),
    stop: () => endpoint.close(),
  };
}

/** A world in memory whose state is made again only when something changed. */
class KeptWorld implements World {
  readonly switches: Switches;
  readonly now: () => number;
  readonly #changes: Change[] = [];
  #organisation: Organisation;
  #instants: number[];
  #kept: { of: string; organisation: Organisation; state: OrganisationState } | null = null;

  constructor(options: ServingOptions) {
    this.#organisation = options.organisation;
    this.#instants = instantsOf(options.organisation);
    this.switches = { ...DEFAULT_SWITCHES, ...options.switches };
    this.now = options.now ?? (() => options.organisation.anchor + DAY);
  }

  get organisation(): Organisation {
    return this.#organisation;
  }

  mutate(mutation: Mutation): void {
    this.#organisation = mutation(this.#organisation);
    this.#instants = instantsOf(this.#organisation);
  }

  changes(): readonly Change[] {
    return this.#changes;
  }

  append(change: Change): void {
    this.#changes.push(change);
  }

  at(instant: number): OrganisationState {
    const organisation = this.#organisation;
    const effective = this.#changes.filter((one) => one.effectiveAt <= instant).length;
    const of = `${effective} ${this.#instants.filter((one) => one <= instant).length}`;
    if (this.#kept?.organisation !== organisation || this.#kept.of !== of) {
      const state = stateAt(organisation, this.#changes, instant);
      this.#kept = { of, organisation, state };
    }
    return this.#kept.state;
  }

  /** It has no lives. */
  records(): [] {
    return [];
  }
}

/** When something begins or ends, each instant once. */
function instantsOf(organisation: Organisation): number[] {
  const instants = new Set<number | null>();
  const { memberships, assignments, estate } = organisation;
  for (const list of [memberships, assignments, estate.entitlements])
    for (const { from, to } of list) instants.add(from).add(to);
  for (const one of organisation.people) instants.add(one.joinedAt).add(one.disabledAt);
  for (const one of organisation.groups) instants.add(one.createdAt).add(one.deletedAt);
  for (const one of organisation.accounts) instants.add(one.joinedAt);
  return [...instants].filter((one) => one !== null);
}
