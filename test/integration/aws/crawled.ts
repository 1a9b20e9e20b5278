/** A whole crawl of the simulated organisation, published and read back: nothing but the pace is left out. */
import { randomBytes } from "node:crypto";
import type { AwsClients } from "#core/adapters/aws/clients";
import { awsDirectory } from "#core/adapters/aws/directory";
import { PostgresCrawlStore } from "#core/adapters/postgres/access/crawl-store";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import type { Database } from "#core/adapters/postgres/database";
import { createdId } from "#core/domain/ids";
import { takeSnapshot, type SnapshotReceipt } from "#core/flows/take-snapshot";
import type { TimedSnapshot } from "#core/ports/access/access-store";
import type { CrawlProgress } from "#core/ports/access/directory";
import type { AwsOffice } from "./aws-office.ts";

export interface Crawled {
  readonly receipt: SnapshotReceipt;
  readonly snapshot: TimedSnapshot;
}

export interface CrawlOptions {
  readonly regions?: readonly string[];
  readonly progress?: (progress: CrawlProgress) => void;
  readonly accountReadRole?: string | null;
  readonly clientsOf?: (region: string) => AwsClients;
}

export async function crawlOf(
  office: AwsOffice,
  database: Database,
  options: CrawlOptions = {},
): Promise<Crawled> {
  const { regions = [office.home], progress = () => undefined, accountReadRole = null } = options;
  const clientsOf = options.clientsOf ?? ((region: string) => office.clientsOf(region));
  const receipt = await takeSnapshot({
    directory: awsDirectory({ clientsOf, regions, accountReadRole }),
    store: new PostgresCrawlStore(database),
    clock: { now: () => office.clock.now },
    newId: (now) => createdId("snp", now, randomBytes(10)),
    progress,
  });
  const snapshot = await new PostgresAccessStore(database).asOf(receipt.completedAt);
  if (snapshot === null) throw new Error("no snapshot was published");
  return { receipt, snapshot };
}
