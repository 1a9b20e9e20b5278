/** Where alerts go. */

export interface AlertMessage {
  /** The delivery's id: the same on every attempt, so that the receiver can drop repeats. */
  readonly id: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

export type SendOutcome =
  | { readonly outcome: "delivered" }
  /** Try again later. */
  | {
      readonly outcome: "refused";
      readonly reason: string;
      /** When the receiver asked to be tried again, from now. */
      readonly retryAfterMilliseconds?: number;
    }
  /** Never again: the receiver said it is gone, or the message can never be accepted. */
  | { readonly outcome: "dead"; readonly reason: string };

export interface AlertSink {
  readonly channel: string;
  /** `now` in epoch milliseconds: stands in the signature. Never throws for what the receiver does. */
  send(message: AlertMessage, now: number): Promise<SendOutcome>;
}
