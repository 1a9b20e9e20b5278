/** Which windows of a polled listing were read to their end: what is missing from them is read next. */
import type { Instant } from "../../domain/time.ts";

/** `[from, to)`, never empty. */
export interface TimeWindow {
  readonly from: Instant;
  readonly to: Instant;
}

export interface WindowStore {
  /** Disjoint, oldest first; none when the stream was never read. */
  windowsRead(stream: string): Promise<TimeWindow[]>;
  /**
   * Adds a window, of which every page must have been committed before. What is known beyond `believedUntil` is forgotten: it
   * stems from a clock that was set back since. Safe to repeat.
   */
  markRead(
    stream: string,
    window: TimeWindow,
    when: { readonly believedUntil: Instant; readonly now: Instant },
  ): Promise<void>;
}
