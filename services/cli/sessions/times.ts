/** Instants as a reader at a terminal wants them: in their own zone with the offset, or in UTC; never without saying which. */
import type { Instant } from "#core/domain/time";

export interface ShownTimes {
  /** `2026-03-02 10:00:00+01:00`, or `2026-03-02 09:00:00Z`. */
  text(at: Instant): string;
  /** The same with UTC beside it where the two differ: `2026-03-02 10:00:00+01:00 (09:00:00Z)`. */
  full(at: Instant): string;
}

/** @param utc true: everything in UTC. Otherwise the zone of this process (`TZ`). */
export function shownTimes(utc: boolean): ShownTimes {
  const text = utc ? utcText : localText;
  return {
    text,
    full: (at) => {
      const shown = text(at);
      const inUtc = utcText(at);
      if (shown === inUtc) return shown;
      const sameDay = shown.slice(0, 10) === inUtc.slice(0, 10);
      return `${shown} (${sameDay ? inUtc.slice(11) : inUtc})`;
    },
  };
}

function utcText(at: Instant): string {
  return `${at.slice(0, 10)} ${at.slice(11, 19)}Z`;
}

function localText(at: Instant): string {
  const offset = -new Date(at).getTimezoneOffset();
  if (offset === 0) return utcText(at);
  const shifted = new Date(Date.parse(at) + offset * 60_000).toISOString();
  const absolute = Math.abs(offset);
  const two = (value: number) => String(value).padStart(2, "0");
  const zone = `${offset < 0 ? "-" : "+"}${two(Math.floor(absolute / 60))}:${two(absolute % 60)}`;
  return `${shifted.slice(0, 10)} ${shifted.slice(11, 19)}${zone}`;
}
