/**
 * The lives of the simulated people as CloudTrail tells them. Guarantees that records are a function of seed, instant and the
 * changes so far, that a change alters nothing that occurred before it, and that every eventID names one event for ever.
 */
import { planApplications } from "./lives/applications.ts";
import { planAttacks } from "./lives/attacks.ts";
import { planAdministration } from "./lives/control-plane/administration.ts";
import { deliver } from "./lives/delivery.ts";
import { changeRecord, retries } from "./lives/effects/answers.ts";
import { Consequences, type StateMemory } from "./lives/effects/consequences.ts";
import { offboarding } from "./lives/effects/offboarding.ts";
import { planAwsLogins } from "./lives/beside-portal/aws-login.ts";
import { planEntitlements } from "./lives/beside-portal/entitlements.ts";
import { planNoise } from "./lives/noise.ts";
import { planPersonDay } from "./lives/person-day.ts";
import { planRecorder } from "./lives/recorder.ts";
import { emptyPlan, Stage, type Draft, type Plan, type Session } from "./lives/stage.ts";
import { planWatch } from "./lives/watch.ts";
import type { Change, Organisation, Switches, TrailRecord } from "./model.ts";
import { DAY } from "./random.ts";

/** Days of plans and of finished records that are kept; a reader that goes through the days in order computes each once. */
const PLANS_KEPT = 12;
const DAYS_KEPT = 12;

interface FinishedDay {
  version: number;
  records: TrailRecord[];
}

/** Keeps the newest entries of a map. */
function trim<K, V>(map: Map<K, V>, size: number): void {
  for (const key of map.keys()) {
    if (map.size <= size) return;
    map.delete(key);
  }
}

export class Lives {
  readonly stage: Stage;
  readonly #changes: () => readonly Change[];
  readonly #plans = new Map<number, Plan>();
  readonly #days = new Map<number, FinishedDay>();
  readonly #states: StateMemory = new Map();
  #consequences: Consequences | null = null;

  constructor(organisation: Organisation, switches: Switches, changes: () => readonly Change[]) {
    this.stage = new Stage(organisation, switches);
    this.#changes = changes;
  }

  /** Records that occur in `[from, to)` (epoch ms), ordered by instant, then by eventID; none before the anchor. */
  records(from: number, to: number): TrailRecord[] {
    const out: TrailRecord[] = [];
    const begins = Math.max(from, this.stage.organisation.anchor);
    for (let day = Math.floor(begins / DAY); day * DAY < to; day++) {
      for (const made of this.#finished(day))
        if (made.occurredAt >= begins && made.occurredAt < to) out.push(made);
    }
    return out;
  }

  /** What changes do; the same object until another change is logged. */
  consequences(): Consequences {
    const changes = this.#changes();
    if (this.#consequences?.changes.length !== changes.length)
      this.#consequences = new Consequences(this.stage, changes.slice(), this.#states);
    return this.#consequences;
  }

  /** What would begin on a UTC day (days since the epoch) if nobody changed anything. */
  plan(day: number): Plan {
    const known = this.#plans.get(day);
    if (known !== undefined) return known;
    const plan = emptyPlan();
    for (const person of this.stage.organisation.people)
      planPersonDay(this.stage, plan, person, day);
    planWatch(this.stage, plan, day);
    planApplications(this.stage, plan, day);
    planEntitlements(this.stage, plan, day);
    planAwsLogins(this.stage, plan, day);
    planAdministration(this.stage, plan, day);
    planAttacks(this.stage, plan, day);
    planNoise(this.stage, plan, day);
    planRecorder(this.stage, plan, day);
    this.#plans.set(day, plan);
    trim(this.#plans, PLANS_KEPT);
    return plan;
  }

  /** The plans of the days around an instant, from `days` before it to the day after it. */
  plansAround(at: number, days: number): Plan[] {
    const today = Math.floor(at / DAY);
    return Array.from({ length: days + 2 }, (_, i) => this.plan(today - days + i));
  }

  /** Role sessions that may be alive at an instant, among others. */
  sessionsAround(at: number): Session[] {
    return this.plansAround(at, 1).flatMap((plan) => plan.sessions);
  }

  /** Planned and further records of a UTC day as changes leave them. */
  drafts(day: number): Draft[] {
    const from = day * DAY;
    const to = from + DAY;
    const consequences = this.consequences();
    const planned = [day - 1, day, day + 1]
      .flatMap((near) => this.plan(near).drafts)
      .filter((draft) => draft.at >= from && draft.at < to);
    if (consequences.changes.length === 0) return planned;
    const around = (at: number): Session[] => this.sessionsAround(at);
    // Portal sessions last a week, and a plan's sessions may begin on the next day already.
    const week = (at: number): Plan[] => this.plansAround(at, 8);
    return [
      ...[...planned, ...retries(this.stage, consequences, around, from, to)].flatMap(
        (draft) => consequences.judge(draft) ?? [],
      ),
      ...consequences.changes
        .filter((change) => change.at >= from && change.at < to)
        .map((change) => changeRecord(this.stage, change)),
      ...offboarding(this.stage, consequences, week, from, to),
    ];
  }

  #finished(day: number): TrailRecord[] {
    const version = this.#changes().reduce(
      (count, change) => count + (change.at < (day + 1) * DAY ? 1 : 0),
      0,
    );
    const known = this.#days.get(day);
    if (known?.version === version) return known.records;
    const records = this.drafts(day)
      .map((draft) => deliver(this.stage, draft))
      .sort(
        (a, b) => a.occurredAt - b.occurredAt || (a.record.eventID < b.record.eventID ? -1 : 1),
      );
    this.#days.delete(day);
    this.#days.set(day, { version, records });
    trim(this.#days, DAYS_KEPT);
    return records;
  }
}
