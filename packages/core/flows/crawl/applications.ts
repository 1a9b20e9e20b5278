/** Applications, trusted token issuers and entitlements: access beside permission sets. Guarantees one unit for each application. */
import type { Crawl, Unit } from "./crawl.ts";
import { contentOf, factsIn, LISTED, listedIn } from "./facts.ts";

/** Accounts that are asked in one unit, where entitlements have to be asked by account. */
const ACCOUNTS_A_UNIT = 20;

export async function applications(crawl: Crawl): Promise<void> {
  const { directory, store, run } = crawl;
  const listing = {
    name: "applications",
    read: async () => {
      const { items, notes } = await directory.applicationArns();
      return { facts: listedIn(LISTED.application, items), notes };
    },
  };
  await crawl.read("applications", [listing], 1);
  const arns = await store.keys(run.id, LISTED.application);
  const units = arns.map((arn) => applicationUnit(crawl, arn));
  await crawl.read("applications", units, 1 + arns.length);
}

/** An application with what it may do and who may use it. */
export const applicationUnit = ({ directory }: Pick<Crawl, "directory">, arn: string): Unit => ({
  name: `application/${arn}`,
  read: async () => {
    const { application, assignments, notes } = await directory.application(arn);
    const facts = [
      ...factsIn("application", application === null ? [] : [application]),
      ...factsIn("application-assignment", assignments),
    ];
    return { facts, notes };
  },
});

export async function trustedTokenIssuers(crawl: Crawl): Promise<void> {
  await crawl.read("trusted token issuers", [trustedTokenIssuersUnit(crawl)]);
}

export const trustedTokenIssuersUnit = ({ directory }: Pick<Crawl, "directory">): Unit => ({
  name: "trusted-token-issuers",
  read: async () => contentOf("trusted-token-issuer", await directory.trustedTokenIssuers()),
});

/** Entitlements of account access manager, whose applications are its own. */
export async function accessManagement(crawl: Crawl): Promise<void> {
  const { directory, store, run } = crawl;
  const listing = {
    name: "access-applications",
    read: async () => {
      const { items, notes } = await directory.accessApplications();
      const facts = items.map((one) => ({
        kind: LISTED.accessApplication,
        key: one.applicationArn,
        body: one,
      }));
      return { facts, notes };
    },
  };
  await crawl.read("entitlements", [listing], 1);
  const found = await store.bodies<{ applicationArn: string; byAccount: boolean }>(
    run.id,
    LISTED.accessApplication,
  );
  const accounts = found.some((one) => one.byAccount) ? await store.keys(run.id, "account") : [];
  const units = found.flatMap(({ applicationArn, byAccount }) =>
    byAccount ? unitsByAccount(crawl, applicationArn, accounts) : [unitOf(crawl, applicationArn)],
  );
  await crawl.read("entitlements", units, 1 + units.length);
}

const unitOf = ({ directory }: Crawl, applicationArn: string): Unit => ({
  name: `entitlements/${applicationArn}`,
  read: async () => contentOf("entitlement", await directory.entitlements(applicationArn, null)),
});

function unitsByAccount(crawl: Crawl, applicationArn: string, accounts: readonly string[]): Unit[] {
  const units: Unit[] = [];
  for (let from = 0; from < accounts.length; from += ACCOUNTS_A_UNIT) {
    const some = accounts.slice(from, from + ACCOUNTS_A_UNIT);
    units.push({
      name: `entitlements/${applicationArn}/${some[0]}-${some.at(-1)}-${some.length}`,
      read: async () => {
        const contents = [];
        for (const accountId of some) {
          const listing = await crawl.directory.entitlements(applicationArn, accountId);
          contents.push(contentOf("entitlement", listing));
        }
        return {
          facts: contents.flatMap((content) => content.facts),
          notes: contents.flatMap((content) => content.notes),
        };
      },
    });
  }
  return units;
}
