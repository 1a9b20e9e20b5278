/**
 * Instants and durations of the domain. An instant is text in one fixed form, so that it sorts as it reads, compares with `<`
 * and is its own JSON. Nothing here reads a clock: `now` is always handed in. Ranges are `[from, to)`.
 */

declare const instantBrand: unique symbol;

/** UTC, always `YYYY-MM-DDTHH:mm:ss.sssZ`. */
export type Instant = string & { readonly [instantBrand]: true };

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The years that both an instant's text and Postgres have. */
const FIRST = Date.parse("0001-01-01T00:00:00.000Z");
const LAST = Date.parse("9999-12-31T23:59:59.999Z");

type Six = [number, number, number, number, number, number];

const CLOUDTRAIL_TIME =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/;

/** The instant at this many milliseconds after 1970. Throws `RangeError` outside the years 0-9999. */
export function instant(epochMilliseconds: number): Instant {
  const text = new Date(epochMilliseconds).toISOString();
  if (text.length !== 24) throw new RangeError(`not within the years 0000-9999: ${text}`);
  return text as Instant;
}

/**
 * Reads an ISO-8601 date-time with a zone. Null for anything else: a day that the calendar does not have (JavaScript would turn
 * 30 February into 2 March), second 60, a time without zone, words such as `now`.
 */
export function parseInstant(text: unknown): Instant | null {
  if (typeof text !== "string") return null;
  const match = CLOUDTRAIL_TIME.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as Six;
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > lastDay) return null;
  if (hour > 23 || minute > 59 || second > 59) return null;
  const milliseconds = Date.parse(text);
  // A zone may lead out of the years.
  const within = milliseconds >= FIRST && milliseconds <= LAST;
  return within ? instant(milliseconds) : null;
}

/** Milliseconds after 1970. */
export function epoch(at: Instant): number {
  return Date.parse(at);
}

/** Stops at the first and at the last instant that can be written: a record may claim a time just before it. */
export function plus(at: Instant, milliseconds: number): Instant {
  return instant(Math.min(LAST, Math.max(FIRST, epoch(at) + milliseconds)));
}

/** `later - earlier` in milliseconds. */
export function between(earlier: Instant, later: Instant): number {
  return epoch(later) - epoch(earlier);
}

export function earliest(...instants: (Instant | null)[]): Instant | null {
  return instants.reduce((low, at) => (at !== null && (low === null || at < low) ? at : low), null);
}

export function latest(...instants: (Instant | null)[]): Instant | null {
  return instants.reduce(
    (high, at) => (at !== null && (high === null || at > high) ? at : high),
    null,
  );
}

/** Milliseconds of an ISO-8601 duration of days, hours, minutes and seconds (`PT8H`); null for anything else or zero. */
export function parseDuration(text: string): number | null {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text);
  if (match === null) return null;
  const [, days, hours, minutes, seconds] = match.map((part) => Number(part ?? 0));
  const total = days! * DAY + hours! * HOUR + minutes! * MINUTE + seconds! * SECOND;
  return total > 0 ? total : null;
}
