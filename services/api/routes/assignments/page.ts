/**
 * A page of effective access, a few people at once in the order of their userId, because usage is read from each person's own events.
 * A page that found little after many people is answered short, with where to go on.
 */
import type { Database } from "#core/adapters/postgres/database";
import { eventsOfPeople } from "#core/adapters/postgres/people/history";
import type { EffectiveAccess } from "#core/domain/access";
import { personKey, type Person } from "#core/domain/person";
import type { TimedSnapshot } from "#core/ports/access-store";
import { judgePeople, type CommonFacts } from "#core/flows/judge-people";

const PEOPLE_AT_ONCE = 20;
const MOST_PEOPLE = 200;

export interface AccessAsked {
  /** Null: everybody's. */
  readonly persons: readonly Person[] | null;
  readonly accountId: string | null;
  readonly limit: number;
  readonly after: AccessPlace | null;
}

/** Rows of this person before `row` were answered, and everybody's before them. */
export interface AccessPlace {
  readonly userId: string;
  readonly row: number;
}

export async function accessPage(
  common: CommonFacts,
  database: Database,
  asked: AccessAsked,
): Promise<{ readonly items: readonly EffectiveAccess[]; readonly after: AccessPlace | null }> {
  const people = candidates(common.snapshot!, asked);
  const items: EffectiveAccess[] = [];
  for (let at = 0; at < people.length; at += PEOPLE_AT_ONCE) {
    const chunk = people.slice(at, at + PEOPLE_AT_ONCE);
    if (at >= MOST_PEOPLE) return { items, after: { userId: chunk[0]!.userId, row: 0 } };
    for (const { userId, rows } of await rowsOf(chunk, common, database, asked.accountId)) {
      const first = asked.after?.userId === userId ? asked.after.row : 0;
      for (let row = first; row < rows.length; row += 1) {
        if (items.length === asked.limit) return { items, after: { userId, row } };
        items.push(rows[row]!);
      }
    }
  }
  return { items, after: null };
}

/** People of the snapshot from the cursor on, in the order of their userId. */
function candidates(snapshot: TimedSnapshot, { persons, after }: AccessAsked): Person[] {
  const wanted = persons === null ? null : new Set(persons.map(personKey));
  return snapshot.users
    .filter((user) => wanted === null || wanted.has(personKey(user)))
    .filter((user) => after === null || user.userId >= after.userId)
    .toSorted((left, right) => (left.userId < right.userId ? -1 : 1))
    .map(({ identityStoreArn, userId, userName }) => ({ identityStoreArn, userId, userName }));
}

async function rowsOf(
  people: readonly Person[],
  common: CommonFacts,
  database: Database,
  accountId: string | null,
): Promise<{ userId: string; rows: readonly EffectiveAccess[] }[]> {
  // One statement for all of them: asked one by one each would cost nearly as much as all together.
  const events = await eventsOfPeople(database.pool, people, common.now);
  const known = people.map((person) => ({ person, events: events.get(personKey(person)) ?? [] }));
  return judgePeople(known, common).map(({ person, access }) => ({
    userId: person.userId,
    rows: access.filter((row) => accountId === null || row.accountId === accountId),
  }));
}
