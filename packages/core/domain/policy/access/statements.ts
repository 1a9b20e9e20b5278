/**
 * Documents made ready to be judged together: each statement with the actions it stands for, its resources and what limits it.
 * Statements that name a principal give the person nothing and are left to the judgement of resources' policies.
 */
import type { Bits } from "../bits.ts";
import type { PolicyText, Statement } from "../document.ts";
import type { Condition } from "../grammar/conditions.ts";
import type { StatementRef } from "../verdict.ts";
import type { Expander } from "./expand.ts";
import { alwaysHolds, limits } from "./limits.ts";
import { regionOf, type Region } from "./region.ts";

export interface NamedPolicy {
  readonly name: string;
  readonly policy: PolicyText;
}

export interface ReadyStatement {
  readonly ref: StatementRef;
  readonly statement: Statement;
  readonly actions: Bits;
  readonly region: Region;
  /** Conditions that narrow what may be done; of an Allow. */
  readonly limits: readonly Condition[];
}

export interface ReadyPolicies {
  readonly allows: readonly ReadyStatement[];
  /** Only those that bind in every request. */
  readonly denies: readonly ReadyStatement[];
  readonly unknownActions: readonly string[];
}

/** In the order of the documents' names and texts, so that the order in which they are given changes nothing. */
export function readyPolicies(policies: readonly NamedPolicy[], expander: Expander): ReadyPolicies {
  const statements = policies.flatMap(({ name, policy }) =>
    policy.statements
      .filter(({ principal }) => principal === null)
      .map((statement) => ({ name, statement, variables: policy.version === "2012-10-17" })),
  );
  const ready = statements.map(({ name, statement, variables }) => ({
    ref: { document: name, statement: statement.number, sid: statement.sid },
    statement,
    actions: expander.expand(statement.actions),
    region: regionOf(statement.resources, variables),
    limits: statement.effect === "Allow" ? statement.conditions.filter(limits) : [],
  }));
  const allows = ready.filter(({ statement }) => statement.effect === "Allow");
  return {
    allows,
    denies: ready.filter(
      ({ statement }) => statement.effect === "Deny" && statement.conditions.every(alwaysHolds),
    ),
    unknownActions: [
      ...new Set(allows.flatMap(({ statement }) => expander.unknown(statement.actions))),
    ].toSorted(),
  };
}
