/** Reads of Identity Center and Organizations that a snapshot needs. */
import type { AccessSnapshot } from "../domain/access.ts";

export interface CrawlProgress {
  readonly phase: string;
  readonly done: number;
  /** Null while the total is not known. */
  readonly total: number | null;
}

export interface CrawlResult {
  readonly snapshot: AccessSnapshot;
  /** Calls made, by operation. */
  readonly apiCalls: Readonly<Record<string, number>>;
}

export interface Directory {
  /** Reads everything once. Throws rather than answer a part. */
  crawl(progress: (progress: CrawlProgress) => void): Promise<CrawlResult>;
}
