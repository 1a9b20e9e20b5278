/**
 * What a rule is. A rule is a folder: `rule.ts` (this shape), `cases.json`, `README.md`. It is pure and synchronous: it sees the
 * facts of one person and an explicit `now`, never a clock, a database or another rule.
 */
import type { EffectiveAccess } from "../domain/access.ts";
import type { TrailEvent } from "../domain/event.ts";
import type { Detection, Severity } from "../domain/finding.ts";
import type { Person } from "../domain/person.ts";
import type { SessionView } from "../domain/session.ts";
import type { Instant } from "../domain/time.ts";

/** Everything a rule may look at. */
export interface PersonFacts {
  readonly person: Person;
  /** With their state at `now`. */
  readonly sessions: readonly SessionView[];
  /** In the order (occurredAt, eventId); nothing at or after `now`. */
  readonly events: readonly TrailEvent[];
  /** Empty when no snapshot was taken; `accessKnown` tells the two apart. */
  readonly access: readonly EffectiveAccess[];
  readonly accessKnown: boolean;
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

export interface Rule {
  readonly metadata: RuleMetadata;
  readonly parameters: RuleParameters;
  evaluate(this: void, facts: PersonFacts, now: Instant, parameters: RuleParameters): RuleResult;
}
