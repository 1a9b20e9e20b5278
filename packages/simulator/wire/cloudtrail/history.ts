/**
 * The events of one account as LookupEvents sees them, read newest first and a day at a time.
 * Days are made when they are asked for and kept while there is room: memory is bounded whatever the length of the history. A day is
 * made anew when a change falls into it or before its end, because a change alters what happens afterwards.
 */
import type { World } from "../world.ts";
import { COARSE_KEYS, coarse, entryOf, has, type Attribute, type Entry } from "./event.ts";

const DAY_MS = 86_400_000;
/** Events that are kept for further pages; about two kilobytes each. */
const KEPT_EVENTS = 20_000;
/** Outlines that are kept: the days of LookupEvents for a few accounts. */
const KEPT_OUTLINES = 500;
/** A page ends, with a token, when making days has taken this long: a filter that matches nothing must not block the others. */
const PAGE_BUDGET_MS = 40;

/** Where a page ended: the next one goes on with what is older. */
export type Position = readonly [eventTime: number, eventId: string];

export interface Place {
  accountId: string;
  region: string;
}

export interface Asked {
  place: Place;
  /** What the events must have; null: every event. */
  attribute: Attribute | null;
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
}

/** What stays known of a day when its events are dropped: which attributes each Region has, and the changes it was made with. */
interface Outline {
  regions: ReadonlyMap<string, ReadonlySet<string>>;
  changes: number;
}

export class History {
  readonly #world: World;
  readonly #monotonicMs: () => number;
  /** The order of the map is that of use: the first is dropped first. */
  readonly #days = new Map<string, Day>();
  readonly #outlines = new Map<string, Outline>();
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
      for (const entry of this.#day(asked, from)) {
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

  #day(asked: Asked, from: number): readonly Entry[] {
    const { accountId, region } = asked.place;
    const key = `${accountId} ${from}`;
    const outline = this.#outline(key, from);
    if (outline !== null && !mayHave(outline.regions.get(region), asked.attribute)) return [];
    const kept = outline === null ? undefined : this.#days.get(key);
    const day = kept ?? this.#make(accountId, from);
    this.#forget(key);
    this.#days.set(key, day);
    this.#size += day.size;
    for (const oldest of this.#days.keys()) {
      if (this.#size <= KEPT_EVENTS || oldest === key) break;
      this.#forget(oldest);
    }
    return day.regions.get(region) ?? [];
  }

  /** What is known of a day; null when it was never made, or a change has altered it since. */
  #outline(key: string, from: number): Outline | null {
    const outline = this.#outlines.get(key);
    if (outline === undefined) return null;
    const changes = this.#world.changes();
    if (changes.slice(outline.changes).some((one) => one.at < from + DAY_MS)) return null;
    outline.changes = changes.length;
    return outline;
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
    const outline = new Map<string, ReadonlySet<string>>();
    for (const [region, entries] of regions) {
      entries.sort(newestFirst);
      outline.set(region, new Set(entries.flatMap(coarse)));
    }
    this.#outlines.set(`${accountId} ${from}`, { regions: outline, changes });
    for (const oldest of this.#outlines.keys()) {
      if (this.#outlines.size <= KEPT_OUTLINES) break;
      this.#outlines.delete(oldest);
    }
    return { regions, size };
  }

  #forget(key: string): void {
    this.#size -= this.#days.get(key)?.size ?? 0;
    this.#days.delete(key);
  }
}

function mayHave(attributes: ReadonlySet<string> | undefined, wanted: Attribute | null): boolean {
  if (attributes === undefined) return false;
  const isCoarse = COARSE_KEYS.some((key) => key === wanted?.key);
  return wanted === null || !isCoarse || attributes.has(`${wanted.key} ${wanted.value}`);
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
  return asked.attribute === null || has(entry, asked.attribute);
}
