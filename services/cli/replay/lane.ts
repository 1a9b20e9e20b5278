/** One lane of a rebuild, run as a thread: judges the ranges that it is given and sends what they come to. Writes nothing. */
import { parentPort, workerData } from "node:worker_threads";
import { readActionCatalogue } from "#core/adapters/iam-data/catalogue";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { openDatabase } from "#core/adapters/postgres/database";
import { PostgresPersonHistory } from "#core/adapters/postgres/people/person-history";
import { replayParts, type ReplayPorts } from "#core/flows/replay";
import type { PeopleRange } from "#core/ports/person-history";
import { catalogue } from "#core/rules/catalogue";
import { readOnce } from "#core/platform/read-once";
import type { FromLane, LaneTask } from "./lanes.ts";

/** One reads people while the next are asked for; what is the same for everybody is read side by side. */
const CONNECTIONS = 3;

async function main(port: NonNullable<typeof parentPort>): Promise<void> {
  const { url, at, settings, ruleSettings } = workerData as LaneTask;
  const database = openDatabase(url, {
    maxConnections: CONNECTIONS,
    applicationName: "curfew replay",
  });
  const ports: ReplayPorts = {
    history: new PostgresPersonHistory(database),
    access: new PostgresAccessStore(database),
    observations: new PostgresObservationStore(database),
    catalogue,
    settings,
    actions: readOnce(readActionCatalogue),
    ...(ruleSettings === undefined ? {} : { ruleSettings }),
  };
  const say = (message: FromLane) => {
    port.postMessage(message);
  };
  const next = () =>
    new Promise<PeopleRange | null>((resolve) => {
      port.once("message", resolve);
      say({ wants: true });
    });
  try {
    for await (const part of replayParts(ports, at, next)) say({ part });
  } finally {
    await database.close();
    port.close();
  }
}

if (parentPort === null) throw new Error("A lane of a rebuild runs as a thread.");
await main(parentPort);
