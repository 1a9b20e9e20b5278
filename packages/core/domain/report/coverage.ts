/**
 * Says in plain words how far the records reach and what could not be seen. A review that does not say this reads "unused" where
 * it should read "not observed". It reads the coverage ledger, and calls the records complete only when that knows of nothing missing.
 */
import { BLIND_SPOTS } from "../coverage/blind-spots.ts";
import type { CoverageProblem } from "../coverage/problems.ts";
import { between, DAY, earliest, HOUR, latest, type Instant } from "../time.ts";
import type { AccessReviewFacts } from "./facts.ts";

export interface CoverageWords {
  /** Beginning and end of everything that was read; null when nothing was. */
  readonly from: Instant | null;
  readonly to: Instant | null;
  /** Whole days from the first record to the review. */
  readonly observedDays: number;
  /** True when the ledger has rows and knows of no gap, no invalid digest or file, nothing unread and no source that fails. */
  readonly complete: boolean;
  /** Sentences about what is missing; empty when nothing is known to be. */
  readonly gaps: readonly string[];
  /** Sentences about what CloudTrail or Curfew cannot see at all. */
  readonly neverVisible: readonly string[];
}

/** Records that are older than this when the review is made are called late: CloudTrail's own delay is minutes (AWS: CloudTrail FAQ). */
const LATE = 24 * HOUR;
const WANTED_DAYS = 60;
const NAMED = 6;

const NEVER_VISIBLE = BLIND_SPOTS.map(({ what, means }) => `${what} ${means}`);

/** Of the sentences of one kind a reader is shown so many; the rows have them all. */
const SENTENCES = 4;

/** The ledger's sentences, the same for the same facts in any order. */
function missing(problems: readonly CoverageProblem[]): string[] {
  const kinds = [...new Set(problems.map(({ kind }) => kind))].toSorted();
  return kinds.flatMap((kind) => {
    const sentences = problems
      .filter((problem) => problem.kind === kind)
      .map(({ sentence }) => sentence)
      .toSorted();
    const more = sentences.length - SENTENCES;
    const rest = `${more} more of this kind stand in the coverage ledger: curfew coverage --as-of.`;
    return [...sentences.slice(0, SENTENCES), ...(more > 0 ? [rest] : [])];
  });
}

function list(names: readonly string[]): string {
  const more = names.length - NAMED;
  return more > 0 ? `${names.slice(0, NAMED).join(", ")} and ${more} more` : names.join(", ");
}

export function coverageInWords(facts: AccessReviewFacts): CoverageWords {
  const { coverage, accounts, asOf } = facts;
  const from = earliest(...coverage.map(({ firstEventAt }) => firstEventAt));
  const to = latest(...coverage.map(({ readTo }) => readTo));
  const observedDays = from === null || from > asOf ? 0 : Math.floor(between(from, asOf) / DAY);
  const gaps: string[] = [];
  if (from === null) {
    gaps.push(
      "No trail was read at all: this review says who has access, and nothing about its use.",
    );
  } else if (observedDays < WANTED_DAYS) {
    gaps.push(
      `Records begin ${observedDays} days before this review: access can be called unused only after ${WANTED_DAYS} days of records.`,
    );
  }
  const read = new Set(coverage.map(({ accountId }) => accountId));
  const unread = accounts
    .filter(({ accountId }) => !read.has(accountId))
    .map(({ name }) => name)
    .toSorted();
  if (from !== null && unread.length > 0) {
    gaps.push(
      `No records of their own were read from ${unread.length} of ${accounts.length} accounts (${list(unread)}): use there is known from the access portal only.`,
    );
  }
  const late = coverage
    .filter(({ lastReceivedAt }) => lastReceivedAt !== null && between(lastReceivedAt, asOf) > LATE)
    .map(({ source, accountId, region }) => `${source} ${accountId} ${region}`)
    .toSorted();
  if (late.length > 0) {
    gaps.push(
      `Nothing was received in the last 24 hours from ${late.length} of ${coverage.length} sources (${list(late)}).`,
    );
  }
  if (between(facts.snapshot.takenAt, asOf) > LATE) {
    gaps.push(
      "The directory was read more than 24 hours before the time of this review: later changes are known from events only.",
    );
  }
  gaps.push(...missing(facts.problems));
  const complete = coverage.length > 0 && facts.problems.length === 0 && unread.length === 0;
  return { from, to, observedDays, complete, gaps, neverVisible: NEVER_VISIBLE };
}
