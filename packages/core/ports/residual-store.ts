/** What keeps working after removals, as it was written when its people were judged. */
import type { PersonKey } from "../domain/person.ts";
import type { Residual } from "../domain/sessions/residual/removal.ts";
import type { Instant } from "../domain/time.ts";

export interface ResidualFilter {
  readonly person?: PersonKey;
  readonly sessionId?: string;
  /** Only those of removals before this instant. */
  readonly removedBefore?: Instant;
  /** Only those that were not over at this instant. */
  readonly openAt?: Instant;
}

/** Where a page begins: after this residual, newest removal first. */
export interface ResidualPosition {
  readonly removedAt: Instant;
  readonly id: string;
}

export interface ResidualStore {
  /** By (removal, id), newest first; at most `limit`. */
  list(filter: ResidualFilter, limit: number, after?: ResidualPosition): Promise<Residual[]>;
  /** Every residual in the order of its id, in bounded memory. */
  everything(): AsyncIterable<Residual>;
}
