/** Reads the listings of a simulator as a service would, in a process of its own that a test may kill. Its settings are its environment. */
import { awsClients } from "#core/adapters/aws/clients";
import { lookupEventsSources } from "#core/adapters/aws/lookup-events";
import { openDatabase } from "#core/adapters/postgres/database";
import { PostgresRateBudget } from "#core/adapters/postgres/rate-budget";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { PostgresWindowStore } from "#core/adapters/postgres/sources/window-store";
import { DAY } from "#core/domain/time";
import { readStreams } from "#services/ingest/read-once";

const [url = "", accountId = "", region = "", now = "", days = ""] = process.argv.slice(2);
const database = openDatabase(url, { maxConnections: 6, applicationName: "curfew reader" });
const instance = awsClients({ region, accountId, budget: new PostgresRateBudget(database) });
const clock = { now: () => Number(now) };
await readStreams(
  {
    trail: null,
    streams: lookupEventsSources({ instance, global: instance, clock }).slice(0, -1),
    directory: null,
    backfillMilliseconds: Number(days) * DAY,
    beforeReading: null,
  },
  { store: new PostgresTrailStore(database), windows: new PostgresWindowStore(database), clock },
);
await database.close();
