/**
 * What a rule is. A rule is a folder: `rule.ts` (this shape), `cases.json`, `README.md`. It is pure and synchronous: it sees the
 * facts of one person, or of the organisation as a whole, and an explicit `now`, never a clock, a database or another rule.
 */
import type { EffectiveAccess } from "../domain/access.ts";
import type { TrailEvent } from "../domain/event.ts";
import type { Detection, Severity } from "../domain/finding.ts";
import type { Person } from "../domain/person.ts";
import type { SessionView } from "../domain/session.ts";
import type { Instant } from "../domain/time.ts";
import type { OrganisationFacts } from "./organisation-facts.ts";
import type { DirectoryFacts } from "../domain/access/peers.ts";
import type { RuleSettings } from "./settings.ts";

/** Everything a rule about a person may look at. */
export interface PersonFacts {
  readonly person: Person;
  /** With their state at `now`. */
  readonly sessions: readonly SessionView[];
  /** In the order (occurredAt, eventId); nothing at or after `now`. */
  readonly events: readonly TrailEvent[];
  /** Empty when no snapshot was taken; `accessKnown` tells the two apart. */
  readonly access: readonly EffectiveAccess[];
  readonly accessKnown: boolean;
  /** Null when no snapshot was taken, or it does not have the person. */
  readonly directory: DirectoryFacts | null;
  readonly settings: RuleSettings;
}

export interface RuleMetadata {
  /** Name of the folder. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly pack: "stale" | "anomalous" | "over-broad" | "control-plane";
  /** What it is about, in one sentence. */
  readonly description: string;
  /** Raised with every change of `evaluate` that can change an answer: part of the version that findings carry. */
  readonly revision: number;
}

/** Numbers only, the unit in the name: `idleHours`. */
export type RuleParameters = Readonly<Record<string, number>>;

export interface RuleResult {
  readonly detections: readonly Detection[];
  /** When the answer may change although no event comes; null: never. */
  readonly nextDecisionAt: Instant | null;
  /** Why the rule held its tongue where it could not judge: `observed for 12 of 60 days`. */
  readonly withheld: readonly string[];
}

interface RuleOf<About extends string, Facts> {
  readonly about: About;
  readonly metadata: RuleMetadata;
  readonly parameters: RuleParameters;
  evaluate(this: void, facts: Facts, now: Instant, parameters: RuleParameters): RuleResult;
}

/** Judged with a person, whenever one of their events or of their access comes. */
export type PersonRule = RuleOf<"person", PersonFacts>;

/** Judged with the organisation, whenever a crawl was published or its access was changed. */
export type OrganisationRule = RuleOf<"organisation", OrganisationFacts>;

export type Rule = PersonRule | OrganisationRule;
