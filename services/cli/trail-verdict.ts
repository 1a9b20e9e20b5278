/** Sums what `verify-trail` finds, place by place: counts for a line a place, and each difference as it comes. */
import type { WalkedDay } from "#core/flows/ingest/digests/walk-digests";
import { gapsOf, gapSentence } from "#core/domain/digest/gaps";
import type { DigestGap, DigestPlace, DigestVerdict } from "#core/domain/digest/verdict";
import { between, HOUR, type Instant } from "#core/domain/time";

/** Something that does not match, as `--json` prints it. */
export interface Difference extends DigestPlace {
  readonly kind: "digest" | "file" | "gap";
  readonly verdict: string;
  /** Null for a gap. */
  readonly bucket: string | null;
  readonly key: string | null;
  readonly reason: string;
}

/** One account and Region. */
export interface PlaceSummary extends DigestPlace {
  readonly from: Instant | null;
  readonly to: Instant | null;
  /** Hours for which a valid digest speaks. */
  readonly hours: number;
  readonly digests: Record<"valid" | "invalid" | "unconfirmed", number>;
  readonly files: Record<"valid" | "invalid" | "missing" | "no-digest", number>;
  readonly gaps: number;
}

/** Keeps the digests' verdicts of a place, without the files they name. */
export class PlaceTally {
  readonly #place: DigestPlace;
  readonly #digests: DigestVerdict[] = [];
  readonly #files = { valid: 0, invalid: 0, missing: 0, "no-digest": 0 };

  constructor({ accountId, region }: DigestPlace) {
    this.#place = { accountId, region };
  }

  /** Counts a day and answers what in it does not match. */
  add(day: WalkedDay): Difference[] {
    const found: Difference[] = [];
    const differs = (
      kind: "digest" | "file",
      one: { bucket: string; key: string; verdict: string; reason: string | null },
    ) =>
      found.push({
        kind,
        ...this.#place,
        verdict: one.verdict,
        bucket: one.bucket === "" ? null : one.bucket,
        key: one.key,
        reason: one.reason ?? "",
      });
    for (const { logs: _named, ...verdict } of day.digests) {
      this.#digests.push(verdict);
      if (verdict.verdict !== "valid") differs("digest", verdict);
    }
    for (const file of day.files) {
      this.#files[file.verdict] += 1;
      if (file.verdict !== "valid") differs("file", file);
    }
    return found;
  }

  /** The place's line, and its gaps within `span`. */
  end(span: { readonly from: Instant | null; readonly to: Instant | null }): {
    readonly summary: PlaceSummary;
    readonly gaps: Difference[];
  } {
    const gaps = gapsOf(this.#digests, span);
    const digests = { valid: 0, invalid: 0, unconfirmed: 0 };
    for (const { verdict } of this.#digests) digests[verdict] += 1;
    const hourly = this.#digests.filter(({ backfill }) => !backfill);
    const from = hourly.map(({ startsAt }) => startsAt).toSorted()[0] ?? null;
    const to =
      hourly
        .map(({ endsAt }) => endsAt)
        .toSorted()
        .at(-1) ?? null;
    const summary: PlaceSummary = {
      ...this.#place,
      from,
      to,
      hours: Math.round((validTime(hourly) / HOUR) * 10) / 10,
      digests,
      files: this.#files,
      gaps: gaps.length,
    };
    return { summary, gaps: gaps.map((gap) => this.#gap(gap)) };
  }

  #gap(gap: DigestGap): Difference {
    const reason = gapSentence(gap);
    return { kind: "gap", ...this.#place, verdict: gap.cause, bucket: null, key: null, reason };
  }
}

/** Milliseconds for which valid digests speak, each counted once. */
function validTime(digests: readonly DigestVerdict[]): number {
  let total = 0;
  let reached: Instant | null = null;
  const valid = digests.filter(({ verdict }) => verdict === "valid");
  for (const { startsAt, endsAt } of valid.toSorted((a, b) => (a.startsAt < b.startsAt ? -1 : 1))) {
    const from: Instant = reached !== null && reached > startsAt ? reached : startsAt;
    if (endsAt <= from) continue;
    total += between(from, endsAt);
    reached = endsAt;
  }
  return total;
}
