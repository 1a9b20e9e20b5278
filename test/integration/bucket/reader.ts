/** A process that reads the bucket of the simulator to its end, to be killed: settings come by the environment. */
import { awsClients } from "#core/adapters/aws/clients";
import { s3TrailBucket } from "#core/adapters/aws/trail-bucket";
import { openDatabase } from "#core/adapters/postgres/database";
import { PostgresObjectStore } from "#core/adapters/postgres/sources/object-store";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { DAY, instant } from "#core/domain/time";
import { readBucket } from "#core/flows/ingest/read-bucket";

const {
  READER_DATABASE = "",
  READER_BUCKET = "",
  READER_REGION = "",
  READER_NOW = "",
} = process.env;
const now = Number(READER_NOW);
const database = openDatabase(READER_DATABASE, { maxConnections: 6, applicationName: "reader" });
const budget = { slot: () => Promise.resolve() };
const clients = awsClients({ region: READER_REGION, accountId: "111122223333", budget });
const ports = {
  bucket: s3TrailBucket({
    clientsOf: () => clients,
    bucket: READER_BUCKET,
    prefix: "",
    askIn: READER_REGION,
    region: null,
  }),
  objects: new PostgresObjectStore(database),
  store: new PostgresTrailStore(database),
  clock: { now: () => now },
};
process.stdout.write("reading\n");
const receipt = await readBucket(ports, instant(now - 30 * DAY), {
  progress: ({ done }) => process.stdout.write(`${done}\n`),
});
process.stdout.write(`read ${receipt.objects}\n`);
clients.close();
await database.close();
