/**
 * A process that reads trail files as `curfew ingest` does and judges whom they touched: what the tests kill. It says `ready`, takes its
 * task as one line of JSON, writes a line for everything that it has committed, and ends with 0, or with 3 and the reason.
 */
import { join } from "node:path";
import { readdirSync } from "node:fs";
import { settingsOf } from "#core/domain/sessions/durations";
import { fileFolder } from "#core/adapters/files/folder";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { openDatabase } from "#core/adapters/postgres/database";
import { PostgresSweepStore } from "#core/adapters/postgres/people/sweep-store";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { fileOf, ingestFiles } from "#core/flows/ingest/ingest-files";
import { sweepPeople } from "#core/flows/sweep-people";
import { catalogue } from "#core/rules/catalogue";

export interface Task {
  readonly url: string;
  readonly folder: string;
  /** Files that are read together. */
  readonly together: number;
  readonly backwards: boolean;
  /** The clock stands still here, in milliseconds. */
  readonly now: number;
}

async function run(task: Task): Promise<void> {
  const { url, folder, together, backwards, now } = task;
  const database = openDatabase(url, { maxConnections: 4, applicationName: "curfew reader" });
  const clock = { now: () => now };
  const trail = new PostgresTrailStore(database);
  const sorted = readdirSync(folder).toSorted();
  const names = backwards ? sorted.toReversed() : sorted;
  for (let at = 0; at < names.length; at += together) {
    const paths = names.slice(at, at + together).map((name) => join(folder, name));
    const files = [];
    for (const path of paths) files.push(await fileOf(path, await fileFolder.open(path)));
    for (const outcome of await ingestFiles(files, trail, clock)) {
      if ("refused" in outcome) throw outcome.refused;
    }
    process.stdout.write("committed\n");
  }
  await sweepPeople(
    {
      sweep: new PostgresSweepStore(database),
      access: new PostgresAccessStore(database),
      observations: new PostgresObservationStore(database),
      // No directory was crawled, so no policy is judged; the data of actions would be a megabyte in the bundle.
      actions: () => Promise.reject(new Error("nothing was crawled")),
      catalogue,
      settings: settingsOf(7 * 24 * 60),
      channels: [],
      clock,
    },
    () => process.stdout.write("judged\n"),
  );
  await database.close();
}

process.stdin.once("data", (line) => {
  run(JSON.parse(String(line)) as Task).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(
        `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
      process.exit(3);
    },
  );
});
process.stdout.write("ready\n");
