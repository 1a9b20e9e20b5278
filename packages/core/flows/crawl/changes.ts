/**
 * What changed while it was read. Guarantees that users, groups, permission sets, accounts, applications and provisioned pairs are
 * listed once more and compared with what was read of them; members of groups and what a set allows are left to events.
 */
import { canonicalJson, sha256 } from "../../domain/ids.ts";
import type { CrawlFact } from "../../ports/access/crawl-store.ts";
import type { ProvisioningListing } from "../../ports/access/directory.ts";
import { allOrNothing, type Crawl } from "./crawl.ts";
import { factsIn, LISTED, listedIn } from "./facts.ts";

const AT_ONCE = 6;

/** Names of the units that are no longer as they were read. */
export async function changedUnits(crawl: Crawl): Promise<string[]> {
  const { directory } = crawl;
  const lists: [string, () => Promise<CrawlFact[]>][] = [
    ["users", async () => factsIn("user", (await directory.users()).items)],
    ["groups", async () => factsIn("group", (await directory.groups()).items)],
    ["accounts", async () => factsIn("account", (await directory.accounts()).items)],
    [
      "permission-sets",
      async () => listedIn(LISTED.permissionSet, (await directory.permissionSetArns()).items),
    ],
    [
      "applications",
      async () => listedIn(LISTED.application, (await directory.applicationArns()).items),
    ],
  ];
  const planned = new Set(crawl.planned);
  const changed: string[] = [];
  const checks = [
    ...lists
      .filter(([unit]) => planned.has(unit))
      .map(
        ([unit, list]) =>
          async () =>
            (await sameFacts(crawl, unit, await list())) || unit,
      ),
    ...crawl.planned.flatMap((unit) => {
      const by = provisioningOf(unit);
      return by === null ? [] : [async () => (await samePairs(crawl, unit, by)) || unit];
    }),
  ];
  const queue = checks.values();
  const lane = async () => {
    for (const check of queue) {
      const result = await check();
      if (result !== true) changed.push(result);
    }
  };
  await allOrNothing(Array.from({ length: AT_ONCE }, lane));
  return changed.toSorted();
}

async function sameFacts(
  { store, run }: Crawl,
  unit: string,
  facts: readonly CrawlFact[],
): Promise<boolean> {
  const before = await store.digests(run.id, unit);
  const now = new Map(facts.map(({ kind, key, body }) => [`${kind}/${key}`, body]));
  return (
    before !== null &&
    before.size === now.size &&
    [...now].every(([key, body]) => before.get(key) === sha256(canonicalJson(body)))
  );
}

function provisioningOf(unit: string): ProvisioningListing | null {
  const [, kind, id] = /^provisioned\/(set|account)\/(.+)$/.exec(unit) ?? [];
  if (id === undefined) return null;
  return kind === "set" ? { permissionSetArn: id } : { accountId: id };
}

/** By their keys alone: whether a definition is the newest may change at any time and is told by events. */
async function samePairs(
  { store, run, directory }: Crawl,
  unit: string,
  by: ProvisioningListing,
): Promise<boolean> {
  const before = await store.digests(run.id, unit);
  const { items } = await directory.provisionedPairs(by);
  const now = new Set(factsIn("provisioning", items).map(({ kind, key }) => `${kind}/${key}`));
  return before !== null && before.size === now.size && [...now].every((key) => before.has(key));
}
