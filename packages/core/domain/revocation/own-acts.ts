/**
 * Events of a person without the role sessions of others. What an administrator does about the person (ends a session, disables
 * them) is among the person's events and names the role session it was done from: that session is the administrator's, and no end of
 * it says anything of the person.
 */
import type { TrailEvent } from "../event.ts";
import { personKey, type PersonKey } from "../person.ts";

/**
 * The same events; those by somebody else, who is named, lose only the session they were made from. Where the record does not name
 * the actor it may be the person, and the session stays.
 */
export function withoutOthersSessions(
  person: PersonKey,
  events: readonly TrailEvent[],
): TrailEvent[] {
  const key = personKey(person);
  return events.map((event) => {
    const byOther = event.person !== null && personKey(event.person) !== key;
    if (!byOther || event.callerSession === undefined) return event;
    const { callerSession: _theirs, ...rest } = event;
    return rest;
  });
}
