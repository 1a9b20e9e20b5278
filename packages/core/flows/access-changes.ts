/** What people gained and lost between two instants, from the stored directory and events. Nothing is written. */
import { changesBetween, type AccessChange } from "../domain/access/changes/between.ts";
import { Fault } from "../domain/fault.ts";
import type { Instant } from "../domain/time.ts";
import type { AccessStore, TimedSnapshot } from "../ports/access/access-store.ts";
import type { ObservationStore } from "../ports/observation-store.ts";

/** Throws `snapshot.none` for an instant before the first crawl, of which nothing can be said. */
export async function accessChanges(
  ports: { readonly access: AccessStore; readonly observations: ObservationStore },
  from: Instant,
  to: Instant,
): Promise<AccessChange[]> {
  const before = { at: from, snapshot: await knownAt(ports.access, from) };
  const after = { at: to, snapshot: await knownAt(ports.access, to) };
  return changesBetween(before, after, await ports.observations.accessEvents(to));
}

async function knownAt(access: AccessStore, at: Instant): Promise<TimedSnapshot> {
  const snapshot = await access.asOf(at);
  if (snapshot !== null) return snapshot;
  throw new Fault(
    "snapshot.none",
    `Who had access at ${at} is unknown, because the directory had not been read by then: choose a later instant.`,
  );
}
