/** What one attempt of a step came to. */

export type StepOutcome =
  /** Read back from outside. `requestId` is null where somebody else had done it. */
  | { readonly outcome: "confirmed"; readonly requestId: string | null }
  /** Requested; look again after so many milliseconds. A null request id: it has to be requested anew. */
  | {
      readonly outcome: "wait";
      readonly requestId: string | null;
      readonly afterMilliseconds: number;
      readonly problem: string | null;
    }
  /** Only a person can go on. */
  | { readonly outcome: "awaiting-person"; readonly problem: string | null };

export const DONE_BEFORE: StepOutcome = { outcome: "confirmed", requestId: null };
