/**
 * For each removal and each session of the person that was alive then and that it touches: what keeps working, until when, by which
 * rule. Pure: any order, any duplication and any split of the same events gives the same residuals. A session that was first seen after
 * a removal counts from its first sight, although it may have begun before.
 */
import { canonicalJson, derivedId, sha256 } from "../../ids.ts";
import type { TrailEvent } from "../../event.ts";
import type { Person } from "../../person.ts";
import type { Session } from "../../session.ts";
import { latest, plus, type Instant } from "../../time.ts";
import type { AccessHistory } from "./access-history.ts";
import { effectOf, type Effect } from "./effects.ts";
import {
  actsInAccount,
  LONGEST_PORTAL_SESSION,
  LONGEST_ROLE_SESSION,
} from "../../revocation/lifetime.ts";
import { Evidence } from "./evidence.ts";
import type { Residual } from "./removal.ts";
import { removalsOf, type Taken } from "./removals.ts";

/**
 * @param sessions what `reconstruct` makes of `events`.
 * @param history of the same instant.
 * @returns by (instant of the removal, its event id, session id).
 */
export function residuals(
  person: Person,
  sessions: readonly Session[],
  events: readonly TrailEvent[],
  history: AccessHistory,
): Residual[] {
  if (sessions.length === 0) return [];
  const acting = sessions.filter((session) => actsInAccount(session.kind));
  const accounts = [...new Set(acting.map((session) => session.accountId))].toSorted();
  const removals = removalsOf(person, events, accounts, history);
  if (removals.length === 0) return [];
  const lives = [new Lives(acting), new Lives(sessions.filter((one) => !actsInAccount(one.kind)))];
  const evidence = new Evidence(sessions, events);
  return removals.flatMap((taken) => {
    const living = lives.flatMap((some) => some.at(taken.removal.at, taken.removal.eventId));
    const around = evidence.around(taken);
    return living
      .toSorted((left, right) => (left.id < right.id ? -1 : 1))
      .flatMap((session) => {
        const effect = effectOf(taken, session, around);
        return effect === null ? [] : [residualOf(taken, session, effect)];
      });
  });
}

/** Text that is equal exactly when the residual is. */
export function residualDigest(residual: Residual): string {
  return sha256(canonicalJson(residual));
}

function residualOf({ removal }: Taken, session: Session, effect: Effect): Residual {
  return {
    id: derivedId("res", removal.eventId, session.id),
    user: session.user,
    sessionId: session.id,
    kind: session.kind,
    removal,
    ...effect,
    ...closing(removal.eventId, session, effect.until),
  };
}

/** What AWS lets live for half an hour after a user is disabled is not over by that event. */
const LINGERS = new Set(["token", "application"]);
const DISABLING = /^(?:DisableUser|DeleteUser|PatchUser|PutUser|UpdateUser)$/;

function closing(
  removedBy: string,
  { kind, endedAt, endedBy }: Session,
  until: Instant | null,
): Pick<Residual, "closedAt" | "closedBy"> {
  const open = { closedAt: null, closedBy: null };
  if (endedAt === null || endedBy === null || endedBy.eventId === removedBy) return open;
  if (LINGERS.has(kind) && DISABLING.test(endedBy.eventName)) return open;
  return until !== null && endedAt >= until ? open : { closedAt: endedAt, closedBy: endedBy };
}

/** Sessions by start, so that those alive at an instant are found without looking at all of them. */
class Lives {
  readonly #sessions: readonly Session[];
  readonly #overAt: readonly Instant[];
  /** The latest end of all sessions up to this one. */
  readonly #reach: readonly Instant[];

  constructor(sessions: readonly Session[]) {
    this.#sessions = sessions.toSorted((left, right) =>
      left.startedAt === right.startedAt
        ? left.id < right.id
          ? -1
          : 1
        : left.startedAt < right.startedAt
          ? -1
          : 1,
    );
    this.#overAt = this.#sessions.map(lastInstant);
    let reach: Instant | null = null;
    this.#reach = this.#overAt.map((over) => (reach = latest(reach, over)!));
  }

  /** Begun by then and not over: ranges are `[start, end)`. What the event itself ended was alive. */
  at(instant: Instant, eventId: string): Session[] {
    const found: Session[] = [];
    for (let index = this.#begunBy(instant) - 1; index >= 0; index -= 1) {
      if (this.#reach[index]! < instant) break;
      const session = this.#sessions[index]!;
      const byEvent = session.endedBy?.eventId === eventId;
      if (byEvent || this.#overAt[index]! > instant) found.push(session);
    }
    return found;
  }

  #begunBy(instant: Instant): number {
    let low = 0;
    let high = this.#sessions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sessions[middle]!.startedAt <= instant) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function lastInstant({ kind, startedAt, endedAt, endsAt }: Session): Instant {
  const longest = plus(
    startedAt,
    actsInAccount(kind) && kind !== "aws-login" ? LONGEST_ROLE_SESSION : LONGEST_PORTAL_SESSION,
  );
  const hard = endsAt.at ?? longest;
  return endedAt !== null && endedAt < hard ? endedAt : hard;
}
