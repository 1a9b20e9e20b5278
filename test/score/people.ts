/**
 * The events of each person from records in memory, whose by the same rules as the stored history has: what names them, role events
 * whose credential group somebody's record names, and role events under a user name that one person alone ever had.
 */
import type { TrailEvent } from "#core/domain/event";
import { personKey, type Person } from "#core/domain/person";
import { decodeRecord } from "#core/domain/trail/decode";
import { roleSessionKey } from "#core/domain/trail/identity";
import { sessionOf } from "#core/domain/trail/stored-event";
import type { Crowd } from "#simulator/crowd";

export interface PersonEvents {
  readonly person: Person;
  readonly events: TrailEvent[];
}

export function peopleOf({ organisation, records }: Crowd): PersonEvents[] {
  const { identityStoreArn } = organisation;
  const known = organisation.people.map(({ userId, userName }): PersonEvents => {
    return { person: { identityStoreArn, userId, userName }, events: [] };
  });
  const byKey = new Map(known.map((one) => [personKey(one.person), one]));
  const byName = new Map(known.map((one) => [one.person.userName, one]));
  const events = records.flatMap((record) => {
    const decoded = decodeRecord(record);
    return decoded.outcome === "event" ? [decoded.event] : [];
  });
  const owners = new Map<string, PersonEvents>();
  for (const event of events) {
    const owner = event.person === null ? undefined : byKey.get(personKey(event.person));
    const session = sessionOf(event);
    if (owner !== undefined && session !== null) owners.set(roleSessionKey(session), owner);
  }
  for (const event of events) {
    const session = sessionOf(event);
    const owner =
      event.person === null
        ? session === null
          ? undefined
          : (owners.get(roleSessionKey(session)) ?? byName.get(session.sessionName))
        : byKey.get(personKey(event.person));
    owner?.events.push(event);
  }
  return known.filter((one) => one.events.length > 0);
}
