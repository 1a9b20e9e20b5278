/**
 * The accounts and units of the simulated organisation. Guarantees 31 accounts in a tree below one root, one of them the
 * management account (which SCPs never bind). Account names say what the account is for; ids are synthetic.
 */
import type { Account, OrganizationalUnit } from "../model.ts";
import { DAY, type Dice } from "../random.ts";

const UNITS: [name: string, parent: string][] = [
  ["Security", "root"],
  ["Infrastructure", "root"],
  ["Workloads", "root"],
  ["Production", "Workloads"],
  ["NonProduction", "Workloads"],
  ["Sandbox", "root"],
  ["Suspended", "root"],
];

/** The product teams; each owns a production and a development account. */
export const TEAMS = [
  "payments",
  "orders",
  "data",
  "web",
  "mobile",
  "search",
  "ml",
  "ledger",
] as const;

const ACCOUNTS: [unit: string, names: string[]][] = [
  ["Security", ["audit", "log-archive", "security-tooling"]],
  ["Infrastructure", ["network", "shared-services", "dns", "backup", "delivery"]],
  ["Production", [...TEAMS.map((team) => `${team}-prod`), "customer-identity-prod"]],
  ["NonProduction", TEAMS.map((team) => `${team}-dev`)],
  ["Sandbox", ["sandbox-one", "sandbox-two", "sandbox-three", "sandbox-four"]],
  ["Suspended", ["retired-portal"]],
];

export interface AccountTree {
  rootId: string;
  units: OrganizationalUnit[];
  accounts: Account[];
}

/** The tree, the management account first. `anchor` is the first instant of history; every account is older. */
export function buildAccounts(dice: Dice, anchor: number): AccountTree {
  const rootSuffix = dice.hex(4);
  const rootId = `r-${rootSuffix}`;
  const unitIds = new Map<string, string>([["root", rootId]]);
  const units = UNITS.map(([name, parent]): OrganizationalUnit => {
    const id = `ou-${rootSuffix}-${dice.hex(8)}`;
    unitIds.set(name, id);
    return { id, name, parentId: unitIds.get(parent) ?? rootId };
  });
  const account = (name: string, parentId: string, isManagement: boolean): Account => ({
    id: dice.digits(12),
    name,
    email: `aws+${name}@corp.example`,
    parentId,
    isManagement,
    status: name === "retired-portal" ? "SUSPENDED" : "ACTIVE",
    joinedAt: anchor - dice.int(400, 1500) * DAY,
  });
  const accounts = [account("management", rootId, true)];
  for (const [unit, names] of ACCOUNTS) {
    for (const name of names) accounts.push(account(name, unitIds.get(unit) ?? rootId, false));
  }
  return { rootId, units, accounts };
}
