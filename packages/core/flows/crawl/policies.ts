/**
 * Documents of the policies that permission sets and roles carry. Guarantees one answer for each: AWS's own once, a customer's in
 * each account where a set that names it is provisioned; one that could not be read says why.
 */
import type { Entitlement, EntitlementRole, PermissionSet } from "../../domain/access.ts";
import { sha256 } from "../../domain/ids.ts";
import type { Crawl, Unit } from "./crawl.ts";
import { factsIn } from "./facts.ts";

const ACCOUNTS_AT_ONCE = 200;

export async function policies(crawl: Crawl): Promise<void> {
  const { store, run } = crawl;
  const sets = await store.bodies<PermissionSet>(run.id, "permission-set");
  await policiesInAccounts(crawl, sets);
  const roles = await store.bodies<EntitlementRole>(run.id, "role");
  const arns = managedArns(sets, roles);
  await crawl.read(
    "policies of AWS",
    arns.map((arn) => managedPolicyUnit(crawl, arn)),
  );
}

export const managedPolicyUnit = ({ directory }: Pick<Crawl, "directory">, arn: string): Unit => ({
  name: `policy/${arn}`,
  read: async () => ({ facts: factsIn("policy", [await directory.managedPolicy(arn)]), notes: [] }),
});

/** ARNs of the policies that AWS manages, each once: their account is `aws`. */
export function managedArns(
  sets: readonly Pick<PermissionSet, "managedPolicyArns" | "boundary">[],
  roles: readonly Pick<EntitlementRole, "managedPolicyArns" | "boundaryArn">[],
): string[] {
  const named = [
    ...sets.flatMap(({ managedPolicyArns, boundary }) => [...managedPolicyArns, boundary]),
    ...roles.flatMap(({ managedPolicyArns, boundaryArn }) => [...managedPolicyArns, boundaryArn]),
  ];
  const arns = named.filter((arn) => arn !== null).filter((arn) => arn.split(":")[4] === "aws");
  return [...new Set(arns)].toSorted();
}

/** Path and name of the customer managed policies and the boundary that a set names. */
export function customerPolicies(
  set: Pick<PermissionSet, "customerManagedPolicies" | "boundary">,
): string[] {
  const named = set.customerManagedPolicies.map(({ path, name }) => `${path}${name}`);
  return set.boundary?.startsWith("/") === true ? [...named, set.boundary] : named;
}

async function policiesInAccounts(crawl: Crawl, sets: readonly PermissionSet[]): Promise<void> {
  const { store, run } = crawl;
  const named = new Map(
    sets
      .map((set) => [set.arn, customerPolicies(set)] as const)
      .filter(([, one]) => one.length > 0),
  );
  const roles = await rolesByAccount(crawl);
  if (named.size === 0 && roles.size === 0) return;
  const accounts = [
    ...new Set([...(await store.keys(run.id, "account")), ...roles.keys()]),
  ].toSorted();
  for (let from = 0; from < accounts.length; from += ACCOUNTS_AT_ONCE) {
    const some = accounts.slice(from, from + ACCOUNTS_AT_ONCE);
    const held = await store.provisionedIn(run.id, some);
    const units = some.flatMap((accountId) => {
      const wanted = (held.get(accountId) ?? []).flatMap((arn) => named.get(arn) ?? []);
      return policiesInAccountUnit(
        crawl,
        accountId,
        [...new Set(wanted)].toSorted(),
        roles.get(accountId) ?? [],
      );
    });
    await crawl.read("policies in accounts", units, accounts.length);
  }
}

async function rolesByAccount({ store, run }: Crawl): Promise<Map<string, string[]>> {
  const byAccount = new Map<string, Set<string>>();
  for (const { accountId, roleArn } of await store.bodies<Entitlement>(run.id, "entitlement")) {
    if (roleArn === "") continue;
    const known = byAccount.get(accountId);
    if (known === undefined) byAccount.set(accountId, new Set([roleArn]));
    else known.add(roleArn);
  }
  return new Map([...byAccount].map(([accountId, arns]) => [accountId, [...arns].toSorted()]));
}

/** What is to be read in an account, as one unit; none where that is nothing. */
export function policiesInAccountUnit(
  crawl: Pick<Crawl, "directory">,
  accountId: string,
  policyPaths: readonly string[],
  roleArns: readonly string[],
): Unit[] {
  if (policyPaths.length === 0 && roleArns.length === 0) return [];
  const digest = sha256([...policyPaths, "", ...roleArns].join("\n")).slice(0, 16);
  return [
    {
      name: `in-account/${accountId}/${digest}`,
      read: async () => {
        const read = await crawl.directory.inAccount(accountId, policyPaths, roleArns);
        const facts = [...factsIn("policy", read.policies), ...factsIn("role", read.roles)];
        return { facts, notes: [] };
      },
    },
  ];
}
