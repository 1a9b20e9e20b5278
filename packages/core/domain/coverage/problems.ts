/**
 * What is wrong with what was read, each in one sentence that says what and what would be right. Everything here keeps the word
 * "complete" from being said; what CloudTrail cannot show at all stands in `blind-spots.ts`.
 */
import {
  between,
  DAY,
  earliest,
  HOUR,
  instant,
  latest,
  MINUTE,
  plus,
  type Instant,
} from "../time.ts";
import { EVENT_HISTORY, type LedgerFacts } from "./facts.ts";
import type { JudgedPlace, LedgerRow } from "./ledger.ts";
import { hull } from "./time-set.ts";

export const PROBLEM_KINDS = [
  "source",
  "directory",
  "gap",
  "object",
  "digest",
  "file",
  "ends",
  "lag",
  "silent",
  "clock",
] as const;

export interface CoverageProblem {
  readonly kind: (typeof PROBLEM_KINDS)[number];
  readonly source: string;
  /** Null when it concerns the whole source. */
  readonly accountId: string | null;
  readonly region: string | null;
  /** Since when, where that is known. */
  readonly since: Instant | null;
  readonly sentence: string;
}

/** AWS: CloudTrail User Guide, delivery "within an average of about 5 minutes"; 15 was its older bound. */
const LATE = 15 * MINUTE;
const SILENT = 30 * MINUTE;
/** A whole trail without any record for so long has stopped or is not read. */
const ENDED = 3 * HOUR;
/** Clocks of machines differ by less when they are kept. */
const AHEAD = 5 * MINUTE;

export function problemsOf(
  judged: readonly JudgedPlace[],
  facts: LedgerFacts,
  asOf: Instant,
  now: Instant | null,
): CoverageProblem[] {
  return [
    ...failingSources(facts, asOf),
    ...unreadDirectory(facts, asOf),
    ...judged.flatMap(({ row }) => [...gapsOf(row), ...digestsOf(row), ...filesOf(row)]),
    ...unreadObjects(facts),
    ...(now === null ? [] : clocks(judged, now)),
    ...bySource(judged).flatMap((places) => lateness(places, asOf, now !== null)),
    ...silences(judged, asOf, now !== null),
  ];
}

function failingSources({ failing }: LedgerFacts, asOf: Instant): CoverageProblem[] {
  return failing
    .filter(({ failingSince }) => failingSince === null || failingSince < asOf)
    .map(({ source, failingSince, problem }) => ({
      kind: "source",
      source,
      accountId: null,
      region: null,
      since: failingSince,
      sentence: problem,
    }));
}

/** Access that may be there and is not shown. */
function unreadDirectory({ unread = [] }: LedgerFacts, asOf: Instant): CoverageProblem[] {
  return unread
    .filter(({ at }) => at <= asOf)
    .map(({ at, problem }) => ({
      kind: "directory",
      source: "snapshot",
      accountId: null,
      region: null,
      since: at,
      sentence: problem,
    }));
}

/** What concerns one row. */
function about(row: LedgerRow, kind: CoverageProblem["kind"], sentence: string, since?: Instant) {
  const { source, accountId, region } = row;
  return { kind, source, accountId, region, since: since ?? null, sentence };
}

const where = ({ source, accountId, region }: LedgerRow): string =>
  `${source} ${accountId} ${region}`;

function gapsOf(row: LedgerRow): CoverageProblem[] {
  const newest = row.gaps.at(-1);
  if (newest === undefined) return [];
  const which =
    row.gapCount === 1
      ? `from ${newest.from} to ${newest.to}`
      : `in ${row.gapCount} gaps, the newest from ${newest.from} to ${newest.to}`;
  const mend =
    row.source === EVENT_HISTORY
      ? "run curfew sync --source lookup-events with an earlier --since"
      : "read the files of that time, or let CloudTrail's digests prove it";
  const sentence = `${where(row)}: ${hoursText(row.gapHours)} not covered, ${which}: records of them may be missing; ${mend}.`;
  return [about(row, "gap", sentence, newest.from)];
}

function digestsOf(row: LedgerRow): CoverageProblem[] {
  if (row.digests.invalid === 0) return [];
  const how = counted(row.digests.invalid, "digest is", "digests are");
  return [
    about(
      row,
      "digest",
      `${where(row)}: ${how} invalid, so the log files of those hours are not vouched for; run curfew verify-trail to see which.`,
    ),
  ];
}

function filesOf(row: LedgerRow): CoverageProblem[] {
  const { invalid, missing, withoutDigest } = row.files;
  const parts = [
    ...(invalid > 0
      ? [`${counted(invalid, "log file differs", "log files differ")} from what their digests say`]
      : []),
    ...(missing > 0
      ? [`${counted(missing, "log file", "log files")} named by a digest cannot be found`]
      : []),
    ...(withoutDigest > 0
      ? [`${counted(withoutDigest, "log file is", "log files are")} named by no digest`]
      : []),
  ];
  if (parts.length === 0) return [];
  return [
    about(row, "file", `${where(row)}: ${parts.join(", ")}; run curfew verify-trail to see which.`),
  ];
}

