/**
 * Where permission sets are provisioned, and who is assigned to them by the listing that costs the fewest calls in this organisation.
 * Guarantees every assignment whichever listing is chosen, that a crawl which is resumed keeps the choice, and that a unit is named
 * after what it is read for: where something was provisioned meanwhile, the unit is another one.
 */
import type { AccountAssignment } from "../../domain/access.ts";
import { sha256 } from "../../domain/ids.ts";
import type { OpenDirectory } from "../../ports/access/directory.ts";
import type { Crawl, Unit, UnitContent } from "./crawl.ts";
import { contentOf, LISTED, listedIn } from "./facts.ts";

/** Pairs that are lost with a process, and pairs that share a transaction. */
const PAIRS_A_UNIT = 32;
/** Accounts whose pairs are in memory together. */
const ACCOUNTS_AT_ONCE = 200;
/** Users and groups are read by so many shares of their ids: a person who came meanwhile changes one of them. */
const SHARES = 256;

/**
 * `pairs` costs one call a provisioned pair of account and set, `principals` one a user and group; pages of more than a hundred come
 * on top.
 */
export interface AssignmentListing {
  readonly by: "pairs" | "principals";
  readonly pairs: number;
  readonly principals: number;
}

/** Asked by permission set or by account, whichever are fewer. */
export async function provisioned(crawl: Crawl): Promise<void> {
  const { store, run } = crawl;
  const sets = await store.keys(run.id, LISTED.permissionSet);
  const accounts = await store.keys(run.id, "account");
  const units =
    sets.length <= accounts.length
      ? sets.map((arn) => provisioningUnit(crawl, arn))
      : accounts.map((accountId) => ({
          name: `provisioned/account/${accountId}`,
          read: async () =>
            contentOf("provisioning", await crawl.directory.provisioned({ accountId })),
        }));
  await crawl.read("provisioning", units);
}

/** The accounts of one set. */
export const provisioningUnit = (
  { directory }: Pick<Crawl, "directory">,
  permissionSetArn: string,
): Unit => ({
  name: `provisioned/set/${permissionSetArn}`,
  read: async () => contentOf("provisioning", await directory.provisioned({ permissionSetArn })),
});

export async function assignments(crawl: Crawl): Promise<AssignmentListing> {
  const listing = await chosen(crawl);
  if (listing.by === "pairs") await byPair(crawl, listing.pairs);
  else await byPrincipal(crawl, listing.principals);
  return listing;
}

async function chosen(crawl: Crawl): Promise<AssignmentListing> {
  const { store, run, directory } = crawl;
  const pairs = await store.count(run.id, "provisioning");
  const principals = (await store.count(run.id, "user")) + (await store.count(run.id, "group"));
  const accounts = await store.bodies<{ accountId: string; isManagement: boolean }>(
    run.id,
    "account",
  );
  // AWS answers the listing by principal to the management account only (API reference).
  const management = accounts.find((one) => one.isManagement)?.accountId;
  const cheapest =
    directory.accountId === management && principals < pairs ? "principals" : "pairs";
  const choice: Unit = {
    name: "assignments-by",
    read: () => Promise.resolve({ facts: listedIn(LISTED.assignmentsBy, [cheapest]), notes: [] }),
  };
  await crawl.read("choice of the listing", [choice]);
  const [by] = await store.keys(run.id, LISTED.assignmentsBy);
  return { by: by === "principals" ? "principals" : "pairs", pairs, principals };
}

async function byPair(crawl: Crawl, pairs: number): Promise<void> {
  const { store, run } = crawl;
  const accounts = await accountsProvisioned(crawl);
  for (let from = 0; from < accounts.length; from += ACCOUNTS_AT_ONCE) {
    const some = accounts.slice(from, from + ACCOUNTS_AT_ONCE);
    const held = await store.provisionedIn(run.id, some);
    const units = some.flatMap((accountId) =>
      pairUnits(crawl.directory, accountId, held.get(accountId) ?? []),
    );
    await crawl.read("assignments", units, pairs);
  }
}

/** Closed accounts that AWS no longer lists may still have something provisioned. */
async function accountsProvisioned({ store, run }: Crawl): Promise<string[]> {
  const keys = await store.keys(run.id, "provisioning");
  return [...new Set(keys.map((key) => key.slice(0, key.indexOf("/"))))];
}

function pairUnits(directory: OpenDirectory, accountId: string, sets: readonly string[]): Unit[] {
  const units: Unit[] = [];
  for (let from = 0; from < sets.length; from += PAIRS_A_UNIT) {
    const some = sets.slice(from, from + PAIRS_A_UNIT);
    units.push({
      name: `assignments/${accountId}/${digestOf(some)}`,
      weight: some.length,
      read: () =>
        together(some, (permissionSetArn) =>
          directory.assignments({ accountId, permissionSetArn }),
        ),
    });
  }
  return units;
}

const digestOf = (parts: readonly string[]): string => sha256(parts.join("\n")).slice(0, 16);

async function together<T>(
  of: readonly T[],
  read: (one: T) => ReturnType<OpenDirectory["assignments"]>,
): Promise<UnitContent> {
  const contents: UnitContent[] = [];
  for (const one of of) contents.push(contentOf("assignment", await read(one)));
  return {
    facts: contents.flatMap((content) => content.facts),
    notes: contents.flatMap((content) => content.notes),
  };
}

type Principal = Pick<AccountAssignment, "principalType" | "principalId">;

async function byPrincipal(crawl: Crawl, principals: number): Promise<void> {
  const { store, run, directory } = crawl;
  const shares = new Map<string, Principal[]>();
  for (const [kind, principalType] of [
    ["group", "GROUP"],
    ["user", "USER"],
  ] as const) {
    for (const principalId of await store.keys(run.id, kind)) {
      const share = `${principalType}/${Number.parseInt(sha256(principalId).slice(0, 8), 16) % SHARES}`;
      const known = shares.get(share);
      if (known === undefined) shares.set(share, [{ principalType, principalId }]);
      else known.push({ principalType, principalId });
    }
  }
  const units = [...shares].map(([share, some]): Unit => ({
    name: `assignments-of/${share}/${digestOf(some.map((one) => one.principalId))}`,
    weight: some.length,
    read: () => together(some, (principal) => directory.assignmentsOf(principal)),
  }));
  await crawl.read("assignments", units, principals);
}
