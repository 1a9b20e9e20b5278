/**
 * What the stored facts say of people at an instant: their sessions, their effective access with its use, and what the rules
 * see in them. Pure but for loading what is the same for everybody; nothing is written.
 */
import type { EffectiveAccess } from "../domain/access.ts";
import { AccessRows } from "../domain/access/effective.ts";
import { grantEvents } from "../domain/access/grants.ts";
import { AccessModel } from "../domain/access/model.ts";
import { pairVerdicts } from "../domain/access/verdicts.ts";
import { observations as observationsOf } from "../domain/access/observation.ts";
import { usageOf, type PersonUsage } from "../domain/access/usage.ts";
import type { TrailEvent } from "../domain/event.ts";
import type { ActionCatalogue } from "../domain/policy/catalogue.ts";
import type { Person } from "../domain/person.ts";
import type { Session, SessionSettings } from "../domain/session.ts";
import { AccessHistory } from "../domain/sessions/residual/access-history.ts";
import type { Residual } from "../domain/sessions/residual/removal.ts";
import { residuals } from "../domain/sessions/residual/residuals.ts";
import { reconstruct } from "../domain/sessions/reconstruct.ts";
import { viewSession } from "../domain/sessions/state.ts";
import { earliest, type Instant } from "../domain/time.ts";
import type { AccessStore, TimedSnapshot } from "../ports/access/access-store.ts";
import type { CoverageRow, ObservationStore } from "../ports/observation-store.ts";
import type { PersonHistory } from "../ports/person-history.ts";
import { directoryFacts, directoryIndex, type DirectoryIndex } from "../domain/access/peers.ts";
import type { Rule } from "../rules/rule.ts";
import { runRules, type RuleRun } from "../rules/run-rules.ts";
import { NO_RULE_SETTINGS, type RuleSettings } from "../rules/settings.ts";

/** What is the same for everybody at one instant. */
export interface CommonFacts {
  readonly now: Instant;
  readonly settings: SessionSettings;
  readonly catalogue: readonly Rule[];
  /** Null before the first crawl. */
  readonly snapshot: TimedSnapshot | null;
  /** Look-ups of the snapshot; null where there is none. */
  readonly directory: DirectoryIndex | null;
  readonly ruleSettings: RuleSettings;
  readonly coverage: readonly CoverageRow[];
  /** Makes anybody's effective access from one model of the directory; null where there is none. */
  readonly access: AccessRows | null;
}

export interface PersonEvents {
  readonly person: Person;
  readonly events: readonly TrailEvent[];
}

export interface JudgedPerson extends PersonEvents {
  readonly sessions: readonly Session[];
  /** Of everything that was used, granted today or not. */
  readonly usage: PersonUsage;
  readonly access: readonly EffectiveAccess[];
  readonly rules: RuleRun;
}

/** What is the same for everybody is made of these. */
export interface FactPorts {
  readonly access: AccessStore;
  readonly observations: ObservationStore;
  readonly catalogue: readonly Rule[];
  readonly settings: SessionSettings;
  /** Nothing was told where they are left out. */
  readonly ruleSettings?: RuleSettings;
  /** The data of AWS's actions, by which policies are judged; asked for once there is a directory. */
  readonly actions: () => Promise<ActionCatalogue>;
}

/** What is made of a directory alone. */
interface Indexes {
  readonly model: AccessModel;
  readonly directory: DirectoryIndex;
}

/** A store answers with one object for as long as nothing changes it: made once for all sweeps of that time, and gone with it. */
const INDEXES = new WeakMap<TimedSnapshot, Indexes>();

function indexesOf(snapshot: TimedSnapshot): Indexes {
  const known = INDEXES.get(snapshot);
  if (known !== undefined) return known;
  const made = { model: new AccessModel(snapshot), directory: directoryIndex(snapshot) };
  INDEXES.set(snapshot, made);
  return made;
}

