/**
 * The simulated organisation behind the real adapters: the official clients over HTTP, events from its trail, a clock that tests
 * move. What the help desk and the identity provider do shows in the directory and in the trail, where the switch asks for it.
 */
import { randomBytes } from "node:crypto";
import { settingsOf } from "#core/domain/sessions/durations";
import { awsDirectory } from "#core/adapters/aws/directory";
import { awsRevoker } from "#core/adapters/aws/revoker";
import { PostgresCrawlStore } from "#core/adapters/postgres/access/crawl-store";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { PostgresPersonHistory } from "#core/adapters/postgres/people/person-history";
import { PostgresRevocationStore } from "#core/adapters/postgres/revocation/revocation-store";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { createdId } from "#core/domain/ids";
import { instant } from "#core/domain/time";
import { decodeRecord } from "#core/domain/trail/decode";
import type { StepPorts } from "#core/flows/revocation/ports";
import { takeSnapshot } from "#core/flows/take-snapshot";
import { Lives } from "#simulator/lives";
import type { Switches } from "#simulator/model";
import { stateAt } from "#simulator/state";
import { openAwsOffice, type AwsOffice } from "../aws/aws-office.ts";
import { actions } from "#test/support/actions";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";

export interface SimulatedWorld {
  readonly office: AwsOffice;
  readonly database: TestDatabase;
  readonly lives: Lives;
  readonly ports: StepPorts;
  /** Reads the trail of a period, as its file would hold it. */
  read(from: number, to: number): Promise<void>;
  snapshot(): Promise<void>;
  close(): Promise<void>;
}

export async function openSimulatedWorld(
  switches: Partial<Switches> = {},
  portalSessionMinutes: number | null = null,
): Promise<SimulatedWorld> {
  const database = await createTestDatabase();
  const office = await openAwsOffice({ switches });
  const { world, changes, clock } = office;
  const { organisation } = world;
  world.at = (at) => stateAt(organisation, changes, at, world.switches.helpDeskMinutes);
  const lives = new Lives(organisation, world.switches, () => changes);
  const ports: StepPorts = {
    store: new PostgresRevocationStore(database),
    history: new PostgresPersonHistory(database),
    access: new PostgresAccessStore(database),
    revoker: awsRevoker({ clients: office.clientsOf(office.home), instance: organisation }),
    clock: { now: () => clock.now },
    random: (bytes) => randomBytes(bytes),
    contain: {
      contain: "demo",
      breakGlass: [],
      peopleIn24h: 5,
      denyPolicyIds: organisation.denyPolicyIds,
    },
    sessionSettings: settingsOf(portalSessionMinutes),
    actions,
    actor: "worker",
  };
  return {
    office,
    database,
    lives,
    ports,
    read: (from, to) => readTrail(database, lives, clock.now, from, to),
    snapshot: () => readDirectory(office, database, ports),
    close: async () => {
      await office.close();
      await database.drop();
    },
  };
}

async function readTrail(
  database: TestDatabase,
  lives: Lives,
  clockNow: number,
  from: number,
  to: number,
): Promise<void> {
  const records = lives
    .records(from, to)
    .map((one, position) => ({ position, decoded: decodeRecord(one.record) }));
  const now = instant(clockNow);
  const parts = [{ origin: `file:${from}`, records, progress: { kind: "none" as const } }];
  await new PostgresTrailStore(database).append({ source: "files", receivedAt: now, parts }, now);
}

async function readDirectory(
  office: AwsOffice,
  database: TestDatabase,
  ports: StepPorts,
): Promise<void> {
  await takeSnapshot({
    directory: awsDirectory({
      clientsOf: () => office.clientsOf(office.home),
      regions: [office.home],
    }),
    store: new PostgresCrawlStore(database),
    clock: ports.clock,
    newId: (now) => createdId("snp", now, randomBytes(10)),
    progress: () => undefined,
  });
}
