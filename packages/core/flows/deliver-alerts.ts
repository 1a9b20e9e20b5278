/**
 * Sends what is due in the outbox, each channel for itself, so that a slow receiver delays nobody else's alerts.
 * At least once: an alert whose acknowledgement was not recorded is sent again under the same id. It gives up loudly, never silently.
 */
import { HOUR, instant, plus, SECOND, type Instant } from "../domain/time.ts";
import type { AlertSink, SendOutcome } from "../ports/alert-sink.ts";
import type { Clock } from "../ports/clock.ts";
import type { DeliveryStore, Settlement } from "../ports/delivery-store.ts";

/** Attempts after which an alert is dead: with the back-off below, about twelve hours after the first. */
export const MAXIMUM_ATTEMPTS = 20;
const FIRST_WAIT = 10 * SECOND;
const LONGEST_WAIT = HOUR;
/** A receiver cannot put an alert off for longer than this. */
const LONGEST_RETRY_AFTER = 24 * HOUR;
/** Refusals in a row after which a channel rests until the next run: its receiver is down, not the one alert. */
const REFUSALS_IN_A_ROW = 3;

export interface DeliverPorts {
  readonly deliveries: DeliveryStore;
  readonly sinks: readonly AlertSink[];
  readonly clock: Clock;
}

export interface DeliverReceipt {
  readonly delivered: number;
  readonly refused: number;
  /** Given up now, each with its reason: for the log and the operator. */
  readonly dead: readonly {
    readonly id: string;
    readonly channel: string;
    readonly reason: string;
  }[];
}

/** How long to wait after this many failed attempts: 10 s, 20 s, 40 s … up to an hour, and never less than the receiver asks. */
export function backOff(failedAttempts: number, retryAfterMilliseconds = 0): number {
  const own = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.max(0, failedAttempts - 1));
  return Math.max(own, Math.min(LONGEST_RETRY_AFTER, retryAfterMilliseconds));
}

/** What an outcome means for the delivery, after `attempts` recorded attempts before this one. */
export function settle(outcome: SendOutcome, attempts: number, now: Instant): Settlement {
  if (outcome.outcome === "delivered") return { state: "delivered" };
  if (outcome.outcome === "dead") return { state: "dead", reason: outcome.reason };
  const made = attempts + 1;
  if (made >= MAXIMUM_ATTEMPTS) {
    return { state: "dead", reason: `given up after ${made} attempts: ${outcome.reason}` };
  }
  const asked = "retryAfterMilliseconds" in outcome ? outcome.retryAfterMilliseconds : undefined;
  return {
    state: "pending",
    reason: outcome.reason,
    nextAttemptAt: plus(now, backOff(made, asked)),
  };
}

interface Tally {
  delivered: number;
  refused: number;
  dead: { id: string; channel: string; reason: string }[];
}

async function deliverChannel(
  sink: AlertSink,
  { deliveries, clock }: DeliverPorts,
  tally: Tally,
  signal?: AbortSignal,
): Promise<void> {
  let refusals = 0;
  for (;;) {
    if (signal?.aborted === true || refusals >= REFUSALS_IN_A_ROW) return;
    const now = instant(clock.now());
    const found = await deliveries.attemptNext(sink.channel, now, async (delivery) => {
      const outcome = await sink.send({ id: delivery.id, payload: delivery.payload }, clock.now());
      const settled = settle(outcome, delivery.attempts, instant(clock.now()));
      refusals = settled.state === "delivered" ? 0 : refusals + 1;
      if (settled.state === "delivered") tally.delivered += 1;
      if (settled.state === "pending") tally.refused += 1;
      if (settled.state === "dead") {
        tally.dead.push({ id: delivery.id, channel: sink.channel, reason: settled.reason });
      }
      return settled;
    });
    if (!found) return;
  }
}

/**
 * Sends until nothing more is due or `signal` asks to stop after the alert at hand. Rejects when the database fails, after every
 * channel has come to rest.
 */
export async function deliverAlerts(
  ports: DeliverPorts,
  signal?: AbortSignal,
): Promise<DeliverReceipt> {
  const tally: Tally = { delivered: 0, refused: 0, dead: [] };
  const ends = await Promise.allSettled(
    ports.sinks.map((sink) => deliverChannel(sink, ports, tally, signal)),
  );
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return tally;
}
