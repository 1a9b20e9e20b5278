/**
 * Whether what is allowed makes an administrator: after denies, on every resource all of iam, organizations and account, and every action
 * outside billing that changes something. A carve-out of named resources hides nobody; an action that is missing everywhere does.
 */
import type { EffectiveAccess } from "../access/effective.ts";
import { actionsWhere } from "../access/effective.ts";
import { atLeast } from "../access/region.ts";
import { both, isEmpty, positionsOf, without, type Bits } from "../bits.ts";
import type { ActionCatalogue } from "../catalogue.ts";
import type { PolicyFinding } from "../verdict.ts";
import { refsOf } from "./refs.ts";

/** Prefixes of paying and costs (AWS: actions of Billing and Cost Management, service authorization reference). */
const BILLING: ReadonlySet<string> = new Set([
  "aws-portal",
  "bcm-dashboards",
  "bcm-data-exports",
  "bcm-pricing-calculator",
  "bcm-recommended-actions",
  "billing",
  "billingconductor",
  "budgets",
  "ce",
  "consolidatedbilling",
  "cost-optimization-hub",
  "cur",
  "freetier",
  "invoicing",
  "payments",
  "pricing",
  "purchase-orders",
  "savingsplans",
  "sustainability",
  "tax",
  "uxc",
]);

/** Services of which an administrator has every action, the reading ones too. */
const WHOLE: ReadonlySet<string> = new Set(["iam", "organizations", "account"]);

/** What an administrator must be able to do. */
export function administratorActions(catalogue: ActionCatalogue): Bits {
  return actionsWhere(
    catalogue,
    ({ service, level }) =>
      WHOLE.has(service) || (level !== "read" && level !== "list" && !BILLING.has(service)),
  );
}

export function isAdministrator(access: EffectiveAccess, needed: Bits): boolean {
  if (!isEmpty(without(needed, access.anywhere))) return false;
  for (const at of positionsOf(without(needed, access.everywhere))) {
    if (!atLeast(access.reach(at).breadth, "most")) return false;
  }
  return true;
}

/** The statements that make it so. */
export function administratorFinding(access: EffectiveAccess, needed: Bits): PolicyFinding {
  const giving = access.statements.filter(({ actions }) => !isEmpty(both(actions, needed)));
  const several = giving.filter(({ limits }) => limits.length === 0);
  return {
    id: "administrator",
    severity: "critical",
    explanation:
      several.length === 1
        ? "Everything is allowed on every resource: identities and their rights, the organisation, the account, and every change in every service outside billing."
        : "Taken together these statements leave nothing out: identities and their rights, the organisation, the account, and every change in every service outside billing, on every resource.",
    statements: refsOf(several),
    actions: ["*"],
  };
}
