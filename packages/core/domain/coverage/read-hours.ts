/**
 * Which instants of an account and Region count as read by a source: seen, or proven empty by a listing or a digest, or a silence
 * short enough to be believed where no digest speaks. What a broken, missing or unread file may hold never counts.
 */
import { HOUR, MINUTE, epoch, type Instant } from "../time.ts";
import { EVENT_HISTORY, placeKey, type LedgerFacts, type PlaceSeen } from "./facts.ts";
import {
  before,
  common,
  hull,
  outwards,
  timeSet,
  union,
  without,
  type TimeSet,
} from "./time-set.ts";

/**
 * Whole hours in a row without a record that are still taken for read: a silence of three hours touches at most two whole ones. A
 * quiet account writes about one record an hour; a longer silence may be a file that was never read.
 */
const BELIEVED_SILENCE = 2 * HOUR;

/** A digest speaks of files by their delivery; what happened just before its end may be delivered after it. */
const DELIVERY = 30 * MINUTE;

/** Sets of one source, account and Region, up to an instant. */
export interface ReadHours {
  readonly seen: TimeSet;
  /** Nothing else happened then: a listing read to its end, or digests whose files were all read. */
  readonly proven: TimeSet;
  /** Silence that is believed. */
  readonly believed: TimeSet;
  /** Whole hours that may hold records in files that are invalid, missing or cannot be read. */
  readonly broken: TimeSet;
  /** Whole hours that may hold records in files that wait for their turn. */
  readonly awaited: TimeSet;
  /** From the first instant to the last one that counts, what counts as nothing of these; what is broken too. */
  readonly gaps: TimeSet;
}

/** Finds the sets of a place quickly among many. */
export class Evidence {
  readonly #asOf: Instant;
  readonly #windows: ReadonlyMap<string, TimeSet>;
  readonly #digests: ReadonlyMap<string, LedgerFacts["digests"][number]>;
  readonly #files: ReadonlyMap<string, LedgerFacts["files"][number]>;
  readonly #objects: ReadonlyMap<string, LedgerFacts["objects"][number]>;

  constructor(facts: LedgerFacts, asOf: Instant) {
    this.#asOf = asOf;
    this.#windows = windowsByPlace(facts.windows);
    const byPlace = <T extends { accountId: string | null; region: string | null }>(
      rows: readonly T[],
    ) => new Map(rows.map((row) => [placeKey(row), row]));
    this.#digests = byPlace(facts.digests);
    this.#files = byPlace(facts.files);
    this.#objects = byPlace(facts.objects);
  }

  of(place: Place): ReadHours {
    const key = placeKey(place);
    const seen = before(seenHours(place), this.#asOf);
    if (place.source === EVENT_HISTORY) {
      const listed = before(this.#windows.get(`${place.source} ${key}`) ?? [], this.#asOf);
      return readHours(seen, listed, [], [], []);
    }
    const digests = this.#digests.get(key);
    const objects = this.#objects.get(key);
    const proven = (digests?.proven ?? []).map(([from, to]) => [from, to - DELIVERY] as const);
    const broken = union(
      digests?.broken ?? [],
      this.#files.get(key)?.broken ?? [],
      objects?.lost ?? [],
    );
    return readHours(
      seen,
      before(timeSet(proven), this.#asOf),
      before(digests?.spoken ?? [], this.#asOf),
      before(outwards(broken, HOUR), this.#asOf),
      before(outwards(objects?.awaited ?? [], HOUR), this.#asOf),
    );
  }
}

/** A source's account and Region; without records where only listings were read. */
export type Place = Pick<PlaceSeen, "source" | "accountId" | "region"> & {
  readonly seen: Pick<PlaceSeen, "firstEventAt" | "lastEventAt" | "hoursSeen"> | null;
};

/** In the hours of the first and of the last record one was seen; of what was read before hours were kept, no more is known. */
function seenHours({ seen }: Place): TimeSet {
  if (seen === null) return [];
  const edges = [seen.firstEventAt, seen.lastEventAt].map((at) => {
    const hour = hourOf(epoch(at));
    return [hour, hour + HOUR] as const;
  });
  return union(seen.hoursSeen, timeSet(edges));
}

function hourOf(at: number): number {
  return Math.floor(at / HOUR) * HOUR;
}

/** What every listing of the place was read for: one event source's silence says nothing of another's. */
function windowsByPlace(windows: LedgerFacts["windows"]): Map<string, TimeSet> {
  const found = new Map<string, TimeSet>();
  for (const { source, read, ...place } of windows) {
    const key = `${source} ${placeKey(place)}`;
    const known = found.get(key);
    found.set(key, known === undefined ? read : common(known, read));
  }
  return found;
}

function readHours(
  seen: TimeSet,
  proven: TimeSet,
  spoken: TimeSet,
  broken: TimeSet,
  awaited: TimeSet,
): ReadHours {
  const known = union(seen, proven);
  const whole = hull(known);
  const silences = whole === null ? [] : without([whole], known);
  const digests = hull(spoken);
  // Where digests speak, an hour without a record has one of its own, or is a gap.
  const believed = silences.filter(
    ([from, to]) =>
      to - from <= BELIEVED_SILENCE && (digests === null || to <= digests[0] || from >= digests[1]),
  );
  const gaps = union(without(silences, believed), broken);
  return { seen, proven, believed, broken, awaited, gaps };
}

/**
 * Stretches over which silence says something: what was read without a gap, minus what an unread file may hold. A stretch begins and
 * ends where a record is sure to lie: in which minute of an hour that was is known only of the first and the last record.
 */
export function surelyRead(
  { seen, proven, believed, broken, awaited }: ReadHours,
  first: Instant,
  last: Instant,
): TimeSet {
  const known = union(seen, proven, believed);
  const trimmed = known.map(([from, to]) => {
    const begins = holds(proven, from)
      ? from
      : (recordIn(first, from) ?? recordIn(last, from) ?? from + HOUR);
    const hour = hourOf(to - 1);
    const ends = holds(proven, to - 1) ? to : (recordIn(last, hour, to) ?? hour);
    // A stretch of one record holds its instant.
    return [begins, begins === ends ? ends + 1 : ends] as const;
  });
  return without(timeSet(trimmed), union(broken, awaited));
}

function holds(set: TimeSet, at: number): boolean {
  return set.some(([from, to]) => from <= at && at < to);
}

/** The record's time when it lies in this hour, before what is cut off. */
function recordIn(record: Instant, hour: number, cut = hour + HOUR): number | null {
  const at = epoch(record);
  return at >= hour && at < cut ? at : null;
}
