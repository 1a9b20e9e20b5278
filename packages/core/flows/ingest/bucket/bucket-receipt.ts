/** What reading a bucket came to: its records as everywhere, and what became of its objects. */
import type { Fault } from "../../../domain/fault.ts";
import { NOTHING, sum, type IngestReceipt } from "../ingest-receipt.ts";

export interface BucketReceipt extends IngestReceipt {
  /** Objects whose records are committed. */
  readonly objects: number;
  /** Objects to be tried again. */
  readonly failing: number;
  readonly refused: number;
  readonly gone: number;
  readonly superseded: number;
  /** A few of the sentences, each once. */
  readonly problems: readonly string[];
  /** The first fault for which a person has to do something. */
  readonly fault: Fault | null;
}

const SENTENCES = 5;

export const NO_OBJECTS: BucketReceipt = {
  ...NOTHING,
  objects: 0,
  failing: 0,
  refused: 0,
  gone: 0,
  superseded: 0,
  problems: [],
  fault: null,
};

export function sumBuckets(left: BucketReceipt, right: BucketReceipt): BucketReceipt {
  return {
    ...sum(left, right),
    objects: left.objects + right.objects,
    failing: left.failing + right.failing,
    refused: left.refused + right.refused,
    gone: left.gone + right.gone,
    superseded: left.superseded + right.superseded,
    problems: [...new Set([...left.problems, ...right.problems])].slice(0, SENTENCES),
    fault: left.fault ?? right.fault,
  };
}
