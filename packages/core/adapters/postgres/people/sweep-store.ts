/**
 * SweepStore on Postgres: claim, judge and write are one transaction, so a person is never half judged, and a kill leaves them
 * due. Two sweepers never hold the same person (FOR UPDATE SKIP LOCKED). Whoever has very many events is judged on a lease instead:
 * see `judged/alone.ts`.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type pg from "pg";
import type { TrailEvent } from "../../../domain/event.ts";
import type { Person } from "../../../domain/person.ts";
import type { Reconciliation } from "../../../domain/reconcile-findings.ts";
import type { AccessHistory } from "../../../domain/sessions/residual/access-history.ts";
import type { Instant } from "../../../domain/time.ts";
import type { DuePerson, JudgedFrom, Judgement, SweepStore } from "../../../ports/sweep-store.ts";
import type { Database } from "../database.ts";
import { ACCESS_CHANGES, keptAccessHistory } from "./access-facts.ts";
import { SETTINGS_VERSION } from "./duration-store.ts";
import { applyReconciliation, openFindingsOfPeople } from "./finding-store.ts";
import { eventsOfFew, eventsOfFirst, withNames } from "./history.ts";
import { judgeLeased, lease, type Leased } from "./judged/alone.ts";
import { replaceResiduals, replaceSessions } from "./judged/replace.ts";
import { storedDigests, type StoredDigests } from "./judged/stored.ts";
import { replaceUsage } from "./judged/usage.ts";
import { StoredTerms } from "../trail/stored-rows.ts";
import { transaction } from "../transaction.ts";

/** Events held at once; a person with more is judged alone, and holds up and crowds out nobody. */
const EVENTS_AT_ONCE = 10_000;
/** People judged between two turns of the event loop, and those that are written together: the database writes while others are judged. */
const PEOPLE_IN_A_TURN = 5;
const PEOPLE_IN_A_WRITE = 40;

export class PostgresSweepStore implements SweepStore {
  readonly #database: Database;
  readonly #histories = keptAccessHistory();
  readonly #terms = new StoredTerms();

  constructor(database: Database) {
    this.#database = database;
  }

  async sweep(
    from: JudgedFrom,
    limit: number,
    channels: readonly string[],
    judge: (due: readonly DuePerson[], history: AccessHistory) => readonly Judgement[],
  ): Promise<number> {
    for (;;) {
      const judged = await transaction(this.#database, (client) =>
        this.#few(client, from, limit, channels, judge),
      );
      if (typeof judged === "number") return judged;
      if (await this.#alone(judged, from, channels, judge)) return 1;
    }
  }

  /** Those that have few enough events to be held at once; when the first has more, they are put off to be judged alone. */
  async #few(
    client: pg.PoolClient,
    from: JudgedFrom,
    limit: number,
    channels: readonly string[],
    judge: (due: readonly DuePerson[], history: AccessHistory) => readonly Judgement[],
  ): Promise<number | Leased<Person>> {
    const { now } = from;
    const claimed = await claim(client, now, limit);
    if (claimed.length === 0) return 0;
    const events = await eventsOfFew(client, claimed, now, EVENTS_AT_ONCE, this.#terms);
    if (events.length === 0) return lease(client, claimed[0]!, now);
    // The others stay due, and are free again with this transaction's end.
    const due = await dueWith(client, claimed.slice(0, events.length), events);
    const history = await this.#histories.at(client, now);
    await judgedWhileWritten(client, due, (some) => judge(some, history), from, channels);
    return due.length;
  }

  #alone(
    leased: Leased<Person>,
    from: JudgedFrom,
    channels: readonly string[],
    judge: (due: readonly DuePerson[], history: AccessHistory) => readonly Judgement[],
  ): Promise<boolean> {
    const { now } = from;
    return judgeLeased(this.#database, leased, now, {
      read: async (client) => {
        const people = [leased.person];
        const events = await eventsOfFirst(
          client,
          people,
          now,
          EVENTS_AT_ONCE,
          (work) => work(client),
          this.#terms,
        );
        const due = await dueWith(client, people, events);
        return { due, history: await this.#histories.at(client, now) };
      },
      judge: ({ due, history }) => judge(due, history),
      write: async (client, judgements) => {
        const people = [leased.person];
        const stored = await storedDigests(client, people);
        await write(client, people, stored, judgements, from, channels);
        const next = judgements.map((judgement) => judgement.nextDecisionAt);
        await settle(client, people, next, from);
      },
    });
  }

  async dueCount(now: Instant): Promise<number> {
    const { rows } = await this.#database.pool.query<{ count: number }>(
      "select count(*) from people where due_at <= $1",
      [now],
    );
    return rows[0]!.count;
  }
}

async function claim(client: pg.PoolClient, now: Instant, limit: number): Promise<Person[]> {
  const { rows } = await client.query<{ arn: string; user_id: string }>(
    `select identity_store_arn as arn, user_id from people
      where due_at <= $1
      order by due_at, identity_store_arn, user_id
      limit $2 for update skip locked`,
    [now, limit],
  );
  return withNames(
    client,
    rows.map((row) => ({ identityStoreArn: row.arn, userId: row.user_id })),
  );
}

async function dueWith(
  client: pg.PoolClient,
  people: readonly Person[],
  events: readonly (readonly TrailEvent[])[],
): Promise<DuePerson[]> {
  const findings = await openFindingsOfPeople(client, people);
  return people.map((person, place) => ({
    person,
    events: events[place]!,
    findings: findings[place]!,
  }));
}

/**
 * Judges and writes all of them: some are written while the next are judged, in one transaction. Rejects only when nothing is sent any
 * more.
 */
