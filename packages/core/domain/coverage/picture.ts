/**
 * How the last days or hours of a place were read, one state a unit: what a small picture shows. A unit with a gap in it is a gap,
 * however much of it was read; readable without colour.
 */
import { epoch, type Instant } from "../time.ts";
import type { ReadHours } from "./read-hours.ts";
import { common, union, type TimeSet } from "./time-set.ts";

export const HOUR_STATES = ["read", "quiet", "gap", "outside"] as const;

/**
 * `read`: a record was seen. `quiet`: none was, and a listing, a digest or the shortness of the silence says that none is missing.
 * `gap`: something was not read. `outside`: before the first or after the last that was read.
 */
export type HourState = (typeof HOUR_STATES)[number];

const CHARACTERS: Readonly<Record<HourState, string>> = {
  read: "▇",
  quiet: "·",
  gap: "×",
  outside: " ",
};

/** What the characters mean, as a line below a picture. */
export const PICTURE_LEGEND = `${CHARACTERS.read} read, ${CHARACTERS.quiet} nothing happened, ${CHARACTERS.gap} a gap, blank: not observed`;

/** @param unit a day or an hour in milliseconds: the newest unit is the one in which the instant lies. */
export function pictureOf(
  hours: ReadHours,
  asOf: Instant,
  unit: number,
  units: number,
): HourState[] {
  const end = Math.ceil(epoch(asOf) / unit) * unit;
  const begin = end - units * unit;
  const [seen, quiet, gaps] = [hours.seen, union(hours.proven, hours.believed), hours.gaps].map(
    (set) => common(set, [[begin, end]]),
  ) as [TimeSet, TimeSet, TimeSet];
  return Array.from({ length: units }, (_, index) => {
    const from = begin + index * unit;
    const within = (set: TimeSet) => common(set, [[from, from + unit]]).length > 0;
    if (within(gaps)) return "gap";
    if (within(seen)) return "read";
    return within(quiet) ? "quiet" : "outside";
  });
}

/** One character a unit. */
export function drawn(states: readonly HourState[]): string {
  return states.map((state) => CHARACTERS[state]).join("");
}
