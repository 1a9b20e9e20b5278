/**
 * Crawls a served organisation in a process of its own, as a service would, so that its memory is its own. No request waits for its
 * slot: how long the slots would have taken is added up instead. Prints what it came to as one line.
 */
import { awsClients } from "#core/adapters/aws/clients";
import { awsDirectory } from "#core/adapters/aws/directory";
import { openDatabase } from "#core/adapters/postgres/database";
import { PostgresCrawlStore } from "#core/adapters/postgres/access/crawl-store";
import { takeSnapshot } from "#core/flows/take-snapshot";

const [url = "", accountId = "", region = "", id = "", dieAfter = ""] = process.argv.slice(2);
const database = openDatabase(url, { maxConnections: 8, applicationName: "curfew crawler" });
const seconds = new Map<string, number>();
let requests = 0;
const budget = {
  slot: (scope: string, perSecond: number) => {
    seconds.set(scope, (seconds.get(scope) ?? 0) + 1 / perSecond);
    // As if the machine had gone.
    if ((requests += 1) === Number(dieAfter)) process.kill(process.pid, "SIGKILL");
    return Promise.resolve();
  },
};
const clients = awsClients({ region, accountId, budget });
const began = performance.now();
const receipt = await takeSnapshot({
  directory: awsDirectory({ clientsOf: () => clients, regions: [region] }),
  store: new PostgresCrawlStore(database),
  clock: { now: () => Date.now() },
  newId: () => id,
  progress: () => undefined,
});
const { counts, apiCalls, assignmentListing, resumed } = receipt;
process.stdout.write(
  `${JSON.stringify({
    counts,
    apiCalls,
    assignmentListing,
    resumed,
    notes: receipt.notes.length,
    scopes: Object.fromEntries(seconds),
    realSeconds: (performance.now() - began) / 1_000,
    peakMebibytes: process.resourceUsage().maxRSS / 1_024,
  })}\n`,
);
clients.close();
await database.close();
