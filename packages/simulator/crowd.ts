/**
 * A crowd: the people of an organisation on several devices at once, and what a reader gets to see of it, with the truth. Made in
 * memory, day after day, for judging how sessions are linked. Guarantees that it is a function of seed, profile and days.
 */
import { planCrowdDay, type Kept } from "./crowd/days/life.ts";
import type { NoiseProfile } from "./crowd/profile.ts";
import { shownRecord, type Shown } from "./crowd/shown.ts";
import { crowdTruth, type CrowdTruth } from "./crowd/truth.ts";
import { emptyCrowdPlan, kindOf, type CrowdPlan } from "./crowd/plan.ts";
import { Stage, type Grant } from "./lives/stage.ts";
import type { Organisation } from "./model.ts";
import { buildOrganisation } from "./organisation.ts";
import { DAY, HOUR, MINUTE } from "./random.ts";
import { DEFAULT_SWITCHES } from "./switches.ts";

export interface Crowd {
  organisation: Organisation;
  /** What can be read when the history is judged, the day after its last one, in the order of the plan. */
  records: Shown["record"][];
  truth: CrowdTruth;
  /** Ways from a portal session, an application or a job to the last role that was taken on it. */
  chains: number;
}

const ANCHOR = Date.parse("2026-03-02T00:00:00Z");

/** Every person of the organisation lives `days` days. */
export function crowdOf(seed: number, profile: NoiseProfile, days: number): Crowd {
  const organisation = buildOrganisation(seed, ANCHOR, days);
  const stage = new Stage(organisation, {
    ...DEFAULT_SWITCHES,
    shape: "new",
    lateShare: profile.lateShare,
    // Half of what loses an id loses its requestID, which nobody needs here.
    missingIdShare: 2 * profile.idLostShare,
  });
  const plan = emptyCrowdPlan();
  const firstDay = ANCHOR / DAY;
  const rushes = Array.from({ length: days }, (_, i) => rushOf(stage, firstDay + i));
  for (const person of organisation.people) {
    const kept: Kept = { portal: null };
    rushes.forEach((rush, i) =>
      planCrowdDay(stage, plan, profile, person, firstDay + i, kept, rush),
    );
  }
  const until = ANCHOR + (days + 1) * DAY;
  const shown = plan.drafts
    .toSorted((left, right) => left.at - right.at)
    .flatMap((draft) => shownRecord(stage, profile, draft, until) ?? []);
  return {
    organisation,
    records: shown.map((one) => one.record),
    truth: crowdTruth(stage, profile, plan, shown),
    chains: chainsOf(plan),
  };
}

/** The role of the day that many take in the same second: one of those that most people have. */
function rushOf(stage: Stage, day: number): { grant: Grant; at: number } {
  const at = day * DAY + 10 * HOUR + 30 * MINUTE;
  const holders = new Map<string, { grant: Grant; people: number }>();
  // One in four tells which roles are common.
  for (const person of stage.organisation.people.filter((_, i) => i % 4 === 0)) {
    for (const grant of stage.grants(person, at)) {
      const key = `${grant.accountId} ${grant.set.arn}`;
      const known = holders.get(key) ?? { grant, people: 0 };
      holders.set(key, { grant, people: known.people + 1 });
    }
  }
  const common = [...holders.values()].toSorted((left, right) => right.people - left.people);
  return { grant: stage.dice("rush", day).pick(common.slice(0, 5)).grant, at };
}

/** A role that was gone on from is a part of the longer way. */
function chainsOf(plan: CrowdPlan): number {
  const { sessions } = plan;
  const inner = new Set(sessions.map((session) => session.parent?.key));
  return sessions.filter((one) => kindOf(plan, one).endsWith("role") && !inner.has(one.key)).length;
}
