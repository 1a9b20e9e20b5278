/**
 * Calls that outlast throttling. Guarantees that a throttled call is tried again after a growing wait, never in a hot loop, until
 * the patience is spent, and that every other error leaves at once as a fault. Pacing before the request is the budget's.
 */
import { setTimeout as timer } from "node:timers/promises";
import { awsFault, retryAfterMilliseconds } from "./faults.ts";

/** Waits; rejects with the signal's reason when it is aborted. */
export type Wait = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

/** Runs one SDK call. `doing` completes "AWS did not …". Throws faults only, or the reason of an abort. */
export type PatientCall = <T>(doing: string, call: () => Promise<T>) => Promise<T>;

/** AWS answers nothing else for this long in the longest throttling that an operator should sit out. */
const PATIENCE = 10 * 60_000;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;

export const waitOnClock: Wait = async (milliseconds, signal) => {
  await timer(milliseconds, undefined, signal === undefined ? {} : { signal });
};

export function patientCalls(options: { wait?: Wait; signal?: AbortSignal }): PatientCall {
  const { wait = waitOnClock, signal } = options;
  return async (doing, call) => {
    let waited = 0;
    for (let attempt = 0; ; attempt += 1) {
      signal?.throwIfAborted();
      try {
        return await call();
      } catch (error) {
        signal?.throwIfAborted();
        const fault = awsFault(error, doing);
        if (fault.code !== "aws.throttled" || waited >= PATIENCE) throw fault;
        const pause = Math.max(backOff(attempt), retryAfterMilliseconds(error) ?? 0);
        waited += pause;
        await wait(pause, signal);
      }
    }
  };
}

/** Doubles up to the longest wait; half of it is random, so that processes do not come back together. */
function backOff(attempt: number): number {
  const full = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(attempt, 10));
  return Math.round(full / 2 + (Math.random() * full) / 2);
}
