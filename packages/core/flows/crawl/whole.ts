/**
 * Everything that a snapshot consists of, read in the order in which one listing needs another. Guarantees that what changed
 * meanwhile is read again a few times, and that what still changes is named instead of hidden. It is no snapshot of one instant.
 */
import type { CrawlNote } from "../../domain/access.ts";
import { accessManagement, applications, trustedTokenIssuers } from "./applications.ts";
import { assignments, provisioned, type AssignmentListing } from "./assignments.ts";
import { changedUnits } from "./changes.ts";
import { allOrNothing, type Crawl } from "./crawl.ts";
import { contentOf, factsIn, LISTED, listedIn } from "./facts.ts";
import { policies } from "./policies.ts";

/** How often what changed is read again. */
const ROUNDS = 3;

export interface WholeReading {
  readonly assignmentListing: AssignmentListing | null;
  readonly notes: readonly CrawlNote[];
}

export async function readWhole(crawl: Crawl): Promise<WholeReading> {
  for (let round = 1; ; round += 1) {
    crawl.startAgain();
    const assignmentListing = await readOnce(crawl);
    const changed = await changedUnits(crawl);
    if (changed.length === 0 || round === ROUNDS) {
      await crawl.keepPlanned();
      return { assignmentListing, notes: changed.map(stillChanging) };
    }
    await crawl.forget(changed);
  }
}

const stillChanging = (unit: string): CrawlNote => ({
  kind: "changed",
  about: unit,
  problem: `The listing ${unit} was different each of ${ROUNDS} times it was read: what changed since the reading began is known from events, or from the next snapshot.`,
});

/** Services have separate quotas and are read side by side. */
async function readOnce(crawl: Crawl): Promise<AssignmentListing | null> {
  const { permissionSetsEnabled } = crawl.directory;
  await allOrNothing([
    people(crawl),
    permissionSets(crawl),
    readAccounts(crawl),
    crawl.read("instance", [instanceUnit(crawl)]),
  ]);
  const identityCenter = async () => {
    await applications(crawl);
    await trustedTokenIssuers(crawl);
    if (permissionSetsEnabled) await provisioned(crawl);
  };
  await allOrNothing([identityCenter(), accessManagement(crawl)]);
  let listing: AssignmentListing | null = null;
  const assigned = async () => {
    if (permissionSetsEnabled) listing = await assignments(crawl);
  };
  await allOrNothing([assigned(), policies(crawl)]);
  return listing;
}

const instanceUnit = ({ directory }: Crawl) => ({
  name: "instance",
  read: () =>
    Promise.resolve({
      facts: [
        ...factsIn("instance", [directory.instance]),
        ...factsIn("region", directory.regions),
      ],
      notes: [...directory.notes, ...withoutSets(directory.permissionSetsEnabled)],
    }),
});

function withoutSets(enabled: boolean): CrawlNote[] {
  if (enabled) return [];
  const problem =
    "Permission sets are not enabled on this instance, so that there are no assignments of accounts: access comes by applications and entitlements alone.";
  return [{ kind: "odd", about: "permission-sets", problem }];
}

async function people(crawl: Crawl): Promise<void> {
  const { directory, store, run } = crawl;
  const users = { name: "users", read: async () => contentOf("user", await directory.users()) };
  const groups = { name: "groups", read: async () => contentOf("group", await directory.groups()) };
  await crawl.read("users", [users]);
  await crawl.read("groups", [groups]);
  const groupIds = await store.keys(run.id, "group");
  await crawl.read(
    "members of groups",
    groupIds.map((groupId) => ({
      name: `memberships/${groupId}`,
      read: async () => contentOf("membership", await directory.memberships(groupId)),
    })),
  );
}

async function permissionSets(crawl: Crawl): Promise<void> {
  const { directory, store, run } = crawl;
  if (!directory.permissionSetsEnabled) return;
  const listing = {
    name: "permission-sets",
    read: async () => {
      const { items, notes } = await directory.permissionSetArns();
      return { facts: listedIn(LISTED.permissionSet, items), notes };
    },
  };
  await crawl.read("permission sets", [listing], 1);
  const arns = await store.keys(run.id, LISTED.permissionSet);
  await crawl.read(
    "permission sets",
    arns.map((arn) => permissionSetUnit(crawl, arn)),
    1 + arns.length,
  );
}

/** A permission set with everything that decides what it allows, but for the documents of managed policies. */
export const permissionSetUnit = ({ directory }: Pick<Crawl, "directory">, arn: string) => ({
  name: `permission-set/${arn}`,
  read: async () => contentOf("permission-set", await directory.permissionSet(arn)),
});

async function readAccounts(crawl: Crawl): Promise<void> {
  const { directory } = crawl;
  const unit = {
    name: "accounts",
    read: async () => contentOf("account", await directory.accounts()),
  };
  await crawl.read("accounts", [unit]);
}
