/**
 * What an organisation has told about its own rules: the little that no API can answer. Data, handed to every rule with its
 * facts; a rule that needs something that was not told holds its tongue and says so.
 */

import { DEFAULT_PRODUCTION_PATTERNS } from "../domain/access/tier.ts";

/** Two permission sets that one person must not hold together, by name. */
export interface DutiesApart {
  readonly first: string;
  readonly second: string;
}

export interface RuleSettings {
  /** ARN patterns (`*` for any text) of those who may grant access; empty: it was not told. */
  readonly grantPipelines: readonly string[];
  /** Empty: it was not told. */
  readonly dutiesApart: readonly (DutiesApart & {
    /** `account`: only where both are held in one account. */
    readonly within: "account" | "organisation";
  })[];
  /** Patterns of production accounts (see `domain/access/tier.ts`). */
  readonly productionAccounts: readonly string[];
}

export const NO_RULE_SETTINGS: RuleSettings = Object.freeze({
  grantPipelines: Object.freeze([]),
  dutiesApart: Object.freeze([]),
  productionAccounts: DEFAULT_PRODUCTION_PATTERNS,
});
