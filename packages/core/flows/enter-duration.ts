/**
 * Enters how long portal or background sessions last, as a person read it in the console. Refuses what AWS does not allow and what
 * is of no known identity store; what is entered is added, never changed, and everybody it concerns is judged again.
 */
import { Fault } from "../domain/fault.ts";
import type { DurationKind, SessionSettings } from "../domain/session.ts";
import { instant, type Instant } from "../domain/time.ts";
import type { Clock } from "../ports/clock.ts";
import type {
  ConfigurationChange,
  DurationEntry,
  DurationStore,
} from "../ports/people/duration-store.ts";

/** AWS: an access portal session lasts from 15 minutes to 90 days; so does a user background session. */
export const SHORTEST_MINUTES = 15;
export const LONGEST_MINUTES = 90 * 24 * 60;

export interface DurationRequest {
  readonly kind: DurationKind;
  readonly minutes: number;
  /** Null: from now on. */
  readonly effectiveFrom: Instant | null;
  /** ARN of an identity store, or its id (`d-…`). Null: the only one there is. */
  readonly identityStore: string | null;
  readonly actor: string;
}

/** Faults: `input.invalid` for the number or the instant, `input.unknown-store`. */
export async function enterDuration(
  { durations, clock }: { readonly durations: DurationStore; readonly clock: Clock },
  { kind, minutes, effectiveFrom, identityStore, actor }: DurationRequest,
): Promise<DurationEntry> {
  const now = instant(clock.now());
  if (!Number.isInteger(minutes) || minutes < SHORTEST_MINUTES || minutes > LONGEST_MINUTES) {
    throw new Fault(
      "input.invalid",
      `A duration must be a whole number of minutes from ${SHORTEST_MINUTES} to ${LONGEST_MINUTES} (90 days), and not ${minutes}.`,
    );
  }
  if (effectiveFrom !== null && effectiveFrom > now) {
    throw new Fault(
      "input.invalid",
      `A duration cannot hold from ${effectiveFrom}, which lies in the future: enter it once the setting was changed.`,
    );
  }
  const from = effectiveFrom ?? now;
  const identityStoreArn = storeNamed(await durations.identityStores(), identityStore);
  return durations.enter(
    { identityStoreArn, kind, minutes, effectiveFrom: from, enteredBy: actor, enteredAt: now },
    {
      action: "duration.entered",
      subject: identityStoreArn,
      body: { kind, minutes, effectiveFrom: from },
    },
  );
}

function storeNamed(known: readonly string[], asked: string | null): string {
  const found = known.filter(
    (arn) => asked === null || arn === asked || arn.endsWith(`:identitystore/${asked}`),
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (known.length === 0) {
    throw new Fault(
      "input.unknown-store",
      "No identity store is known yet: read a trail or a snapshot first, then enter the duration.",
    );
  }
  throw new Fault(
    "input.unknown-store",
    found.length === 0
      ? `There is no identity store ${JSON.stringify(asked)}; known: ${known.join(", ")}.`
      : `Several identity stores are known: name one of ${known.join(", ")}.`,
  );
}

/** An entry that a later change of the configuration has put in question. */
export interface DurationQuestion extends ConfigurationChange {
  readonly kind: DurationKind;
  readonly sentence: string;
}

/**
 * For each store and kind that has an entry, the newest change after it. The record of a change says neither which setting was
 * changed nor to what (AWS: UpdateSSOConfiguration), so only a person can answer.
 */
export function questionsOf(
  { durations }: SessionSettings,
  changes: readonly ConfigurationChange[],
): DurationQuestion[] {
  const newest = new Map<string, ConfigurationChange & { kind: DurationKind }>();
  for (const change of changes) {
    for (const kind of ["portal", "background"] as const) {
      const entries = durations.filter(
        (entry) =>
          entry.kind === kind &&
          (change.identityStoreArn === null ||
            entry.identityStoreArn === null ||
            entry.identityStoreArn === change.identityStoreArn),
      );
      const answered = entries.some(
        ({ effectiveFrom }) => effectiveFrom !== null && effectiveFrom >= change.at,
      );
      const key = `${kind} ${change.identityStoreArn}`;
      const known = newest.get(key);
      if (entries.length === 0 || answered || (known !== undefined && known.at >= change.at))
        continue;
      newest.set(key, { ...change, kind });
    }
  }
  return [...newest.values()].map((change) => ({
    ...change,
    sentence: `The configuration changed on ${change.at}${
      change.identityStoreArn === null ? "" : ` (${change.identityStoreArn})`
    }: look whether the ${change.kind} session duration is still the same, and enter the duration again.`,
  }));
}
