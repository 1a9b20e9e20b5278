/**
 * The portal session in which a token was granted: open at that instant, used from the token's address and, where the browser hands
 * the code to the command line over the loopback address, on the same system. Two that fit make no link. A device code may have been
 * approved on any device, so it is linked only where the person had no other portal session open.
 */
import type { Person } from "../../person.ts";
import type { SessionLink } from "../../session.ts";
import type { TrailEvent } from "../../event.ts";
import { DAY, epoch, HOUR, plus, SECOND } from "../../time.ts";
import { draftId, type Draft } from "../draft.ts";
import { clientOf, systemOf, type System } from "./clients.ts";

/** AWS: a portal session lasts at most 90 days; one whose duration nobody entered may last as long. */
export const LONGEST = 90 * DAY;
/** Clocks of the services differ by a few seconds. */
export const CLOCK_SKEW = 5 * SECOND;
/** Who signs in anew after so long without use has the older session no more; before, they may sit at a second device. */
export const ABANDONED = 8 * HOUR;

/** A browser at an address: one session at a time, unless two are seen in turns. */
interface Seat {
  readonly address: string;
  readonly system: System | null;
  readonly live: Map<Draft, number>;
}

export interface Use {
  readonly at: number;
  readonly portal: Draft;
  readonly event: TrailEvent;
  /** It begins the session, as far as was read. */
  readonly first: boolean;
}

export type Step = Use | { readonly at: number; readonly token: Draft };

/** Puts the links on token sessions whose first grant was seen. Walks all sessions once, in order of time. */
export function linkTokens(
  person: Person,
  portals: readonly Draft[],
  tokens: readonly Draft[],
): void {
  const seats = new Map<string, Seat>();
  const steps = stepsOf(portals, tokens);
  const busy = busySeats(steps);
  for (const step of steps) {
    if ("portal" in step) {
      take(seats, busy, step);
      continue;
    }
    const link = tokenLink(person, step.token, seats);
    if (link !== null) step.token.links.push(link);
  }
}

export function stepsOf(portals: readonly Draft[], tokens: readonly Draft[]): Step[] {
  const steps: Step[] = [];
  for (const portal of portals) {
    portal.exact.forEach((event, i) => {
      if (event.errorCode !== null || event.sourceIp === null) return;
      if (event.kind !== "portal" && event.kind !== "sign-in-step") return;
      steps.push({ at: epoch(event.occurredAt), portal, event, first: i === 0 });
    });
  }
  for (const token of tokens) {
    if (token.kind !== "token" || token.startBasis !== "event") continue;
    steps.push({ at: epoch(token.startedAt) + CLOCK_SKEW, token });
  }
  return steps.sort((left, right) => left.at - right.at);
}

/** Browsers at an address that are seen with two sessions in turns: there is more than one device, or profile, of the kind. */
export function busySeats(steps: readonly Step[]): ReadonlySet<string> {
  const newest = new Map<string, Draft>();
  const left = new Map<string, Set<Draft>>();
  const busy = new Set<string>();
  for (const step of steps) {
    if (!("portal" in step)) continue;
    const key = seatOf(step.event);
    const before = newest.get(key);
    if (before === step.portal) continue;
    newest.set(key, step.portal);
    const earlier = left.get(key) ?? new Set();
    left.set(key, earlier);
    if (before !== undefined) earlier.add(before);
    if (earlier.has(step.portal)) busy.add(key);
  }
  return busy;
}

export function seatOf({ sourceIp, userAgent }: TrailEvent): string {
  return `${sourceIp} ${clientOf(userAgent)}`;
}

/** A session that begins replaces those that the same browser left long ago at the address, until one of them is used again. */
function take(
  seats: Map<string, Seat>,
  busy: ReadonlySet<string>,
  { at, portal, event, first }: Use,
): void {
  const key = seatOf(event);
  const system = systemOf(event.userAgent);
  const seat = seats.get(key) ?? { address: event.sourceIp!, system, live: new Map() };
  seats.set(key, seat);
  if (first && !busy.has(key)) {
    for (const [older, usedAt] of seat.live) {
      if (at - usedAt >= ABANDONED) seat.live.delete(older);
    }
  }
  seat.live.set(portal, at);
}

interface Candidate {
  readonly portal: Draft;
  readonly usedAt: number;
  readonly seat: Seat;
}

function tokenLink(person: Person, token: Draft, seats: Map<string, Seat>): SessionLink | null {
  const grant = token.exact[0];
  if (grant?.kind !== "token" || grant.sourceIp === null) return null;
  const open = openAt(token, seats);
  const byLoopback = grant.grant === "authorization-code";
  const system = byLoopback ? systemOf(grant.userAgent) : null;
  const here = open.filter(({ seat }) => seat.address === grant.sourceIp);
  const alike = here.filter(
    ({ seat }) => system === null || seat.system === null || seat.system === system,
  );
  // A command line in a virtual machine names another system than the browser beside it.
  const isOther = alike.length === 0;
  const fitting = isOther ? here : alike;
  const only = fitting[0];
  if (only === undefined || fitting.some(({ portal }) => portal !== only.portal)) return null;
  const seconds = Math.abs(epoch(token.startedAt) - only.usedAt) / SECOND;
  const alone = open.every(({ portal }) => portal === only.portal);
  if ((!byLoopback || isOther) && !alone) return null;
  return {
    sessionId: draftId(person, only.portal),
    kind: "portal",
    confidence: isOther ? OTHER_SYSTEM : byLoopback ? BY_LOOPBACK : BY_CODE,
    basis: "inferred",
    reasons: [
      "same address",
      ...(system !== null && system === only.seat.system ? ["same system"] : []),
      `portal used ${seconds} s before`,
      alone ? "only portal session then open" : "only portal session then open that fits",
    ],
  };
}

/** Shares that were true among links with these grounds, on the simulator's noise (docs/session-model.md, Links). */
const BY_LOOPBACK = 0.99;
const BY_CODE = 0.98;
const OTHER_SYSTEM = 0.9;

/** Sessions that were open at the token's grant; what is over is forgotten. */
function openAt(token: Draft, seats: Map<string, Seat>): Candidate[] {
  const open: Candidate[] = [];
  for (const [key, seat] of seats) {
    for (const [portal, usedAt] of seat.live) {
      if (isOver(portal, token)) seat.live.delete(portal);
      else open.push({ portal, usedAt, seat });
    }
    if (seat.live.size === 0) seats.delete(key);
  }
  return open;
}

function isOver(portal: Draft, token: Draft): boolean {
  const at = token.startedAt;
  return (
    (portal.ended !== null && portal.ended.at <= at) ||
    (portal.endsAt.at ?? plus(portal.startedAt, LONGEST)) <= at
  );
}
