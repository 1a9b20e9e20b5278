/**
 * What the policies behind each row of access were found to be, worked out when somebody asks and kept for as long as the snapshot is.
 * Guarantees that what was not read, or was changed since it was read, is unknown and never "nothing found".
 */
import type {
  AccessSnapshot,
  EntitlementRole,
  PermissionSet,
  PolicyDocument,
  PolicyVerdict as VerdictOfRow,
} from "../../domain/access.ts";
import type { Pair } from "../../domain/access/model.ts";
import type { NamedPolicy } from "../../domain/policy/access/statements.ts";
import type { ActionCatalogue } from "../../domain/policy/catalogue.ts";
import { parsePolicy } from "../../domain/policy/document.ts";
import { judgePolicies, type UnreadPolicy } from "../../domain/policy/judge.ts";
import { verdictOfSet } from "../../domain/policy/permission-set.ts";
import type { PolicyVerdict } from "../../domain/policy/verdict.ts";

/** Accounts in which a permission set's policies together are the same. */
export interface VerdictInAccounts {
  readonly accountIds: readonly string[];
  readonly verdict: PolicyVerdict;
}

export class Verdicts {
  readonly #sets: ReadonlyMap<string, PermissionSet>;
  readonly #roles: ReadonlyMap<string, EntitlementRole>;
  readonly #policies: ReadonlyMap<string, PolicyDocument>;
  readonly #unreadSets: ReadonlySet<string>;
  readonly #actions: ActionCatalogue;
  readonly #rows = new Map<string, VerdictOfRow>();
  readonly #ofRoles = new Map<string, PolicyVerdict>();

  constructor(
    snapshot: Pick<AccessSnapshot, "permissionSets" | "entitlementRoles" | "policies">,
    unreadSets: ReadonlySet<string>,
    actions: ActionCatalogue,
  ) {
    this.#sets = new Map(snapshot.permissionSets.map((one) => [one.arn, one]));
    this.#roles = new Map(snapshot.entitlementRoles.map((one) => [one.roleArn, one]));
    this.#policies = new Map(snapshot.policies.map((one) => [one.policyArn, one]));
    this.#unreadSets = unreadSets;
    this.#actions = actions;
  }

  /** For a row of access. */
  ofPair({ kind, heldArn, accountId }: Pair): VerdictOfRow {
    const set = this.#sets.get(heldArn);
    const key = set !== undefined && !differsByAccount(set) ? heldArn : `${accountId} ${heldArn}`;
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const verdict = kind === "role" ? this.#ofRole(heldArn) : this.ofSet(heldArn, accountId);
    const crawled = set?.administrator ?? null;
    const fresh =
      verdict === null
        ? { administrator: this.#unreadSets.has(heldArn) ? null : crawled, findings: [] }
        : {
            administrator: verdict.administrator ?? crawled,
            findings: [...new Set(verdict.findings.map(({ id }) => id))].toSorted(),
          };
    this.#rows.set(key, fresh);
    return fresh;
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

  #ofRole(roleArn: string): PolicyVerdict | null {
    const role = this.#roles.get(roleArn);
    if (role === undefined) return null;
    const known = this.#ofRoles.get(roleArn);
    if (known !== undefined) return known;
    const verdict = verdictOfRole(role, this.#policies, this.#actions);
    this.#ofRoles.set(roleArn, verdict);
    return verdict;
  }
}

/** Customer managed policies and boundaries are named by path and exist once an account. */
function differsByAccount({ customerManagedPolicies, boundary }: PermissionSet): boolean {
  return customerManagedPolicies.length > 0 || (boundary !== null && !boundary.startsWith("arn:"));
}

function verdictOfRole(
  role: EntitlementRole,
  policies: ReadonlyMap<string, PolicyDocument>,
  actions: ActionCatalogue,
): PolicyVerdict {
  const documents: NamedPolicy[] = [];
  const unread: UnreadPolicy[] = [];
  if (role.unread !== null) unread.push({ of: "policy", problem: role.unread });
  const read = (of: UnreadPolicy["of"], name: string, text: string | null): NamedPolicy | null => {
    const { policy, problem } =
      text === null ? { policy: null, problem: "it could not be read." } : parsePolicy(text);
    if (policy !== null) return { name, policy };
    unread.push({ of, problem: `Policy ${name}: ${problem}` });
    return null;
  };
  const add = (one: NamedPolicy | null): void => void (one !== null && documents.push(one));
  for (const arn of role.managedPolicyArns)
    add(read("policy", arn, policies.get(arn)?.document ?? null));
  for (const [at, text] of role.inlinePolicies.entries())
    add(read("policy", `inline policy ${at + 1}`, text));
  const { boundaryArn } = role;
  const boundary =
    boundaryArn === null
      ? null
      : read("boundary", boundaryArn, policies.get(boundaryArn)?.document ?? null);
  return judgePolicies({ documents, boundary, unread }, actions);
}
