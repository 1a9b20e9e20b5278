/**
 * The clock of the machine, for everything but the demo.
 * It counts whole milliseconds and may step back when the machine corrects its time: order nothing by it.
 */

/** Epoch milliseconds of this machine. Shaped like the `Clock` port, which this layer may not name. */
export function systemClock(): { now(): number } {
  return { now: () => Date.now() };
}
