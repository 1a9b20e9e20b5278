/**
 * The life of a seed: a dozen steps of one person, decoded. Guarantees that a seed alone decides it, in any process and after any other
 * seed, and that the ids of events are in no order that tells their time.
 */
import type { TrailEvent } from "#core/domain/event";
import { canonicalJson } from "#core/domain/ids";
import type { Session, SessionSettings } from "#core/domain/session";
import { settingsOf } from "#core/domain/sessions/durations";
import { reconstruct } from "#core/domain/sessions/reconstruct";
import { AccessHistory, NO_ACCESS_FACTS } from "#core/domain/sessions/residual/access-history";
import type { Residual } from "#core/domain/sessions/residual/removal";
import { residuals } from "#core/domain/sessions/residual/residuals";
import { dice } from "#test/support/sizes";
import { ADA, decoded, type Json } from "#test/unit/sessions/made";
import { SET, STEPS } from "./steps.ts";

const STEPS_A_LIFE = 12;
const MINUTES = 700;
const SETTINGS: SessionSettings = settingsOf(480);

export function lifeOf(seed: number): TrailEvent[] {
  return decoded(...recordsOf(seed));
}

export function recordsOf(seed: number): Json[] {
  const random = dice((seed * 7_919 + 17) % 2_147_483_647);
  const records: Json[] = [];
  for (let step = 0; step < STEPS_A_LIFE; step += 1) {
    const minute = Math.floor(random() * MINUTES);
    records.push(...STEPS[Math.floor(random() * STEPS.length)]!({ minute, random }));
  }
  return renamed(records, random);
}

/** Ids of the makers count what was made before: others take their place, in the amendments that name them too. */
function renamed(records: readonly Json[], random: () => number): Json[] {
  const names = new Map<unknown, string>();
  const nameOf = (id: unknown): string => {
    const known = names.get(id);
    if (known !== undefined) return known;
    const made = `${hex(random)}${hex(random)}-0000-4000-8000-${String(names.size).padStart(12, "0")}`;
    names.set(id, made);
    return made;
  };
  return records.map((one) => {
    const addendum = one["addendum"] as Json | undefined;
    return {
      ...one,
      eventID: nameOf(one["eventID"]),
      ...(addendum === undefined
        ? {}
        : { addendum: { ...addendum, originalEventID: nameOf(addendum["originalEventID"]) } }),
    };
  });
}

function hex(random: () => number): string {
  return Math.floor(random() * 65_536)
    .toString(16)
    .padStart(4, "0");
}

export interface Told {
  readonly sessions: readonly Session[];
  readonly residuals: readonly Residual[];
}

/** What is told of the person by these events, as they came. */
export function toldOf(events: readonly TrailEvent[]): Told {
  const sessions = reconstruct(ADA, events, SETTINGS);
  const history = new AccessHistory({
    ...NO_ACCESS_FACTS,
    events,
    permissionSets: [{ arn: SET, name: "PowerUser" }],
  });
  return { sessions, residuals: residuals(ADA, sessions, events, history) };
}

/** Whether both are the same byte for byte in the form that digests are made of. What is the same as it stands is so in every form. */
export function isSame(one: Told, other: Told): boolean {
  return (
    JSON.stringify(one) === JSON.stringify(other) || canonicalJson(one) === canonicalJson(other)
  );
}
