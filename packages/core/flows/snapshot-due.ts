/**
 * Whether the directory should be read now: regularly, and soon while a revocation is under way, because only a reading after the
 * last removal shows that no way in is left. Somebody else may do part of the removing, so it is read again until it shows that.
 */
import { between, HOUR, instant, MINUTE } from "../domain/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { ObservationStore } from "../ports/observation-store.ts";

const REGULARLY = 6 * HOUR;
const WHILE_REVOKING = 10 * MINUTE;

export async function snapshotDue(observations: ObservationStore, clock: Clock): Promise<boolean> {
  const { newest, neededSince } = await observations.snapshotTimes();
  if (newest === null) return true;
  const age = between(newest, instant(clock.now()));
  if (neededSince === null) return age >= REGULARLY;
  return newest <= neededSince || age >= WHILE_REVOKING;
}
