/** The numbers a reader sees first: people by what they can do at most, use of administrator access, and what is recommended. */
import { personKey } from "../person.ts";
import { between, DAY, latest, type Instant } from "../time.ts";
import { SECTIONS, type ReviewItem, type SectionId } from "./item.ts";
import type { AccessReviewFacts } from "./facts.ts";
import { RECOMMENDATIONS, type Recommendation } from "./recommend.ts";

export interface ReviewSummary {
  /** Everybody once, by the most they can do. */
  readonly peopleByTier: Readonly<Record<Tier, number>>;
  /** Administrator access, one count for each (person, account, permission set). */
  readonly administratorUse: Readonly<Record<AdministratorUse, number>>;
  /** Rows by recommendation, and by section. */
  readonly recommendations: Readonly<Record<Recommendation, number>>;
  readonly sections: Readonly<Record<SectionId, number>>;
  /** Rows that ask for a decision: all but those of `rest`. */
  readonly decisions: number;
  /** Sessions that may be alive now, of everybody. */
  readonly openSessions: number;
}

export const TIERS = [
  "administrator-of-management",
  "administrator",
  "unclear",
  "other",
  "none",
] as const;
export type Tier = (typeof TIERS)[number];

export const ADMINISTRATOR_USES = ["used-30", "used-earlier", "unused", "not-observed"] as const;
export type AdministratorUse = (typeof ADMINISTRATOR_USES)[number];

const UNUSED_DAYS = 60;

function tierOf(items: readonly ReviewItem[]): Tier {
  const administrator = items.filter(({ permissionSet }) => permissionSet.administrator === true);
  if (administrator.some(({ account }) => account.isManagement))
    return "administrator-of-management";
  if (administrator.length > 0) return "administrator";
  if (items.some(({ permissionSet }) => permissionSet.administrator === null)) return "unclear";
  return items.length > 0 ? "other" : "none";
}

function useOf(item: ReviewItem, asOf: Instant): AdministratorUse {
  if (item.uses30d > 0 || (item.lastUsedAt !== null && between(item.lastUsedAt, asOf) < 30 * DAY))
    return "used-30";
  if (item.observedSince === null) return "not-observed";
  const quiet = between(latest(item.lastUsedAt, item.grantedAt, item.observedSince)!, asOf);
  if (quiet >= UNUSED_DAYS * DAY) return "unused";
  return item.lastUsedAt === null ? "not-observed" : "used-earlier";
}

function counted<K extends string>(keys: readonly K[], values: readonly K[]): Record<K, number> {
  const counts = Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
  for (const value of values) counts[value] += 1;
  return counts;
}

export function summarise(items: readonly ReviewItem[], facts: AccessReviewFacts): ReviewSummary {
  const byPerson = new Map<string, ReviewItem[]>(facts.users.map((user) => [personKey(user), []]));
  for (const item of items) {
    const key = personKey(item.person);
    const own = byPerson.get(key);
    if (own === undefined) byPerson.set(key, [item]);
    else own.push(item);
  }
  const holdings = new Map<string, ReviewItem>();
  for (const item of items) {
    if (item.permissionSet.administrator !== true) continue;
    holdings.set(
      JSON.stringify([personKey(item.person), item.account.accountId, item.permissionSet.arn]),
      item,
    );
  }
  const sections = counted<SectionId>(
    SECTIONS,
    items.map(({ section }) => section),
  );
  return {
    peopleByTier: counted<Tier>(TIERS, [...byPerson.values()].map(tierOf)),
    administratorUse: counted<AdministratorUse>(
      ADMINISTRATOR_USES,
      [...holdings.values()].map((item) => useOf(item, facts.asOf)),
    ),
    recommendations: counted<Recommendation>(
      RECOMMENDATIONS,
      items.map(({ recommendation }) => recommendation),
    ),
    sections,
    decisions: items.length - sections.rest,
    openSessions: facts.sessions.reduce((sum, { alive }) => sum + alive, 0),
  };
}
