/** A page of residual access, newest removal first: as it was judged last, or judged again as of an instant in the past. */
import type { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import type { PostgresResidualStore } from "#core/adapters/postgres/people/residual-store";
import type { Person } from "#core/domain/person";
import { AccessHistory } from "#core/domain/sessions/residual/access-history";
import { residualState, type Residual } from "#core/domain/sessions/residual/removal";
import { residuals } from "#core/domain/sessions/residual/residuals";
import type { Instant } from "#core/domain/time";
import type { ResidualPosition } from "#core/ports/residual-store";
import type { Past } from "../sessions/past.ts";

export interface ResidualsAsked {
  /** Null: everybody's. */
  readonly persons: readonly Person[] | null;
  readonly sessionId: string | null;
  readonly openOnly: boolean;
  readonly limit: number;
  /** The last one of the page before. */
  readonly after: ResidualPosition | null;
}

/** At most one more than `limit`, which tells that there is another page. */
export async function storedResiduals(
  store: PostgresResidualStore,
  { persons, sessionId, openOnly, limit, after }: ResidualsAsked,
  now: Instant,
): Promise<Residual[]> {
  const rows: Residual[] = [];
  // A text that names several people is rare: their lists are merged in the common order.
  for (const person of persons ?? [null]) {
    const filter = {
      ...(person === null ? {} : { person }),
      ...(sessionId === null ? {} : { sessionId }),
      ...(openOnly ? { openAt: now } : {}),
      removedBefore: now,
    };
    rows.push(...(await store.list(filter, limit + 1, after ?? undefined)));
  }
  return rows.toSorted(newestFirst);
}

/** As `storedResiduals`, from the events before the instant alone. Faults as `Past.at`. */
export async function rebuiltResiduals(
  past: Past,
  observations: PostgresObservationStore,
  { persons, sessionId, openOnly, limit, after }: ResidualsAsked,
  asOf: Instant,
): Promise<Residual[]> {
  const changes = new AccessHistory(await observations.accessFacts(asOf));
  const rows: Residual[] = [];
  for await (const { person, events, sessions } of past.at(asOf, persons)) {
    for (const residual of residuals(person, sessions, events, changes)) {
      if (sessionId !== null && residual.sessionId !== sessionId) continue;
      if (openOnly && residualState(residual, asOf) !== "open") continue;
      if (after === null || comparePlaces(placeOf(residual), after) > 0) rows.push(residual);
    }
  }
  return rows.toSorted(newestFirst).slice(0, limit + 1);
}

export function placeOf({ removal, id }: Residual): ResidualPosition {
  return { removedAt: removal.at, id };
}

function newestFirst(left: Residual, right: Residual): number {
  return comparePlaces(placeOf(left), placeOf(right));
}

/** As the stored list is ordered. */
function comparePlaces(left: ResidualPosition, right: ResidualPosition): number {
  if (left.removedAt !== right.removedAt) return left.removedAt < right.removedAt ? 1 : -1;
  return left.id < right.id ? 1 : left.id > right.id ? -1 : 0;
}
