/**
 * What the policies behind each pair were found to be, as a row of access shows it. Pure. A permission set is judged with all its policies
 * together, in the account in which it is taken; a role of an entitlement is not judged, so nothing is said of it.
 */
import type { AccessSnapshot, PolicyVerdict } from "../access.ts";
import type { ActionCatalogue } from "../policy/catalogue.ts";
import { verdictOfSet } from "../policy/permission-set.ts";
import type { Pair } from "./model.ts";

const UNKNOWN: PolicyVerdict = { administrator: null, findings: [] };

/** For `EffectiveAccessOptions.verdicts`; ids of findings are in order, each once. */
export function pairVerdicts(
  { permissionSets, policies }: AccessSnapshot,
  actions: ActionCatalogue,
): (pair: Pair) => PolicyVerdict {
  const sets = new Map(permissionSets.map((set) => [set.arn, set]));
  const documents = new Map(policies.map((policy) => [policy.policyArn, policy]));
  return ({ kind, heldArn, accountId }) => {
    const set = kind === "role" ? undefined : sets.get(heldArn);
    if (set === undefined) return UNKNOWN;
    const { administrator, findings } = verdictOfSet(set, accountId, documents, actions);
    return { administrator, findings: [...new Set(findings.map(({ id }) => id))].toSorted() };
  };
}
