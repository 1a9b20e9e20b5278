/**
 * A trail's bucket and its queue as the simulator serves them, over the official clients, and a database of its own. The clock of
 * the organisation stands still unless a test moves it; the real trail is not written: each test delivers its own files.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { awsClients, type AwsClients } from "#core/adapters/aws/clients";
import { s3TrailBucket, type TrailBucketOptions } from "#core/adapters/aws/trail-bucket";
import { sqsTrailQueue } from "#core/adapters/aws/trail-queue";
import { PostgresObjectStore } from "#core/adapters/postgres/sources/object-store";
import { PostgresSourceStates } from "#core/adapters/postgres/sources/source-states";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { DAY, HOUR, instant, MINUTE, type Instant } from "#core/domain/time";
import type { BucketPorts } from "#core/flows/ingest/bucket/read-objects";
import type { TrailQueue } from "#core/ports/trail/trail-bucket";
import { startSimulator, type RunningSimulator, type SimulatorOptions } from "#simulator/start";
import { createTestDatabase, type TestDatabase } from "#test/support/database";
import { UNLIMITED } from "#test/integration/aws/aws-office";

export const NOW = Date.UTC(2026, 4, 4, 9, 0);
export const MEMBER = "444455556666";
export const REGION = "eu-central-1";

export interface ObjectRow {
  key: string;
  etag: string;
  state: string;
  problem: string | null;
  attempts: number;
  nextAttemptAt: Instant | null;
  announcedBy: string;
  sha256: string | null;
}

export interface BucketStand {
  readonly simulator: RunningSimulator;
  readonly database: TestDatabase;
  readonly clock: { at: number; now(): number };
  readonly ports: BucketPorts;
  readonly states: PostgresSourceStates;
  readonly queue: TrailQueue;
  readonly clientsOf: (region: string) => AwsClients;
  readonly queueAt: (url: string) => TrailQueue;
  readonly portsOf: (options: Partial<TrailBucketOptions>) => BucketPorts;
  /** One file with so many events, delivered so long before now; answers its key. */
  deliver(minutesAgo?: number, events?: number): string;
  objects(): Promise<ObjectRow[]>;
  events(): Promise<number>;
  /** Empties tables and bucket, forgets faults, and puts the clock back. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

let serial = 0;
let deliveries = 0;

/** An event of its own in the member account. */
export function record(at: number): object {
  serial += 1;
  const id = serial.toString(16).padStart(12, "0");
  return {
    eventVersion: "1.08",
    eventID: `7d3c9f00-0000-4000-8000-${id}`,
    eventSource: "sso.amazonaws.com",
    eventName: "ListAccounts",
    eventTime: instant(at).replace(".000Z", "Z"),
    eventType: "AwsServiceEvent",
    awsRegion: REGION,
    recipientAccountId: MEMBER,
    sourceIPAddress: "192.0.2.10",
    readOnly: true,
    userIdentity: {
      type: "IdentityCenterUser",
      accountId: MEMBER,
      onBehalfOf: {
        userId: "93a4b8c2-1234-4abc-8def-0123456789ab",
        identityStoreArn: "arn:aws:identitystore::111122223333:identitystore/d-1234567890",
      },
      credentialId: "5b1f0c9e-77aa-4f0e-9a7b-3a1c2d3e4f50",
    },
  };
}

export async function openBucketStand(
  options: Pick<SimulatorOptions, "trailSettings" | "notifications"> = {},
  { trail }: { readonly trail: boolean } = { trail: false },
): Promise<BucketStand> {
  const directory = await mkdtemp(join(tmpdir(), "curfew-bucket-"));
  const simulator = await startSimulator({
    directory,
    now: NOW,
    speed: 1,
    trail,
    ...options,
  });
  const database = await createTestDatabase();
  const restore = useSettings({ ...simulator.environment, AWS_MAX_ATTEMPTS: "1" });
  const clock = { at: NOW, now: () => clock.at };
  const known = new Map<string, AwsClients>();
  const clientsOf = (region: string) => {
    const accountId = simulator.organisation.managementAccountId;
    const wait = () => Promise.resolve();
    const clients = known.get(region) ?? awsClients({ region, accountId, budget: UNLIMITED, wait });
    known.set(region, clients);
    return clients;
  };
  const askIn = simulator.organisation.region;
  const portsOf = (wanted: Partial<TrailBucketOptions>): BucketPorts => ({
    bucket: s3TrailBucket({
      clientsOf,
      bucket: simulator.bucketName,
      prefix: "",
      askIn,
      region: null,
      ...wanted,
    }),
    objects: new PostgresObjectStore(database),
    store: new PostgresTrailStore(database),
    clock,
  });
  const queueAt = (url: string) => sqsTrailQueue(clientsOf(askIn).sqs, url);
  const delivered: string[] = [];
  return {
    simulator,
    database,
    clock,
    ports: portsOf({}),
    states: new PostgresSourceStates(database),
    queue: queueAt(simulator.queueUrl),
    clientsOf,
    queueAt,
    portsOf,
    deliver: (minutesAgo = 30, events = 3) => {
      const deliveredAt = clock.at - minutesAgo * MINUTE;
      const records = Array.from({ length: events }, () => record(deliveredAt - 2 * MINUTE));
      // An account of its own: what was delivered once cannot be delivered again.
      deliveries += 1;
      const accountId = String(400_000_000_000 + deliveries);
      const key = simulator.objects.deliver({
        accountId,
        region: REGION,
        deliveredAt,
        records,
      });
      delivered.push(key);
      return key;
    },
    objects: async () => {
      const { rows } = await database.pool.query<ObjectRow>(
        `select key, etag, state, problem, attempts, next_attempt_at as "nextAttemptAt", announced_by as "announcedBy", sha256
           from trail_objects order by key, etag`,
      );
      return rows;
    },
    events: async () => {
      const { rows } = await database.pool.query<{ n: number }>(
        "select count(*) as n from event_ids",
      );
      return rows[0]!.n;
    },
    clear: async () => {
      simulator.faults.reset();
      for (const key of delivered.splice(0)) simulator.objects.remove(key);
      clock.at = NOW;
      await database.pool.query(
        "truncate events, event_ids, role_calls, record_batches, undecodable_records, people, person_names, sessions, coverage, trail_files, followed_files, findings, trail_objects, ingest_streams, source_states cascade",
      );
    },
    close: async () => {
      for (const clients of known.values()) clients.close();
      restore();
      await simulator.stop();
      await database.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function useSettings(wanted: Record<string, string>): () => void {
  const before = { ...process.env };
  for (const name of Object.keys(process.env))
    if (name.startsWith("AWS_")) delete process.env[name];
  Object.assign(process.env, wanted);
  return () => {
    process.env = before;
  };
}

export { DAY, HOUR, MINUTE };
