/** The time of the work at hand: the system's, or the demo organisation's. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
}
