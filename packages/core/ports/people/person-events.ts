/** A piece of what a person did or what was done about them, in the order of time and in bounded memory. */
import type { TrailEvent } from "../../domain/event.ts";
import type { PersonKey } from "../../domain/person.ts";
import type { Instant } from "../../domain/time.ts";

export interface EventsPiece {
  /** Those of `PersonHistory.eventsOf` within `[from, completeBefore)`, in no order; amendments stand beside what they amend. */
  readonly events: readonly TrailEvent[];
  /** `to` where the piece is whole; an earlier instant where more rows were there than asked for. Never before `from`. */
  readonly completeBefore: Instant;
}

export interface PersonEvents {
  /** @param rows how many stored rows of each sort are read at most; a row may hold an hour of like calls. */
  between(person: PersonKey, from: Instant, to: Instant, rows: number): Promise<EventsPiece>;
}
