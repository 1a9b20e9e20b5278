/**
 * The files of an access review and the manifest that binds them. Same facts, same bytes: a pack can be built again years later
 * and compared. The manifest's digest covers everything else in it; sealing and signing are not done here.
 */
import { canonicalJson, sha256 } from "../ids.ts";
import type { Instant } from "../time.ts";
import { accessReview, type AccessReview } from "./access-review.ts";
import { accessReviewCsv } from "./csv.ts";
import type { AccessReviewFacts } from "./facts.ts";
import { accessReviewHtml } from "./html/page.ts";

export const REPORT_FORMATS = ["html", "csv", "json"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface ReportFile {
  readonly name: string;
  readonly mediaType: string;
  /** Text to be written as UTF-8. */
  readonly content: string;
}

export interface ReportManifest {
  readonly schema: "curfew.manifest/1";
  readonly report: "access-review";
  readonly organisation: string;
  readonly asOf: Instant;
  readonly window: { readonly from: Instant; readonly to: Instant };
  /** What the report was made from, so that a reader can tell two apart. */
  readonly generatedFrom: {
    readonly instanceArn: string;
    readonly identityStoreArn: string;
    readonly snapshotTakenAt: Instant;
    readonly populationDigest: string;
    readonly items: number;
    readonly previousAsOf: Instant | null;
    /** SHA-256 of the whole review in canonical JSON, whatever formats were written. */
    readonly reviewSha256: string;
  };
  readonly files: readonly {
    readonly name: string;
    readonly mediaType: string;
    readonly bytes: number;
    readonly sha256: string;
  }[];
  /** SHA-256 of the manifest without this field, in canonical JSON. */
  readonly digest: string;
}

export interface ReportPack {
  readonly files: readonly ReportFile[];
  readonly manifest: ReportManifest;
}

/** Sorted keys and two spaces: a person can read it, and equal documents are equal bytes. */
export function readableJson(value: unknown): string {
  return `${JSON.stringify(JSON.parse(canonicalJson(value)), null, 2)}\n`;
}

const RENDERERS: Readonly<Record<ReportFormat, (review: AccessReview) => ReportFile>> = {
  html: (review) => ({
    name: "access-review.html",
    mediaType: "text/html; charset=utf-8",
    content: accessReviewHtml(review),
  }),
  csv: (review) => ({
    name: "access-review.csv",
    mediaType: "text/csv; charset=utf-8",
    content: accessReviewCsv(review),
  }),
  json: (review) => ({
    name: "access-review.json",
    mediaType: "application/json",
    content: readableJson(review),
  }),
};

/** The digest a manifest must have. */
export function manifestDigest(manifest: Omit<ReportManifest, "digest">): string {
  return sha256(canonicalJson(manifest));
}

/** Builds the review once and renders it in each format, in the order of `REPORT_FORMATS` whatever was asked for. */
export function buildAccessReview(
  facts: AccessReviewFacts,
  formats: readonly ReportFormat[],
): ReportPack {
  const review = accessReview(facts);
  const files = REPORT_FORMATS.filter((format) => formats.includes(format)).map((format) =>
    RENDERERS[format](review),
  );
  const body = {
    schema: "curfew.manifest/1" as const,
    report: "access-review" as const,
    organisation: facts.organisation,
    asOf: facts.asOf,
    window: review.window,
    generatedFrom: {
      instanceArn: facts.instance.instanceArn,
      identityStoreArn: facts.instance.identityStoreArn,
      snapshotTakenAt: facts.snapshot.takenAt,
      populationDigest: review.population.digest,
      items: review.items.length,
      previousAsOf: review.previousAsOf,
      reviewSha256: sha256(canonicalJson(review)),
    },
    files: files.map(({ name, mediaType, content }) => ({
      name,
      mediaType,
      bytes: Buffer.byteLength(content),
      sha256: sha256(content),
    })),
  };
  return { files, manifest: { ...body, digest: manifestDigest(body) } };
}