function unreadObjects({ objects }: LedgerFacts): CoverageProblem[] {
  return objects.flatMap(({ accountId, region, failing, refused, gone, problem, lost }) => {
    const total = failing + refused + gone;
    if (total === 0) return [];
    const states = [
      ...(failing > 0 ? [`${failing} failing and tried again`] : []),
      ...(refused > 0 ? [`${refused} refused`] : []),
      ...(gone > 0 ? [`${gone} gone`] : []),
    ].join(", ");
    const place = [accountId, region].filter((part) => part !== null).join(" ");
    const example = problem === null ? "" : ` One of them: ${problem}`;
    const kind = "object" as const;
    const since = hull(lost);
    return {
      kind,
      source: "s3",
      accountId,
      region,
      since: since === null ? null : instant(since[0]),
      sentence: `s3${place === "" ? "" : ` ${place}`}: ${counted(total, "object was", "objects were")} not read (${states}).${example}`,
    };
  });
}

function bySource(judged: readonly JudgedPlace[]): JudgedPlace[][] {
  const groups = new Map<string, JudgedPlace[]>();
  for (const one of judged) {
    const group = groups.get(one.row.source);
    if (group === undefined) groups.set(one.row.source, [one]);
    else group.push(one);
  }
  return [...groups.values()];
}

/** A receipt of the future: what this machine's clock says was once more than it says now. */
function clocks(judged: readonly JudgedPlace[], now: Instant): CoverageProblem[] {
  return bySource(judged).flatMap((places) => {
    const ahead = latest(...places.map(({ place }) => place?.lastReceivedAt ?? null));
    const [{ row }] = places as [JudgedPlace];
    if (ahead === null || ahead <= plus(now, AHEAD)) return [];
    return [
      {
        ...about(row, "clock", clockSentence(row.source, ahead, now), ahead),
        accountId: null,
        region: null,
      },
    ];
  });
}

function clockSentence(source: string, ahead: Instant, now: Instant): string {
  return `${source}: records were received at ${ahead}, which is ${durationText(between(now, ahead))} ahead of this machine's clock: the clock is wrong now or was wrong then; keep it by NTP.`;
}

/** How far a source as a whole is behind: its receipts, or what the records themselves say. */
function lateness(
  places: readonly JudgedPlace[],
  asOf: Instant,
  current: boolean,
): CoverageProblem[] {
  const { row } = places[0]!;
  const whole = (kind: "lag" | "ends", since: Instant, sentence: string): CoverageProblem => ({
    kind,
    source: row.source,
    accountId: null,
    region: null,
    since,
    sentence: `${row.source}: ${sentence}`,
  });
  const received = latest(...places.map((one) => one.row.lastReceivedAt));
  const read = latest(...places.map((one) => one.row.readTo));
  if (read !== null && between(read, asOf) > ENDED) {
    const ago = durationText(between(read, asOf));
    return [
      whole(
        "ends",
        read,
        `what was read ends with ${read}, ${ago} before; run curfew sync, or keep curfew start running.`,
      ),
    ];
  }
  // What was received by an earlier instant is not known: one row keeps the newest receipt only.
  if (!current) return [];
  // A listing that was read up to now is not late because it showed nothing.
  if (received === null || between(received, asOf) <= LATE) return [];
  if (read !== null && between(read, asOf) <= LATE && row.source === EVENT_HISTORY) return [];
  const ago = durationText(between(received, asOf));
  return [
    whole(
      "lag",
      received,
      `nothing was received for ${ago}, and CloudTrail delivers within about 15 minutes: see whether the source is read and the trail is logging.`,
    ),
  ];
}

/** A source that shows nothing of an account of which another one shows records. */
function silences(
  judged: readonly JudgedPlace[],
  asOf: Instant,
  current: boolean,
): CoverageProblem[] {
  const accounts = new Map<string, Map<string, Instant>>();
  for (const one of judged) {
    const { row } = one;
    const newest = newestOf(one, asOf, current);
    if (newest === null) continue;
    const sources = accounts.get(row.accountId) ?? new Map<string, Instant>();
    accounts.set(row.accountId, sources);
    sources.set(row.source, latest(newest, sources.get(row.source) ?? null)!);
  }
  return [...accounts].flatMap(([accountId, sources]) =>
    [...sources].flatMap(([source, newest]): CoverageProblem[] => {
      const quiet = between(newest, asOf);
      const speaks = [...sources].find(
        ([other, at]) => other !== source && between(at, asOf) <= SILENT,
      );
      if (quiet <= SILENT || speaks === undefined) return [];
      const sentence = `${source} ${accountId}: silent for ${durationText(quiet)} while ${speaks[0]} shows records of the same account; see whether this source is still read.`;
      return [{ kind: "silent", source, accountId, region: null, since: newest, sentence }];
    }),
  );
}

/** The newest record, or the instant up to which the place was read; of an earlier instant only the hour of the record is known. */
function newestOf({ row, hours }: JudgedPlace, asOf: Instant, current: boolean): Instant | null {
  const record = (current ? row.lastEventAt : null) ?? endOf(hours.seen);
  return earliest(latest(record, endOf(hours.proven)), asOf);
}

function endOf(set: JudgedPlace["hours"]["seen"]): Instant | null {
  const whole = hull(set);
  return whole === null ? null : instant(whole[1]);
}

function hoursText(hours: number): string {
  return counted(hours, "hour is", "hours are");
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `45 min`, `7 h`, `12 days`: rounded down. */
export function durationText(milliseconds: number): string {
  if (milliseconds < 2 * HOUR) return `${Math.floor(milliseconds / MINUTE)} min`;
  if (milliseconds < 2 * DAY) return `${Math.floor(milliseconds / HOUR)} h`;
  return `${Math.floor(milliseconds / DAY)} days`;
}