async function judgedWhileWritten(
  client: pg.PoolClient,
  due: readonly DuePerson[],
  judge: (due: readonly DuePerson[]) => readonly Judgement[],
  from: JudgedFrom,
  channels: readonly string[],
): Promise<void> {
  const people = due.map(({ person }) => person);
  const next: (Instant | null)[] = [];
  const reading = storedDigests(client, people);
  // Told by whoever writes first; nobody does where judging fails before.
  let writing: Promise<unknown> = reading;
  reading.catch(() => undefined);
  try {
    for (let first = 0; first < due.length; first += PEOPLE_IN_A_WRITE) {
      const some = due.slice(first, first + PEOPLE_IN_A_WRITE);
      const judgements = await judgedInTurns(some, judge);
      next.push(...judgements.map(({ nextDecisionAt }) => nextDecisionAt));
      writing = after(writing, async () => {
        const whose = people.slice(first, first + PEOPLE_IN_A_WRITE);
        const stored = (await reading).slice(first, first + PEOPLE_IN_A_WRITE);
        await write(client, whose, stored, judgements, from, channels);
      });
      writing.catch(() => undefined);
    }
  } finally {
    await writing;
  }
  await settle(client, people, next, from);
}

async function after(before: Promise<unknown>, work: () => Promise<void>): Promise<void> {
  await before;
  await work();
}

async function judgedInTurns(
  due: readonly DuePerson[],
  judge: (due: readonly DuePerson[]) => readonly Judgement[],
): Promise<Judgement[]> {
  const judgements: Judgement[] = [];
  while (judgements.length < due.length) {
    const from = judgements.length;
    judgements.push(...judge(due.slice(from, from + PEOPLE_IN_A_TURN)));
    // Lets the database's answers in, and the statements that wait for them out.
    await nextTurn();
  }
  return judgements;
}

async function write(
  client: pg.PoolClient,
  people: readonly Person[],
  stored: readonly StoredDigests[],
  judgements: readonly Judgement[],
  from: JudgedFrom,
  channels: readonly string[],
): Promise<void> {
  const sessions = judgements.flatMap((judgement) => judgement.sessions);
  const residuals = judgements.flatMap((judgement) => judgement.residuals);
  await applyReconciliation(client, together(judgements), channels, from.now);
  await replaceSessions(client, stored, sessions);
  await replaceResiduals(client, stored, residuals);
  const usage = judgements.map((judgement) => judgement.usage);
  await replaceUsage(client, people, stored, usage);
}

/** A finding is one person's, so what several came to is written at once. */
function together(judgements: readonly Judgement[]): Reconciliation {
  const all = judgements.map(({ reconciliation }) => reconciliation);
  return {
    opened: all.flatMap(({ opened }) => opened),
    refreshed: all.flatMap(({ refreshed }) => refreshed),
    resolved: all.flatMap(({ resolved }) => resolved),
    unchanged: all.flatMap(({ unchanged }) => unchanged),
  };
}

/**
 * When the person is due again. Three things were not seen although they are stored: events of the future (or since a long sweep
 * began), whose person is due when the first of them has come, or everybody where it changes access; a crawl published since the
 * directory was read, for which this run is too old; and a duration entered or put in question since the settings were read. All make
 * due after `now`, so that no run judges the same person twice.
 */
const SETTLE = `
  update people p
     set due_at = least(w.due_at,
           case when p.last_event_at >= $4 then interval '1 millisecond' + coalesce(
             least((select min(e.occurred_at) from events e where e.person_no = n.person_no and e.occurred_at >= $4),
                   (select min(greatest(c.first_at, $4)) from role_calls c
                     where c.person_no = n.person_no and c.last_at >= $4)),
             p.last_event_at) end,
           case when p.last_event_at >= $4 then interval '1 millisecond' + (
             select min(e.occurred_at) from events e where e.subject_user_id = p.user_id and e.occurred_at >= $4) end,
           case when p.last_event_at >= $4 then interval '1 millisecond' + (
             select min(e.occurred_at) from person_names n
               join event_terms r on r.kind = 'role-session' and r.name = n.user_name
               join events e on e.role_session_no = r.term_no
              where n.identity_store_arn = p.identity_store_arn and n.user_id = p.user_id and e.occurred_at >= $4) end,
           (select interval '1 millisecond' + min(e.occurred_at) from events e join event_terms t on t.term_no = e.type_no
             where e.administrative and e.occurred_at >= $4 and t.kind = 'type' and t.value like any($6)),
           case when $7::text <> (select ${SETTINGS_VERSION}) then $4::timestamptz + interval '1 millisecond' end,
           (select min(greatest(s.completed_at, $4::timestamptz + interval '1 millisecond'))
              from access_snapshots s where $5::timestamptz is null or s.completed_at > $5)),
         judged_at = $4, revision = p.revision + 1
    from unnest($1::text[], $2::text[], $3::timestamptz[]) as w(arn, user_id, due_at)
    left join lateral (select t.term_no as person_no from event_terms t
                        where t.digest = left(encode(sha256(convert_to('person ' || w.arn || ' ' || w.user_id, 'UTF8')), 'hex'), 32)::uuid) n on true
   where p.identity_store_arn = w.arn and p.user_id = w.user_id`;

async function settle(
  client: pg.PoolClient,
  people: readonly Person[],
  next: readonly (Instant | null)[],
  { now, snapshotTakenAt, settingsVersion }: JudgedFrom,
): Promise<void> {
  await client.query(SETTLE, [
    people.map((person) => person.identityStoreArn),
    people.map((person) => person.userId),
    next,
    now,
    snapshotTakenAt,
    ACCESS_CHANGES,
    settingsVersion ?? null,
  ]);
}
