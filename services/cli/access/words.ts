/** How rows of access read on a terminal: the path, who granted it and when, and its use with how far use is known. */
import type { EffectiveAccess, PathStep } from "#core/domain/access";
import { between, DAY, type Instant } from "#core/domain/time";

/** Names may have a thousand characters, which no table bears; `--json` has them whole. */
export function short(text: string): string {
  const letters = Array.from(text);
  return letters.length > NAME_LETTERS ? `${letters.slice(0, NAME_LETTERS - 1).join("")}…` : text;
}

const NAME_LETTERS = 60;

/** `group engineering`, `direct`, `entitlement by group analysts`. */
export function pathWords(path: readonly PathStep[]): string {
  const group = path.find(({ kind }) => kind === "group");
  const by = group === undefined ? "direct" : `group ${short(group.name)}`;
  if (path.at(-1)?.kind !== "entitlement") return by;
  return group === undefined ? "entitlement, direct" : `entitlement, ${by}`;
}

/** `2026-11-05 09:12Z`: minutes are enough in a list, the event has the rest. */
export function minute(at: Instant): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)}Z`;
}

/** When the path became whole and by whom; what no event shows is bounded by a crawl. */
export function grantWords(row: EffectiveAccess): string {
  const { grantedAt, grantedBy, grantedNotAfter } = row;
  const asked = row.askedFor === true ? ", asked for and not yet seen done" : "";
  if (grantedAt === null) {
    return `${grantedNotAfter === null ? "not known" : `by ${minute(grantedNotAfter)} at the latest`}${asked}`;
  }
  return `${minute(grantedAt)}${grantedBy === null ? "" : ` by ${callerWords(grantedBy)}`}${asked}`;
}

/** The part of an ARN that people know a caller by. */
export function callerWords(caller: string): string {
  return short(caller.startsWith("arn:") ? (caller.split(":").at(-1) ?? caller) : caller);
}

export interface SeenOver {
  readonly lastUsedAt: Instant | null;
  readonly observedSince: Instant | null;
  readonly observationGaps: number;
}

/** `unused in 41 observed days, 3 hours not read`: never more than was seen. */
export function useWords(use: SeenOver, at: Instant): string {
  if (use.lastUsedAt !== null) return `last ${use.lastUsedAt.slice(0, 10)}`;
  return use.observedSince === null
    ? "unknown: never observed"
    : `unused in ${windowWords(use, at)}`;
}

/** `41 observed days, 3 hours not read`. */
export function windowWords(
  { observedSince, observationGaps }: Omit<SeenOver, "lastUsedAt">,
  at: Instant,
): string {
  if (observedSince === null) return "no observed time";
  const days = Math.max(0, Math.floor(between(observedSince, at) / DAY));
  return `${counted(days, "observed day")}${observationGaps === 0 ? "" : `, ${counted(observationGaps, "hour")} not read`}`;
}

/** Use of one row, with how often and whether another path has the same use. */
export function rowUseWords(row: EffectiveAccess, at: Instant): string {
  const often = row.lastUsedAt === null ? "" : `, ${counted(row.uses30d, "session")} in 30 days`;
  const denied = row.deniedCalls === 0 ? "" : `, ${counted(row.deniedCalls, "call")} refused`;
  return `${useWords(row, at)}${often}${denied}${row.usageSharedByPaths ? " (shared by paths)" : ""}`;
}

/** What policies were found to be, gravest word first; unknown is said. */
export function verdictWords(administrator: boolean | null, findings: readonly string[]): string {
  const others = findings.filter((id) => id !== "administrator");
  if (administrator === true) return "administrator";
  const found = others.length > 2 ? [...others.slice(0, 2), `${others.length - 2} more`] : others;
  return [...(administrator === null ? ["not all read"] : []), ...found].join(", ") || "–";
}

export const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? "" : "s"}`;
