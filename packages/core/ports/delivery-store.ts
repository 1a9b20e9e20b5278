/** The outbox: alerts that were written with their finding and wait to be sent. */
import type { AlertMessage } from "./alert-sink.ts";
import type { Instant } from "../domain/time.ts";

export type DeliveryState = "pending" | "delivered" | "dead";

export interface Delivery extends AlertMessage {
  readonly channel: string;
  readonly findingId: string;
  readonly state: DeliveryState;
  /** Attempts that were made and recorded. */
  readonly attempts: number;
  readonly nextAttemptAt: Instant;
  /** Why the last attempt failed; null when none did. */
  readonly lastError: string | null;
  readonly createdAt: Instant;
  readonly deliveredAt: Instant | null;
}

/** What is recorded of an attempt. */
export type Settlement =
  | { readonly state: "delivered" }
  | { readonly state: "pending"; readonly reason: string; readonly nextAttemptAt: Instant }
  | { readonly state: "dead"; readonly reason: string };

export interface DeliveryStore {
  /**
   * Claims the due delivery of the channel that waits longest, lets `attempt` send it and records the outcome, all in one
   * transaction that holds the row: no other process sends it meanwhile, and after a kill it is due again under the same id.
   * Of one finding the older delivery goes first. Answers false when nothing is due; rejects with what `attempt` threw.
   */
  attemptNext(
    channel: string,
    now: Instant,
    attempt: (delivery: Delivery) => Promise<Settlement>,
  ): Promise<boolean>;
  /** Newest first, then id; at most `limit` (1 to 500), older than the delivery with id `after`. */
  list(state: DeliveryState, limit: number, after: string | null): Promise<Delivery[]>;
  /** Makes a dead delivery pending again, under the same id and with a fresh count. False when it is not dead. */
  replay(id: string, now: Instant): Promise<boolean>;
}
