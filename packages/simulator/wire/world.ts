/**
 * What the AWS endpoint needs of the simulated organisation, and nothing of how it is kept.
 * Every operation reads the world of one instant; only `append` changes it, and what it changes shows from then on.
 */
import type { Change, Organisation, Switches, TrailRecord } from "../model.ts";
import type { OrganisationState } from "../state.ts";

export interface World {
  readonly organisation: Organisation;
  readonly switches: Switches;
  /** Simulated time, epoch milliseconds. */
  now(): number;
  /** Every change so far, those of other processes on the same data too, in the order of the log. */
  changes(): readonly Change[];
  /** Durable when it returns. */
  append(change: Change): void;
  /** What exists at an instant, after the changes that are effective by then. */
  at(instant: number): OrganisationState;
  /** The records that occur in `[from, to)`, those of changes included, in any order. */
  records(from: number, to: number): Iterable<TrailRecord>;
}
