/**
 * What the policies behind each pair were found to be, as a row of access shows it. Pure. A permission set is judged with all its policies
 * together, in the account in which it is taken, and a role of an entitlement with those of the role; of what is not in the snapshot
 * nothing is known.
 */
import type { AccessSnapshot, PolicyVerdict } from "../access.ts";
import type { ActionCatalogue } from "../policy/catalogue.ts";
import { verdictOfRole } from "../policy/entitlement-role.ts";
import { differsByAccount, verdictOfSet } from "../policy/permission-set.ts";
import type { PolicyVerdict as WholeVerdict } from "../policy/verdict.ts";
import type { Pair } from "./model.ts";

export const UNKNOWN_VERDICT: PolicyVerdict = { administrator: null, findings: [] };

/** For `EffectiveAccessOptions.verdicts`; ids of findings are in order, each once. Judges each pair when it is first asked for. */
export function pairVerdicts(
  {
    permissionSets,
    entitlementRoles,
    policies,
  }: Pick<AccessSnapshot, "permissionSets" | "entitlementRoles" | "policies">,
  actions: ActionCatalogue,
): (pair: Pair) => PolicyVerdict {
  const sets = new Map(permissionSets.map((set) => [set.arn, set]));
  const roles = new Map(entitlementRoles.map((role) => [role.roleArn, role]));
  const documents = new Map(policies.map((policy) => [policy.policyArn, policy]));
  const known = new Map<string, PolicyVerdict>();
  const once = (key: string, judge: () => WholeVerdict): PolicyVerdict => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const { administrator, findings } = judge();
    const found = [...new Set(findings.map(({ id }) => id))].toSorted();
    const verdict = { administrator, findings: found };
    known.set(key, verdict);
    return verdict;
  };
  return ({ kind, heldArn, accountId }) => {
    if (kind === "role") {
      const role = roles.get(heldArn);
      if (role === undefined) return UNKNOWN_VERDICT;
      return once(heldArn, () => verdictOfRole(role, documents, actions));
    }
    const set = sets.get(heldArn);
    if (set === undefined) return UNKNOWN_VERDICT;
    const isOwn = differsByAccount(set);
    return once(isOwn ? `${accountId} ${heldArn}` : heldArn, () =>
      verdictOfSet(set, isOwn ? accountId : null, documents, actions),
    );
  };
}
