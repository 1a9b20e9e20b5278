/**
 * Whether a seed holds: any order, repetition and split of its life's events tells byte-identical sessions, links and residuals, and so
 * does whatever part of them has come by then; and no session is forgotten in silence when more comes. Says in words what did not hold, so that the seed can be repeated by itself.
 */
import type { TrailEvent } from "#core/domain/event";
import { dice, shuffled } from "#test/support/sizes";
import { isSame, lifeOf, toldOf, type Told } from "./life.ts";

/** One life in so many is looked at after every batch, the others after one. */
const EVERY_STEP = 50;

/** Null where it holds. */
export function differenceOf(seed: number): string | null {
  const events = lifeOf(seed);
  const random = dice((seed % 2_147_483_646) + 1);
  const expected = toldOf(events);
  const repeated = events.filter(() => random() < 0.3);
  const mixed = shuffled([...events, ...repeated], random);
  if (!isSame(toldOf(mixed), expected)) return `seed ${seed}: another order tells otherwise`;
  return differenceOfBatches(seed, mixed, expected, random);
}

/** Batches as they come, stored in that order, against a rebuild of the same events in another one. */
function differenceOfBatches(
  seed: number,
  arriving: readonly TrailEvent[],
  whole: Told,
  random: () => number,
): string | null {
  const ends: number[] = [];
  for (let at = 0; at < arriving.length;) ends.push((at += 1 + Math.floor(random() * 5)));
  const looked = seed % EVERY_STEP === 0 ? ends : [ends[Math.floor(random() * ends.length)]!];
  for (const end of looked) {
    const stored = arriving.slice(0, end);
    const told = toldOf(stored);
    if (!isSame(told, toldOf(shuffled(stored, random)))) {
      return `seed ${seed}: after ${end} events a rebuild tells otherwise`;
    }
    const gone = vanished(told, whole);
    if (gone !== null)
      return `seed ${seed}: ${gone}, told after ${end} events, is not heard of later`;
  }
  return null;
}

/**
 * A session that was told once is told later too, under its id or with it among the earlier ones: what comes late amends, and never in
 * silence. A token that was first seen is left out: docs/session-model.md says how its id may change.
 */
function vanished(told: Told, later: Told): string | null {
  const heard = new Set(
    later.sessions.flatMap(({ id, earlierIds }) => [id, ...(earlierIds ?? [])]),
  );
  const gone = told.sessions.find(({ id }) => !heard.has(id));
  return gone === undefined ? null : `${gone.kind} ${gone.id}`;
}
