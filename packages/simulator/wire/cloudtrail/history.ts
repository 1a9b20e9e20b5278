/**
 * The events of one account as LookupEvents sees them, read newest first and a day at a time.
 * Days are made when they are asked for and kept while there is room: memory is bounded whatever the length of the history. A day is
 * made anew when a change falls into it or before its end, because a change alters what happens afterwards.
 */
import type { TrailRecord } from "../../model.ts";
import { isMembers, type Members } from "../http/input.ts";
import type { World } from "../world.ts";

const DAY_MS = 86_400_000;
/** Events that are kept for further pages; about two kilobytes each. */
const KEPT_EVENTS = 40_000;
/** A page ends, with a token, when making days has taken this long: a filter that matches nothing must not block the others. */
const PAGE_BUDGET_MS = 50;

/** An event as LookupEvents answers it. */
export interface LookupEvent {
  EventId: string;
  EventName: string;
  ReadOnly: string;
  AccessKeyId?: string;
  EventTime: number;
  EventSource: string;
  Username?: string;
  Resources: { ResourceType?: string; ResourceName?: string }[];
  CloudTrailEvent: string;
}

export interface Entry {
  /** Epoch milliseconds of a whole second: the resolution of CloudTrail. */
  eventTime: number;
  lookupAt: number;
  event: LookupEvent;
}

/** Where a page ended: the next one goes on with what is older. */
export type Position = readonly [eventTime: number, eventId: string];

export interface Place {
  accountId: string;
  region: string;
}

export interface Asked {
  place: Place;
  matches: (entry: Entry) => boolean;
  /** Both ends belong to the range, as with AWS. */
  start: number;
  end: number;
  after: Position | null;
  limit: number;
  /** What is delivered later is not seen. */
  now: number;
}

/** The events of one account and day, a list for each Region, newest first. */
interface Day {
  regions: ReadonlyMap<string, readonly Entry[]>;
  size: number;
  /** How many changes the day was made with. */
  changes: number;
}

export class History {
  readonly #world: World;
  readonly #monotonicMs: () => number;
  /** The order of the map is that of use: the first is dropped first. */
  readonly #days = new Map<string, Day>();
  #size = 0;

  constructor(world: World, monotonicMs: () => number) {
    this.#world = world;
    this.#monotonicMs = monotonicMs;
  }

  /** One page. It may hold fewer events than the limit, even none, and still have a next one. */
  read(asked: Asked): { entries: Entry[]; next: Position | null } {
    const deadline = this.#monotonicMs() + PAGE_BUDGET_MS;
    const entries: Entry[] = [];
    const newest = newestOf(asked);
    for (let from = dayOf(newest); from + DAY_MS > asked.start; from -= DAY_MS) {
      for (const entry of this.#day(asked.place, from)) {
        if (!visible(entry, asked)) continue;
        const last = entries.at(-1);
        if (entries.length === asked.limit && last !== undefined)
          return { entries, next: [last.eventTime, last.event.EventId] };
        entries.push(entry);
      }
      if (this.#monotonicMs() > deadline && from > asked.start)
        return { entries, next: [from, ""] };
    }
    return { entries, next: null };
  }

  #day(place: Place, from: number): readonly Entry[] {
    const key = `${place.accountId} ${from}`;
    const changes = this.#world.changes();
    const kept = this.#days.get(key);
    if (kept !== undefined) this.#forget(key, kept);
    const fresh =
      kept !== undefined && !changes.slice(kept.changes).some((one) => one.at < from + DAY_MS);
    const day = fresh ? { ...kept, changes: changes.length } : this.#make(place.accountId, from);
    this.#days.set(key, day);
    this.#size += day.size;
    for (const [oldest, other] of this.#days) {
      if (this.#size <= KEPT_EVENTS || oldest === key) break;
      this.#forget(oldest, other);
    }
    return day.regions.get(place.region) ?? [];
  }

  #make(accountId: string, from: number): Day {
    const changes = this.#world.changes().length;
    const regions = new Map<string, Entry[]>();
    let size = 0;
    for (const record of this.#world.records(from, from + DAY_MS)) {
      if (record.accountId !== accountId) continue;
      const entries = regions.get(record.region) ?? [];
      entries.push(entryOf(record));
      regions.set(record.region, entries);
      size += 1;
    }
    for (const entries of regions.values()) entries.sort(newestFirst);
    return { regions, size, changes };
  }

  #forget(key: string, day: Day): void {
    this.#days.delete(key);
    this.#size -= day.size;
  }
}

/** Where to begin: an empty id says that the whole second of the position was read, and with it the day that begins there. */
function newestOf({ after, end }: Asked): number {
  if (after === null) return end;
  return Math.min(end, after[1] === "" ? after[0] - 1 : after[0]);
}

function dayOf(instant: number): number {
  return Math.floor(instant / DAY_MS) * DAY_MS;
}

function newestFirst(a: Entry, b: Entry): number {
  if (a.eventTime !== b.eventTime) return b.eventTime - a.eventTime;
  return a.event.EventId < b.event.EventId ? 1 : a.event.EventId > b.event.EventId ? -1 : 0;
}

function visible(entry: Entry, asked: Asked): boolean {
  const { eventTime, lookupAt } = entry;
  if (lookupAt > asked.now || eventTime > asked.end || eventTime < asked.start) return false;
  if (asked.after !== null) {
    const [time, id] = asked.after;
    if (eventTime > time || (eventTime === time && entry.event.EventId >= id)) return false;
  }
  return asked.matches(entry);
}

function entryOf({ record, occurredAt, lookupAt }: TrailRecord): Entry {
  const identity = isMembers(record["userIdentity"]) ? record["userIdentity"] : {};
  const accessKeyId = identity["accessKeyId"];
  const username = usernameOf(identity);
  const eventTime = Math.floor(occurredAt / 1000) * 1000;
  return {
    eventTime,
    lookupAt,
    event: {
      EventId: record.eventID,
      EventName: String(record["eventName"]),
      ReadOnly: record["readOnly"] === true ? "true" : "false",
      ...(typeof accessKeyId === "string" && accessKeyId !== ""
        ? { AccessKeyId: accessKeyId }
        : {}),
      EventTime: eventTime / 1000,
      EventSource: String(record["eventSource"]),
      ...(username === null ? {} : { Username: username }),
      Resources: resourcesOf(record["resources"]),
      CloudTrailEvent: JSON.stringify(record),
    },
  };
}

/** The session name of a role, the name of a user; identities of IAM Identity Center have none. */
function usernameOf(identity: Members): string | null {
  if (typeof identity["userName"] === "string") return identity["userName"];
  const arn = identity["arn"];
  const name = typeof arn === "string" ? arn.split("/").at(-1) : undefined;
  return identity["type"] === "AssumedRole" && name !== undefined ? name : null;
}

function resourcesOf(resources: unknown): LookupEvent["Resources"] {
  if (!Array.isArray(resources)) return [];
  return resources.filter(isMembers).map((one) => ({
    ...(typeof one["type"] === "string" ? { ResourceType: one["type"] } : {}),
    ...(typeof one["ARN"] === "string" ? { ResourceName: one["ARN"] } : {}),
  }));
}