export async function commonFacts(ports: FactPorts, now: Instant): Promise<CommonFacts> {
  const { access, observations, catalogue, settings } = ports;
  const ruleSettings = ports.ruleSettings ?? NO_RULE_SETTINGS;
  const [snapshot, coverage, ledger, events] = await Promise.all([
    access.asOf(now),
    observations.coverage(),
    observations.ledgerFacts(now),
    observations.grantEvents(now),
  ]);
  const known = coverage.filter(({ firstEventAt }) => firstEventAt < now);
  const { productionAccounts } = ruleSettings;
  const rowsOf = async (of: TimedSnapshot): Promise<AccessRows> => {
    const since = observedSince({ coverage: known, snapshot: of });
    const observed = observationsOf(ledger, now, of.instance.ownerAccountId, since);
    return new AccessRows(of, indexesOf(of).model, {
      observedSince: since,
      observationGaps: (accountId) => observed(accountId).gapHours,
      grants: grantEvents(events, now),
      productionAccounts,
      verdicts: pairVerdicts(of, await ports.actions()),
    });
  };
  return {
    now,
    settings,
    catalogue,
    snapshot,
    directory: snapshot === null ? null : indexesOf(snapshot).directory,
    ruleSettings,
    coverage: known,
    access: snapshot === null ? null : await rowsOf(snapshot),
  };
}

export interface JudgePorts extends FactPorts {
  readonly history: PersonHistory;
}

/** People judged together: the index of the directory is made once for them, and their events are held in memory. */
const PEOPLE_AT_ONCE = 200;
/** Events of people judged together: who has more is judged alone. */
const EVENTS_AT_ONCE = 10_000;

/** Everybody, or those named, judged as of an instant; nothing is written. */
export async function* judgeEverybody(
  ports: JudgePorts,
  at: Instant,
  only?: readonly Person[],
): AsyncGenerator<JudgedPerson & { readonly residuals: readonly Residual[] }> {
  const { observations, history } = ports;
  const common = await commonFacts(ports, at);
  const changes = new AccessHistory(await observations.accessFacts(at));
  const people = only === undefined ? history.everybody(at) : eventsOfEach(history, at, only);
  for await (const chunk of chunksOf(people)) {
    yield* withResiduals(judgePeople(chunk, common), changes);
  }
}

/** So that memory is bounded by one person's events, or by few of many people. */
async function* chunksOf(people: AsyncIterable<PersonEvents>): AsyncGenerator<PersonEvents[]> {
  let chunk: PersonEvents[] = [];
  let events = 0;
  for await (const one of people) {
    const isFull =
      chunk.length === PEOPLE_AT_ONCE ||
      (chunk.length > 0 && events + one.events.length > EVENTS_AT_ONCE);
    if (isFull) {
      yield chunk;
      chunk = [];
      events = 0;
    }
    chunk.push(one);
    events += one.events.length;
  }
  yield chunk;
}

/** What the removals among the stored changes left of each person's sessions. */
export function withResiduals(
  people: readonly JudgedPerson[],
  changes: AccessHistory,
): (JudgedPerson & { readonly residuals: readonly Residual[] })[] {
  return people.map((judged) => ({
    ...judged,
    residuals: residuals(judged.person, judged.sessions, judged.events, changes),
  }));
}

async function* eventsOfEach(
  history: PersonHistory,
  at: Instant,
  people: readonly Person[],
): AsyncGenerator<PersonEvents> {
  for (const person of people) yield { person, events: await history.eventsOf(person, at) };
}

/** Judges each of the people by what is common to all of them. */
export function judgePeople(people: readonly PersonEvents[], common: CommonFacts): JudgedPerson[] {
  return people.map(({ person, events }) => {
    const sessions = reconstruct(person, events, common.settings);
    const usage = usageOf(sessions, events, common.now);
    const access = common.access?.of(person, () => usage) ?? [];
    const facts = {
      person,
      sessions: sessions.map((session) => viewSession(session, common.now)),
      events,
      access,
      accessKnown: common.snapshot !== null,
      directory:
        common.directory === null ? null : directoryFacts(person.userId, access, common.directory),
      settings: common.ruleSettings,
    };
    const rules = runRules(common.catalogue, facts, common.now);
    return { person, events, sessions, usage, access, rules };
  });
}

/** Since when the use of an account is known: from its own records, or from the portal that hands out every account's roles. */
export function observedSince(common: Pick<CommonFacts, "coverage" | "snapshot">) {
  const first = new Map<string, Instant>();
  for (const row of common.coverage) {
    first.set(row.accountId, earliest(first.get(row.accountId) ?? null, row.firstEventAt)!);
  }
  const owner = common.snapshot?.instance.ownerAccountId;
  const portal = owner === undefined ? null : (first.get(owner) ?? null);
  return (accountId: string): Instant | null => earliest(first.get(accountId) ?? null, portal);
}
