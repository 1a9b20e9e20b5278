/**
 * What people gained and lost between two instants, one entry a path, with the event that shows it. Pure; the same for any order of the
 * events. A change that no event shows is known only to lie between two crawls: it has `notAfter` and no instant. What was lost and
 * given back in between is told where events show it.
 */
import type { EffectiveAccess, PathStep } from "../../access.ts";
import type { TrailEvent } from "../../event.ts";
import type { Person } from "../../person.ts";
import type { Instant } from "../../time.ts";
import { AccessRows, type ObservedSnapshot } from "../effective.ts";
import { grantEvents } from "../grants.ts";
import { AccessModel } from "../model.ts";
import { removalEvents, type Removed } from "./removals.ts";
import { NO_USAGE } from "../usage.ts";

export interface AccessChange {
  readonly user: Person;
  readonly accountId: string;
  readonly accountName: string;
  readonly permissionSetArn: string | null;
  readonly permissionSetName: string | null;
  readonly roleArn: string | null;
  readonly path: readonly PathStep[];
  readonly change: "gained" | "lost";
  /** Null where no event shows it. */
  readonly at: Instant | null;
  /** The crawl that first saw it so; null where `at` is known. */
  readonly notAfter: Instant | null;
  readonly eventId: string | null;
  readonly eventName: string | null;
  readonly by: string | null;
  /** `asked-for`: AWS accepted the request, and no crawl has seen it done. */
  readonly state: "done" | "asked-for";
}

/** A snapshot, and the instant that it is of. */
export interface AccessAt {
  readonly at: Instant;
  readonly snapshot: ObservedSnapshot;
}

/** In the order of the people, and of what happened to each; `events` are all changes of access before `after.at`. */
export function changesBetween(
  before: AccessAt,
  after: AccessAt,
  events: readonly TrailEvent[],
): AccessChange[] {
  const [old, fresh] = [rowsAt(before, events), rowsAt(after, events)];
  const removed = removalEvents(events, before, after);
  const names = new Map(events.map((event) => [event.eventId, event.eventName]));
  const people = new Map<string, Person>();
  for (const { model } of [old, fresh]) {
    for (const { identityStoreArn, userId, userName } of model.users)
      people.set(userId, { identityStoreArn, userId, userName });
  }
  const ordered = [...people.values()].toSorted((left, right) =>
    nameOf(left) < nameOf(right) ? -1 : 1,
  );
  return ordered.flatMap((person) => {
    const had = byPath(old.of(person, NOT_ASKED));
    const has = byPath(fresh.of(person, NOT_ASKED));
    const changes: AccessChange[] = [];
    for (const [path, row] of has) {
      const isNew = !had.has(path);
      const isAgain = !isNew && row.grantedAt !== null && row.grantedAt >= before.at;
      if (isNew || isAgain) changes.push(gained(row, after, names));
      if (isAgain) changes.push(lost(row, removed(row), after));
    }
    for (const [path, row] of had) {
      if (!has.has(path)) changes.push(lost(row, removed(row), after));
    }
    return changes.toSorted(inTime);
  });
}

const NOT_ASKED = () => NO_USAGE;

const nameOf = ({ userName, userId }: Person): string => `${userName ?? ""}\0${userId}`;

function rowsAt({ snapshot, at }: AccessAt, events: readonly TrailEvent[]): AccessRows {
  return new AccessRows(snapshot, new AccessModel(snapshot), {
    observedSince: () => null,
    grants: grantEvents(events, at),
  });
}

function byPath(rows: readonly EffectiveAccess[]): Map<string, EffectiveAccess> {
  return new Map(
    rows.map((row) => [
      JSON.stringify([
        row.accountId,
        row.permissionSetArn,
        row.roleArn,
        ...row.path.map((step) => step.id),
      ]),
      row,
    ]),
  );
}

function whatOf(row: EffectiveAccess) {
  const { user, accountId, accountName, permissionSetArn, permissionSetName, roleArn, path } = row;
  return { user, accountId, accountName, permissionSetArn, permissionSetName, roleArn, path };
}

function gained(
  row: EffectiveAccess,
  after: AccessAt,
  names: ReadonlyMap<string, string>,
): AccessChange {
  const { grantedAt: at, grantEventId: eventId } = row;
  return {
    ...whatOf(row),
    change: "gained",
    at,
    notAfter: at === null ? (row.grantedNotAfter ?? after.snapshot.takenAt) : null,
    eventId,
    eventName: eventId === null ? null : (names.get(eventId) ?? null),
    by: row.grantedBy,
    state: row.askedFor === true ? "asked-for" : "done",
  };
}

function lost(row: EffectiveAccess, event: Removed | null, after: AccessAt): AccessChange {
  return {
    ...whatOf(row),
    change: "lost",
    at: event?.at ?? null,
    notAfter: event === null ? after.snapshot.takenAt : null,
    eventId: event?.eventId ?? null,
    eventName: event?.eventName ?? null,
    by: event?.by ?? null,
    state: event?.state ?? "done",
  };
}

function inTime(left: AccessChange, right: AccessChange): number {
  const [one, other] = [left.at ?? left.notAfter ?? "", right.at ?? right.notAfter ?? ""];
  return one < other ? -1 : one > other ? 1 : 0;
}
