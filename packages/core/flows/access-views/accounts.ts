/** Every account of the directory with who can become what in it, counted over everybody. Worked out once a view. */
import type { AccountTier } from "../../domain/access.ts";
import { addBits, countBits, emptyBits, type Bits } from "../../domain/access/dense/bits.ts";
import type { Instant } from "../../domain/time.ts";
import type { AccessView, DirectoryView } from "./view.ts";

export interface AccountSummary {
  readonly accountId: string;
  /** Null for an account that grants name and the directory does not hold. */
  readonly name: string | null;
  readonly email: string | null;
  readonly status: string | null;
  readonly organizationalUnitPath: string | null;
  readonly accountTier: AccountTier;
  /** One sentence: what made it so. */
  readonly tierReason: string;
  /** Who can become anything in it, each person once. */
  readonly people: number;
  /** Those of them who can be an administrator, and those of whom it is unknown. */
  readonly administrators: number;
  readonly perhapsAdministrators: number;
  readonly permissionSets: number;
  /** Roles that entitlements give. */
  readonly roles: number;
  readonly observedSince: Instant | null;
  readonly observationGaps: number;
}

interface Counted {
  people: number;
  administrators: number;
  perhapsAdministrators: number;
  permissionSets: number;
  roles: number;
}

const COUNTS = new WeakMap<DirectoryView["model"], ReadonlyMap<string, Counted>>();

/** By account id. */
export function accountSummaries(view: AccessView): AccountSummary[] {
  const counts = countsOf(view);
  const known = new Map(view.snapshot.accounts.map((one) => [one.accountId, one]));
  const ids = [...new Set([...known.keys(), ...counts.keys()])].toSorted();
  return ids.map((accountId) => {
    const account = known.get(accountId);
    const { tier, why } = view.tierOf(accountId);
    const { since, gapHours } = view.observationOf(accountId);
    return {
      accountId,
      name: account?.name ?? null,
      email: account?.email ?? null,
      status: account?.status ?? null,
      organizationalUnitPath: account?.organizationalUnitPath ?? null,
      accountTier: tier,
      tierReason: why,
      ...(counts.get(accountId) ?? NOBODY),
      observedSince: since,
      observationGaps: gapHours,
    };
  });
}

/** Whether the directory or a grant names the account. */
export function isAccount(view: AccessView, accountId: string): boolean {
  return (
    view.snapshot.accounts.some((one) => one.accountId === accountId) ||
    view.model.pairs.some((pair) => pair.accountId === accountId)
  );
}

const NOBODY: Counted = {
  people: 0,
  administrators: 0,
  perhapsAdministrators: 0,
  permissionSets: 0,
  roles: 0,
};

function countsOf({ model, verdicts }: DirectoryView): ReadonlyMap<string, Counted> {
  const known = COUNTS.get(model);
  if (known !== undefined) return known;
  const counts = new Map<string, Counted>();
  const size = model.users.length;
  const held = new Map<string, { all: Bits; administrators: Bits; perhaps: Bits }>();
  model.eachPair(
    () => true,
    (number, holders) => {
      const pair = model.pairs[number]!;
      const { accountId } = pair;
      const count = counts.get(accountId) ?? { ...NOBODY };
      counts.set(accountId, count);
      if (pair.kind === "role") count.roles += 1;
      else count.permissionSets += 1;
      const bits = held.get(accountId) ?? {
        all: emptyBits(size),
        administrators: emptyBits(size),
        perhaps: emptyBits(size),
      };
      held.set(accountId, bits);
      addBits(bits.all, holders);
      const { administrator } = verdicts.ofPair(pair);
      if (administrator === true) addBits(bits.administrators, holders);
      if (administrator === null) addBits(bits.perhaps, holders);
    },
  );
  for (const [accountId, bits] of held) {
    const count = counts.get(accountId)!;
    count.people = countBits(bits.all);
    count.administrators = countBits(bits.administrators);
    addBits(bits.perhaps, bits.administrators);
    count.perhapsAdministrators = countBits(bits.perhaps) - count.administrators;
  }
  COUNTS.set(model, counts);
  return counts;
}
