/**
 * A simulator in a folder of its own with the official clients of S3, SQS and CloudTrail, and a few delivered trail files.
 * Everything is stopped and removed by `close`. Holds no written trail unless a test writes one.
 */
import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSimulator, type RunningSimulator, type SimulatorOptions } from "#simulator/start";

export const HOUR = 3_600_000;
export const MINUTE = 60_000;
export const DAY = 24 * HOUR;
/** Half past nine on a Tuesday. */
export const NOW = Date.UTC(2026, 4, 5, 9, 30);
export const HOME = "eu-central-1";

export interface Place {
  simulator: RunningSimulator;
  directory: string;
  s3: S3Client;
  sqs: SQSClient;
  cloudTrail: CloudTrailClient;
  /** Clients of another Region, or of a role in another account. */
  clients(options: { region?: string; accountId?: string }): Promise<Clients>;
  close(): Promise<void>;
}

export interface Clients {
  s3: S3Client;
  sqs: SQSClient;
  cloudTrail: CloudTrailClient;
}

export async function openPlace(
  options: Partial<SimulatorOptions> & { days?: number } = {},
): Promise<Place> {
  const made = options.directory === undefined;
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), "curfew-place-"));
  const { days, ...rest } = options;
  if (days !== undefined) {
    const anchor = Math.floor(NOW / DAY) * DAY - days * DAY;
    const founding = { seed: 7, anchor, switches: {} };
    writeFileSync(join(directory, "organisation.json"), JSON.stringify(founding));
  }
  const simulator = await startSimulator({ now: NOW, trail: false, ...rest, directory });
  const own = configured(simulator, {});
  const opened: { destroy(): void }[] = [];
  const open = (configuration: ReturnType<typeof configured>): Clients => {
    const made = {
      s3: new S3Client(configuration),
      sqs: new SQSClient(configuration),
      cloudTrail: new CloudTrailClient(configuration),
    };
    opened.push(...Object.values(made));
    return made;
  };
  return {
    simulator,
    directory,
    ...open(own),
    async clients({ region = HOME, accountId }) {
      if (accountId === undefined) return open(configured(simulator, { region }));
      const sts = new STSClient(own);
      opened.push(sts);
      const RoleArn = `arn:aws:iam::${accountId}:role/reader`;
      const { Credentials: issued } = await sts.send(
        new AssumeRoleCommand({ RoleArn, RoleSessionName: "test-session" }),
      );
      const credentials = {
        accessKeyId: issued?.AccessKeyId ?? "",
        secretAccessKey: issued?.SecretAccessKey ?? "",
        sessionToken: issued?.SessionToken ?? "",
      };
      return open(configured(simulator, { region, credentials }));
    },
    async close() {
      for (const client of opened) client.destroy();
      await simulator.stop();
      if (made) rmSync(directory, { recursive: true, force: true });
    },
  };
}

interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

function configured(
  { endpoint, environment }: RunningSimulator,
  options: { region?: string; credentials?: Credentials },
) {
  return {
    endpoint,
    region: options.region ?? environment.AWS_REGION,
    maxAttempts: 1,
    credentials: options.credentials ?? {
      accessKeyId: environment.AWS_ACCESS_KEY_ID,
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY,
    },
  };
}

/** Delivers a file of one record at an instant and answers its key. */
export function deliver(
  { simulator }: Place,
  deliveredAt: number,
  options: { region?: string; late?: boolean; accountId?: string; name?: string } = {},
): string {
  const eventTime = `${new Date(deliveredAt - 4 * MINUTE).toISOString().slice(0, 19)}Z`;
  const { region = HOME, late = false, name = "ListAccounts" } = options;
  const accountId = options.accountId ?? simulator.organisation.managementAccountId;
  const records = [{ eventID: `00000000-0000-4000-8000-${deliveredAt.toString(16).padStart(12, "0")}`, eventName: name, eventTime }]; // prettier-ignore
  return simulator.objects.deliver({ accountId, region, deliveredAt, records }, { late });
}

/** All keys that a listing answers, page by page. */
export async function listAll(place: Place, Prefix = "", MaxKeys?: number): Promise<string[]> {
  const keys: string[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await place.s3.send(
      new ListObjectsV2Command({
        Bucket: place.simulator.bucketName,
        Prefix,
        ...(MaxKeys === undefined ? {} : { MaxKeys }),
        ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
      }),
    );
    keys.push(...(page.Contents ?? []).map((one) => one.Key ?? ""));
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return keys;
}

export async function get(place: Place, Key: string, more: { IfMatch?: string } = {}) {
  const Bucket = place.simulator.bucketName;
  const answer = await place.s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return { ...answer, bytes: Buffer.from((await answer.Body?.transformToByteArray()) ?? []) };
}

/** Puts simulated time on to an instant, through the file that every process of the directory reads. */
export function passTo({ directory }: Place, simulated: number): void {
  const clock = { real: Date.now(), simulated, rate: 1 };
  writeFileSync(join(directory, "clock.json"), JSON.stringify(clock));
}
