/**
 * Which people a policy text denies. Understands exactly the form that cuts people off: Effect Deny with StringEquals on the
 * key identitystore:userId, in any case of letters (AWS prints both). Other statements deny nobody here.
 */
import type { Estate } from "../access.ts";
import type { Organisation, PermissionSet, ServiceControlPolicy } from "../model.ts";

interface Statement {
  Effect?: unknown;
  Condition?: unknown;
}

const listOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

const parsed = new Map<string, ReadonlySet<string>>();
const REMEMBERED = 200;

/** The user ids that a policy text denies; a text that is no JSON denies nobody. */
export function userIdsDeniedBy(content: string | null): ReadonlySet<string> {
  if (content === null) return new Set();
  const known = parsed.get(content);
  if (known !== undefined) return known;
  const ids = new Set<string>();
  for (const statement of statementsOf(content)) {
    if (
      statement.Effect !== "Deny" ||
      typeof statement.Condition !== "object" ||
      statement.Condition === null
    )
      continue;
    for (const [operator, keys] of Object.entries(
      statement.Condition as Record<string, Record<string, unknown>>,
    )) {
      if (operator.toLowerCase() !== "stringequals") continue;
      for (const [key, value] of Object.entries(keys)) {
        if (key.toLowerCase() === "identitystore:userid")
          for (const id of listOf(value)) ids.add(String(id));
      }
    }
  }
  if (parsed.size >= REMEMBERED) parsed.clear();
  parsed.set(content, ids);
  return ids;
}

function statementsOf(content: string): Statement[] {
  try {
    const document = JSON.parse(content) as { Statement?: unknown };
    return listOf(document.Statement) as Statement[];
  } catch {
    return [];
  }
}

/** The root, the units above an account and the account itself: everything whose policies bind it. */
export function targetsAbove(organisation: Organisation, accountId: string): Set<string> {
  const above = new Set<string>([accountId, organisation.rootId]);
  let parent = organisation.accounts.find((account) => account.id === accountId)?.parentId;
  while (parent !== undefined && !above.has(parent)) {
    above.add(parent);
    parent = organisation.units.find((unit) => unit.id === parent)?.parentId;
  }
  return above;
}

/** Policies that deny people in an account; none for the management account, which SCPs never bind. */
export function denyingPolicies(
  organisation: Organisation,
  policies: readonly ServiceControlPolicy[],
  accountId: string,
): ServiceControlPolicy[] {
  if (accountId === organisation.managementAccountId) return [];
  const above = targetsAbove(organisation, accountId);
  return policies.filter(
    (policy) =>
      policy.targets.some((target) => above.has(target)) &&
      userIdsDeniedBy(policy.content).size > 0,
  );
}

export function deniedIds(
  organisation: Organisation,
  policies: readonly ServiceControlPolicy[],
  accountId: string,
): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const policy of denyingPolicies(organisation, policies, accountId))
    for (const id of userIdsDeniedBy(policy.content)) ids.add(id);
  return ids;
}

/** The inline policies of permission sets, as written and as each account has them (AWS: a change needs ProvisionPermissionSet). */
export class InlinePolicies {
  readonly #written = new Map<string, string | null>();
  readonly #base = new Map<string, string | null>();
  /** Under `<set> <account>`, or `<set> *` for all accounts. */
  readonly #provisioned = new Map<string, { text: string | null; order: number }>();
  /** When the rest of a set was last written, and the pairs that were behind from the beginning. */
  readonly #edited = new Map<string, number>();
  readonly #behind: ReadonlySet<string>;
  #order = 0;

  constructor(sets: readonly PermissionSet[], outdated: Estate["outdated"]) {
    this.#behind = new Set(outdated.map((one) => `${one.permissionSetArn} ${one.accountId}`));
    for (const set of sets) {
      this.#written.set(set.arn, set.inlinePolicy);
      this.#base.set(set.arn, set.inlinePolicy);
    }
  }

  write(setArn: string, text: string | null): void {
    this.#written.set(setArn, text);
  }

  /** Something else of the set was written: every account is behind it. */
  edit(setArn: string): void {
    this.#edited.set(setArn, this.#order++);
  }

  /** `accountId` null: to every account that has the set. */
  provision(setArn: string, accountId: string | null): void {
    this.#provisioned.set(`${setArn} ${accountId ?? "*"}`, {
      text: this.#written.get(setArn) ?? null,
      order: this.#order++,
    });
  }

  #newest(accountId: string, setArn: string): { text: string | null; order: number } | null {
    const own = this.#provisioned.get(`${setArn} ${accountId}`);
    const all = this.#provisioned.get(`${setArn} *`);
    return (own !== undefined && (all === undefined || own.order > all.order) ? own : all) ?? null;
  }

  #inAccount(accountId: string, setArn: string): string | null {
    const newest = this.#newest(accountId, setArn);
    return newest === null ? (this.#base.get(setArn) ?? null) : newest.text;
  }

  /** Whether the account's role has the set as it was last written. */
  isProvisioned(accountId: string, setArn: string): boolean {
    const newest = this.#newest(accountId, setArn);
    if (newest === null && this.#behind.has(`${setArn} ${accountId}`)) return false;
    if ((this.#edited.get(setArn) ?? -1) > (newest?.order ?? -1)) return false;
    return this.#inAccount(accountId, setArn) === (this.#written.get(setArn) ?? null);
  }

  deniedIds(accountId: string, setArn: string): ReadonlySet<string> {
    return userIdsDeniedBy(this.#inAccount(accountId, setArn));
  }
}
