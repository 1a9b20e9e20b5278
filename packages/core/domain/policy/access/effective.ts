/**
 * What policies taken together allow: allows of all documents, less every deny that always binds, less what a boundary does not allow too.
 * Guarantees that a deny never adds and an allow never takes away, and that order and division into documents change nothing. It does
 * not see policies of resources, of the organisation or of the session.
 */
import { both, complement, has, intersects, noBits, union, without, type Bits } from "../bits.ts";
import type { ActionCatalogue, ActionIndex, ResourceForms } from "../catalogue.ts";
import type { Condition } from "../grammar/conditions.ts";
import { isEverything } from "../pattern.ts";
import type { StatementRef } from "../verdict.ts";
import {
  atLeast,
  breadthOf,
  livePatterns,
  meeting,
  withoutRegion,
  type Breadth,
  type Region,
} from "./region.ts";
import type { ReadyPolicies, ReadyStatement } from "./statements.ts";

/** One statement's part in allowing an action, with what denies and boundary leave of it. */
export interface Grant {
  readonly ref: StatementRef;
  readonly region: Region;
  /** What narrows it, its boundary's part included. */
  readonly limits: readonly Condition[];
  /** All conditions, for questions about one key. */
  readonly conditions: readonly Condition[];
}

export interface Reach {
  /** How much of what the action works on; conditions that limit make it `some` at most. */
  readonly breadth: Breadth;
  readonly grants: readonly Grant[];
}

export const NOTHING: Reach = { breadth: "none", grants: [] };

export class EffectiveAccess {
  readonly catalogue: ActionCatalogue;
  readonly #policies: ReadyPolicies;
  readonly #boundary: ReadyPolicies | null;
  readonly #denies: readonly ReadyStatement[];
  readonly #reaches = new Map<ActionIndex, Reach>();
  #everywhere: Bits | null = null;
  #anywhere: Bits | null = null;
  #statements: readonly ReadyStatement[] | null = null;

  constructor(catalogue: ActionCatalogue, policies: ReadyPolicies, boundary: ReadyPolicies | null) {
    this.catalogue = catalogue;
    this.#policies = policies;
    this.#boundary = boundary;
    this.#denies = [...policies.denies, ...(boundary?.denies ?? [])];
  }

  /** Where and by what an action is allowed. */
  reach(at: ActionIndex): Reach {
    const known = this.#reaches.get(at);
    if (known !== undefined) return known;
    const reach = this.#reachOf(this.grants(at), this.catalogue.actions[at]!.resources);
    this.#reaches.set(at, reach);
    return reach;
  }

  /** The same for an action by its name; nothing for one that the data does not know. */
  reachOf(action: string): Reach {
    const at = this.catalogue.indexOf(action);
    return at === null ? NOTHING : this.reach(at);
  }

  /** The same with resources of other forms than the catalogue's, or through a view that drops grants or their limits. */
  reachThrough(
    action: string,
    view: { resources?: ResourceForms; grant?: (grant: Grant) => Grant | null },
  ): Reach {
    const at = this.catalogue.indexOf(action);
    if (at === null) return NOTHING;
    const grants = this.grants(at).flatMap((grant) => (view.grant ?? ((one) => one))(grant) ?? []);
    return this.#reachOf(grants, view.resources ?? this.catalogue.actions[at]!.resources);
  }

