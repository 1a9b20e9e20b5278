/**
 * What the policies of a directory were found to be, asked by pair or by permission set. Guarantees the very verdicts that rows and rules
 * go by; what was not read, or was changed since it was read, is unknown and never "nothing found".
 */
import type {
  AccessSnapshot,
  PermissionSet,
  PolicyDocument,
  PolicyVerdict as VerdictOfRow,
} from "../../domain/access.ts";
import type { Pair } from "../../domain/access/model.ts";
import { pairVerdicts, UNKNOWN_VERDICT } from "../../domain/access/verdicts.ts";
import type { ActionCatalogue } from "../../domain/policy/catalogue.ts";
import { differsByAccount, verdictOfSet } from "../../domain/policy/permission-set.ts";
import type { PolicyVerdict } from "../../domain/policy/verdict.ts";

/** Accounts in which a permission set's policies together are the same. */
export interface VerdictInAccounts {
  readonly accountIds: readonly string[];
  readonly verdict: PolicyVerdict;
}

export class Verdicts {
  readonly #sets: ReadonlyMap<string, PermissionSet>;
  readonly #policies: ReadonlyMap<string, PolicyDocument>;
  readonly #unreadSets: ReadonlySet<string>;
  readonly #actions: ActionCatalogue;
  readonly #ofPair: (pair: Pair) => VerdictOfRow;

  constructor(
    snapshot: Pick<AccessSnapshot, "permissionSets" | "entitlementRoles" | "policies">,
    unreadSets: ReadonlySet<string>,
    actions: ActionCatalogue,
  ) {
    this.#sets = new Map(snapshot.permissionSets.map((one) => [one.arn, one]));
    this.#policies = new Map(snapshot.policies.map((one) => [one.policyArn, one]));
    this.#unreadSets = unreadSets;
    this.#actions = actions;
    this.#ofPair = pairVerdicts(snapshot, actions);
  }

  /** For a row of access. */
  ofPair(pair: Pair): VerdictOfRow {
    return this.#unreadSets.has(pair.heldArn) ? UNKNOWN_VERDICT : this.#ofPair(pair);
  }

  /** Null for a set that is not in the snapshot, or whose policies were changed since they were read. */
  ofSet(arn: string, accountId: string | null): PolicyVerdict | null {
    const set = this.#sets.get(arn);
    if (set === undefined || this.#unreadSets.has(arn)) return null;
    return verdictOfSet(
      set,
      differsByAccount(set) ? accountId : null,
      this.#policies,
      this.#actions,
    );
  }

  /** One verdict where the set is the same everywhere; empty where nothing can be said. */
  inAccounts(arn: string, accountIds: readonly string[]): VerdictInAccounts[] {
    const set = this.#sets.get(arn);
    if (set !== undefined && !differsByAccount(set)) {
      const verdict = this.ofSet(arn, null);
      return verdict === null ? [] : [{ accountIds, verdict }];
    }
    const verdicts = new Map<PolicyVerdict, string[]>();
    for (const accountId of accountIds.length === 0 ? [null] : accountIds) {
      const verdict = this.ofSet(arn, accountId);
      if (verdict === null) return [];
      // Equal documents give one and the same verdict.
      const known = verdicts.get(verdict) ?? [];
      verdicts.set(verdict, known);
      if (accountId !== null) known.push(accountId);
    }
    return [...verdicts].map(([verdict, ids]) => ({ accountIds: ids, verdict }));
  }
}
