/** Every permission set with how far it reaches, what its policies were found to be and when it was last used: one line each. */
import type { PermissionSet } from "../../domain/access.ts";
import { addBits, countBits, emptyBits, type Bits } from "../../domain/access/dense/bits.ts";
import type { Instant } from "../../domain/time.ts";
import type { AccessViewStore, RoleUseTotal } from "../../ports/access/access-views.ts";
import type { AccessView, DirectoryView } from "./view.ts";

export interface PermissionSetSummary {
  readonly permissionSetArn: string;
  readonly name: string;
  readonly description: string | null;
  /** ISO 8601, as AWS holds it. */
  readonly sessionDuration: string;
  readonly createdAt: Instant | null;
  /** Accounts to which it is assigned. */
  readonly accounts: number;
  /** Who can take it in any of them, each person once. */
  readonly people: number;
  /** True where it is an administrator in any account; null where that is unknown in one and nowhere true. */
  readonly administrator: boolean | null;
  /** What its policies were found to be in any account, the ids in order; empty is "nothing found" only where `unread` is 0. */
  readonly policyFindings: readonly string[];
  /** Policies that could not be read, were not, or were changed since. */
  readonly unread: number;
  /** Accounts in which the role still has an older definition of the set. */
  readonly drift: number;
  readonly openFindings: number;
  /** By anybody, former holders too. Null: no use was seen. */
  readonly lastUsedAt: Instant | null;
  readonly peopleWhoUsed: number;
  /** Its use is known in all its accounts from here on; null where one of them was never observed. */
  readonly observedSince: Instant | null;
  /** The most hours since then that were not read of one of its accounts. */
  readonly observationGaps: number;
}

interface Reach {
  readonly accountIds: readonly string[];
  readonly people: number;
}

const REACH = new WeakMap<DirectoryView["model"], ReadonlyMap<string, Reach>>();

/** By name, then ARN. */
export async function permissionSetSummaries(
  view: AccessView,
  store: Pick<AccessViewStore, "openFindings">,
  uses: ReadonlyMap<string, RoleUseTotal>,
): Promise<PermissionSetSummary[]> {
  const open = await store.openFindings(view.at);
  return view.snapshot.permissionSets
    .toSorted(byName)
    .map((set) => summaryOf(view, set, uses.get(set.name), open.get(set.arn) ?? 0));
}

export function byName(
  left: Pick<PermissionSet, "name" | "arn">,
  right: Pick<PermissionSet, "name" | "arn">,
): number {
  if (left.name !== right.name) return left.name < right.name ? -1 : 1;
  return left.arn < right.arn ? -1 : left.arn > right.arn ? 1 : 0;
}

export function summaryOf(
  view: AccessView,
  set: PermissionSet,
  used: RoleUseTotal | undefined,
  openFindings: number,
): PermissionSetSummary {
  const { accountIds, people } = reachOf(view).get(set.arn) ?? { accountIds: [], people: 0 };
  const judged = view.verdicts.inAccounts(set.arn, accountIds).map(({ verdict }) => verdict);
  const isKnown = judged.length > 0;
  const is = judged.map((one) => one.administrator);
  return {
    permissionSetArn: set.arn,
    name: set.name,
    description: set.description,
    sessionDuration: set.sessionDuration,
    createdAt: set.createdAt,
    accounts: accountIds.length,
    people,
    administrator: is.includes(true) ? true : !isKnown || is.includes(null) ? null : false,
    policyFindings: [
      ...new Set(judged.flatMap(({ findings }) => findings.map(({ id }) => id))),
    ].toSorted(),
    unread: isKnown ? new Set(judged.flatMap(({ unread }) => unread)).size : 1,
    drift: driftOf(view).get(set.arn) ?? 0,
    openFindings,
    lastUsedAt: used?.lastUsedAt ?? null,
    peopleWhoUsed: used?.people ?? 0,
    ...windowOf(view, accountIds),
  };
}

const DRIFT = new WeakMap<DirectoryView["snapshot"], ReadonlyMap<string, number>>();

/** In how many accounts the role of a set has an older definition, by ARN. */
function driftOf({ snapshot }: DirectoryView): ReadonlyMap<string, number> {
  const known = DRIFT.get(snapshot);
  if (known !== undefined) return known;
  const drift = new Map<string, number>();
  for (const { permissionSetArn, isLatest } of snapshot.provisionings) {
    if (isLatest === false) drift.set(permissionSetArn, (drift.get(permissionSetArn) ?? 0) + 1);
  }
  DRIFT.set(snapshot, drift);
  return drift;
}

/** From when on the use of all these accounts is known, and how much of that was not read. */
export function windowOf(
  view: AccessView,
  accountIds: readonly string[],
): Pick<PermissionSetSummary, "observedSince" | "observationGaps"> {
  const known = accountIds.map((id) => view.observationOf(id));
  let observedSince: Instant | null = null;
  for (const { since } of known) {
    if (since === null) return { observedSince: null, observationGaps: 0 };
    if (observedSince === null || since > observedSince) observedSince = since;
  }
  return { observedSince, observationGaps: Math.max(0, ...known.map((one) => one.gapHours)) };
}

/** Accounts and people of each set, by ARN. */
export function reachOf({ model }: DirectoryView): ReadonlyMap<string, Reach> {
  const known = REACH.get(model);
  if (known !== undefined) return known;
  const sets = new Map<string, { readonly accountIds: string[]; readonly bits: Bits }>();
  model.eachPair(
    (number) => model.pairs[number]!.kind === "permission-set",
    (number, holders) => {
      const { heldArn, accountId } = model.pairs[number]!;
      const set = sets.get(heldArn) ?? { accountIds: [], bits: emptyBits(model.users.length) };
      sets.set(heldArn, set);
      set.accountIds.push(accountId);
      addBits(set.bits, holders);
    },
  );
  const reach = new Map(
    [...sets].map(([arn, { accountIds, bits }]) => [arn, { accountIds, people: countBits(bits) }]),
  );
  REACH.set(model, reach);
  return reach;
}
