/**
 * The portal session from which somebody took an entitlement's role. AWS documents no record of that step: the session is told by the
 * role's use, from the browser of one open portal session alone. Without such use it may be the only one that was open, which is a
 * guess: a command line can ask for the role as well. One pass over uses, ends and roles in the order of time.
 */
import type { Person } from "../../person.ts";
import type { TrailEvent } from "../../event.ts";
import { epoch, plus, SECOND } from "../../time.ts";
import { draftId, type Draft } from "../draft.ts";
import { byTime, firstFrom } from "./near.ts";
import {
  ABANDONED,
  busySeats,
  CLOCK_SKEW,
  LONGEST,
  seatOf,
  stepsOf,
  type Use,
} from "./token-origin.ts";

const AROUND = 5 * SECOND;
/** Calls of a role that are looked at for its client. */
const FIRST_CALLS = 20;

/** Shares that were true among links with these grounds, on the simulator's noise (docs/session-model.md, Links). */
const BY_BROWSER = 0.99;
/** Nothing was measured that AWS documents: how often a portal is used just before. */
const CALLED = 0.8;
const ALONE = 0.6;

/** Puts the links on entitlement roles. */
export function linkEntitlements(
  person: Person,
  roles: readonly Draft[],
  portals: readonly Draft[],
): void {
  if (roles.length === 0) return;
  const open = new OpenPortals(portals);
  const inOrder = roles
    .map((draft) => ({ at: epoch(draft.startedAt), draft }))
    .toSorted((left, right) => left.at - right.at);
  for (const { at, draft } of inOrder) {
    open.goTo(at);
    const found = originOf(draft, at, open);
    if (found === null) continue;
    const { portal, confidence, reasons } = found;
    draft.links.push({
      sessionId: draftId(person, portal),
      kind: "portal",
      confidence,
      basis: "inferred",
      reasons,
    });
  }
}

interface Found {
  readonly portal: Draft;
  readonly confidence: number;
  readonly reasons: readonly string[];
}

function originOf(role: Draft, at: number, open: OpenPortals): Found | null {
  const used = role.exact
    .filter((event) => event.kind === "person-role-call")
    .slice(0, FIRST_CALLS);
  const seated = new Set(used.flatMap((event) => open.at(event)));
  const [portal] = seated;
  if (portal !== undefined) {
    const reasons = ["same address", "same client", "only portal session of the client then open"];
    return seated.size === 1 ? { portal, confidence: BY_BROWSER, reasons } : null;
  }
  // What another client did may have been asked for by a command line.
  if (used.length > 0) return null;
  const called = open.calledAt(at);
  const only = called.size === 1 ? [...called][0]! : open.only;
  if (only === null) return null;
  const isCalled = called.size === 1;
  return {
    portal: only,
    confidence: isCalled ? CALLED : ALONE,
    reasons: [
      ...(isCalled ? [`portal used within ${AROUND / SECOND} s`] : []),
      open.only === null ? "only portal session then used" : "only portal session then open",
    ],
  };
}

/** Portal sessions that are open at an instant that only moves on, by the browser that each was used in. */
class OpenPortals {
  readonly #uses: readonly Use[];
  readonly #ends: readonly { readonly at: number; readonly portal: Draft }[];
  readonly #busy: ReadonlySet<string>;
  /** Of each browser its sessions, the one used last at the end. */
  readonly #seats = new Map<string, Map<Draft, number>>();
  readonly #open = new Set<Draft>();
  readonly #over = new Set<Draft>();
  #used = 0;
  #ended = 0;

  constructor(portals: readonly Draft[]) {
    const steps = stepsOf(portals, []);
    this.#busy = busySeats(steps);
    this.#uses = steps.filter((step) => "portal" in step);
    this.#ends = portals.map((portal) => ({ at: endOf(portal), portal })).toSorted(byTime);
  }

  /** Takes in what happened up to there; clocks differ, so a use counts from a little earlier on. */
  goTo(at: number): void {
    while (this.#used < this.#uses.length && this.#uses[this.#used]!.at <= at + CLOCK_SKEW) {
      this.#use(this.#uses[this.#used]!);
      this.#used += 1;
    }
    while (this.#ended < this.#ends.length && this.#ends[this.#ended]!.at <= at) {
      this.#over.add(this.#ends[this.#ended]!.portal);
      this.#open.delete(this.#ends[this.#ended]!.portal);
      this.#ended += 1;
    }
  }

  /** The one session that is open; null where there is none, or several. */
  get only(): Draft | null {
    return this.#open.size === 1 ? [...this.#open][0]! : null;
  }

  /** Open sessions of the event's browser and address; of many two, which are as good as all. Forgets what is over on its way. */
  at(event: TrailEvent): Draft[] {
    const found: Draft[] = [];
    if (event.sourceIp === null || event.userAgent === null) return found;
    const seat = this.#seats.get(seatOf(event));
    for (const portal of seat?.keys() ?? []) {
      if (this.#over.has(portal)) seat?.delete(portal);
      else if (found.push(portal) === 2) break;
    }
    return found;
  }

  /** Open sessions with a call around the instant. */
  calledAt(at: number): Set<Draft> {
    const called = new Set<Draft>();
    const from = firstFrom(this.#uses, at - AROUND);
    for (let i = from; i < this.#uses.length && this.#uses[i]!.at <= at + AROUND; i += 1) {
      const { portal } = this.#uses[i]!;
      if (this.#open.has(portal)) called.add(portal);
    }
    return called;
  }

  /** A session that begins replaces those that the same browser left long ago, until one of them is used again. */
  #use({ at, portal, event, first }: Use): void {
    if (this.#over.has(portal)) return;
    const key = seatOf(event);
    const seat = this.#seats.get(key) ?? new Map<Draft, number>();
    this.#seats.set(key, seat);
    if (first && !this.#busy.has(key)) {
      for (const [older, usedAt] of seat) {
        if (at - usedAt < ABANDONED) break;
        seat.delete(older);
        this.#open.delete(older);
      }
    }
    seat.delete(portal);
    seat.set(portal, at);
    this.#open.add(portal);
  }
}

function endOf(portal: Draft): number {
  const hard = epoch(portal.endsAt.at ?? plus(portal.startedAt, LONGEST));
  return portal.ended === null ? hard : Math.min(hard, epoch(portal.ended.at));
}
