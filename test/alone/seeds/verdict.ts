/**
 * Whether a seed holds: any order, repetition and split of its life's events tells byte-identical sessions, links and residuals, and so
 * does whatever part of them has come by then. Says in words what did not hold, so that the seed can be repeated by itself.
 */
import type { TrailEvent } from "#core/domain/event";
import { dice, shuffled } from "#test/support/sizes";
import { isSame, lifeOf, toldOf } from "./life.ts";

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
  return differenceOfBatches(seed, mixed, random);
}

/** Batches as they come, stored in that order, against a rebuild of the same events in another one. */
function differenceOfBatches(
  seed: number,
  arriving: readonly TrailEvent[],
  random: () => number,
): string | null {
  const ends: number[] = [];
  for (let at = 0; at < arriving.length;) ends.push((at += 1 + Math.floor(random() * 5)));
  const looked = seed % EVERY_STEP === 0 ? ends : [ends[Math.floor(random() * ends.length)]!];
  for (const end of looked) {
    const stored = arriving.slice(0, end);
    if (!isSame(toldOf(stored), toldOf(shuffled(stored, random)))) {
      return `seed ${seed}: after ${end} events a rebuild tells otherwise`;
    }
  }
  return null;
}