  grants(at: ActionIndex): readonly Grant[] {
    if (!has(this.anywhere, at)) return [];
    const denies = this.#denies.filter(({ actions }) => has(actions, at));
    if (denies.some(({ region }) => isWhole(region))) return [];
    return this.#policies.allows
      .filter(({ actions }) => has(actions, at))
      .flatMap((allow) => this.#withinBoundary(allow, at))
      .map((grant) => ({
        ...grant,
        region: denies.reduce((left, deny) => withoutRegion(left, deny.region), grant.region),
      }));
  }

  #withinBoundary(allow: ReadyStatement, at: ActionIndex): Grant[] {
    const grant = {
      ref: allow.ref,
      region: allow.region,
      limits: allow.limits,
      conditions: allow.statement.conditions,
    };
    if (this.#boundary === null) return [grant];
    return this.#boundary.allows
      .filter(({ actions }) => has(actions, at))
      .map((bound) => ({
        ...grant,
        region: meeting(grant.region, bound.region),
        limits: [...grant.limits, ...bound.limits],
        conditions: [...grant.conditions, ...bound.statement.conditions],
      }));
  }

  #reachOf(grants: readonly Grant[], resources: ResourceForms): Reach {
    const live = grants.flatMap((grant) => {
      const patterns = livePatterns(grant.region, resources.forms);
      return patterns.length === 0 ? [] : [{ grant, region: { ...grant.region, patterns } }];
    });
    if (live.length === 0) return NOTHING;
    const regions = live.map(({ region }) => region);
    const free = live.filter(({ grant }) => grant.limits.length === 0);
    const breadth = breadthOf(
      free.map(({ region }) => region),
      resources,
    );
    const known = { grants: live.map(({ grant }) => grant) };
    if (free.length === live.length || atLeast(breadth, "most")) return { breadth, ...known };
    return { breadth: breadthOf(regions, resources) === "own" ? "own" : "some", ...known };
  }

  /** Actions allowed on everything, quickly; some that are allowed so by several statements may be missing. */
  get everywhere(): Bits {
    this.#everywhere ??= this.#allowedEverywhere();
    return this.#everywhere;
  }

  #allowedEverywhere(): Bits {
    const star = ({ allows }: ReadyPolicies): Bits =>
      this.#unionOf(allows.filter(({ region, limits }) => isWhole(region) && limits.length === 0));
    const allowed = star(this.#policies);
    const bounded = this.#boundary === null ? allowed : both(allowed, star(this.#boundary));
    return without(bounded, this.#unionOf(this.#denies));
  }

  /** Actions allowed on something; some of them may work on nothing that is named. */
  get anywhere(): Bits {
    this.#anywhere ??= this.#allowedAnywhere();
    return this.#anywhere;
  }

  #allowedAnywhere(): Bits {
    const allowed = this.#unionOf(this.#policies.allows);
    const bounded =
      this.#boundary === null ? allowed : both(allowed, this.#unionOf(this.#boundary.allows));
    return without(bounded, this.#unionOf(this.#denies.filter(({ region }) => isWhole(region))));
  }

  /** What another document could still allow: neither denied on everything nor outside the boundary. */
  get possible(): Bits {
    const denied = this.#unionOf(this.#denies.filter(({ region }) => isWhole(region)));
    return this.#boundary === null
      ? complement(denied, this.catalogue.actions.length)
      : without(this.#unionOf(this.#boundary.allows), denied);
  }

  /** The allowing statements themselves, for what is said about how they are written. */
  get statements(): readonly ReadyStatement[] {
    this.#statements ??= this.#policies.allows.filter(({ actions }) =>
      intersects(actions, this.anywhere),
    );
    return this.#statements;
  }

  /** The allowing statements of the boundary; null without one. */
  get bounds(): readonly ReadyStatement[] | null {
    return this.#boundary?.allows ?? null;
  }

  #unionOf(statements: readonly ReadyStatement[]): Bits {
    return statements.reduce(
      (bits, { actions }) => union(bits, actions),
      noBits(this.catalogue.actions.length),
    );
  }
}

const isWhole = ({ patterns, except }: Region): boolean =>
  except.length === 0 && patterns.some(isEverything);

/** Actions of a catalogue that a question picks. */
export function actionsWhere(
  catalogue: ActionCatalogue,
  picks: (action: ActionCatalogue["actions"][number]) => boolean,
): Bits {
  const bits = noBits(catalogue.actions.length);
  for (const [at, action] of catalogue.actions.entries()) {
    if (picks(action)) bits[at >>> 5]! |= 1 << (at & 31);
  }
  return bits;
}
