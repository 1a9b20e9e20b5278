/**
 * Every setting that curfew reads from its environment: its form, and the words that say which form is right.
 * Each is judged by itself here; what must hold between settings is judged in `config.ts`.
 */
import { resolve } from "node:path";
import { z } from "zod";
import { Secret } from "./secret.ts";

const REGION = /^[a-z]{2}(-[a-z]+)+-\d{1,2}$/;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

function url(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

const secretUrl = (...protocols: string[]) =>
  z
    .string()
    .refine((text) => protocols.includes(url(text)?.protocol ?? ""))
    .transform((text) => new Secret(text));

const webhookUrl = z
  .string()
  .refine((text) => {
    const parsed = url(text);
    return (
      parsed?.protocol === "https:" ||
      (parsed?.protocol === "http:" && LOOPBACK.test(parsed.hostname))
    );
  })
  .transform((text) => new Secret(text));

/** Standard Webhooks: "whsec_" and base64 of 24 to 64 random bytes. */
function isWebhookSecret(text: string): boolean {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1];
  if (encoded === undefined || encoded.length % 4 !== 0) return false;
  const { length } = Buffer.from(encoded, "base64");
  return length >= 24 && length <= 64;
}

const whole = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.number().min(from).max(to));

const list = (item: RegExp) =>
  z
    .string()
    .transform((text) => text.split(",").map((part) => part.trim()))
    .pipe(z.array(z.string().regex(item)).min(1))
    .transform((items) => Object.freeze([...new Set(items)]));

const onOff = z.enum(["on", "off"]).transform((word) => word === "on");

const folder = z
  .string()
  .refine((text) => !text.includes("\0"))
  .transform((text) => resolve(text));

/** Names as S3 allows them for new buckets (AWS: S3 User Guide, "General purpose bucket naming rules"). */
const BUCKET = /^(?:s3:\/\/)?([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/;

/** A bucket and where `AWSLogs/` stands in it: an empty prefix, or one with a slash at its end. */
const bucket = z
  .string()
  .regex(BUCKET)
  .refine((text) => text.startsWith("s3://") || !text.includes("/"))
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused here
  .refine((text) => !/AWSLogs|\/\/.*\/\/|[\u0000-\u001f]/.test(text))
  .transform((text) => {
    const [, name = "", path = ""] = BUCKET.exec(text) ?? [];
    const prefix = path.replace(/\/+$/, "");
    return Object.freeze({ name, prefix: prefix === "" ? "" : `${prefix}/` });
  });

/** Names as AWS allows them for permission sets (AWS: CreatePermissionSet), but for the plus and comma that part them here. */
const PAIR = /^([\w=.@-]{1,32})\+([\w=.@-]{1,32})(:anywhere)?$/;

const pairs = list(PAIR)
  .refine((items) => items.every((item) => PAIR.exec(item)?.[1] !== PAIR.exec(item)?.[2]))
  .transform((items) =>
    items.map((item) => {
      const [, first = "", second = "", anywhere] = PAIR.exec(item) ?? [];
      const within = anywhere === undefined ? ("account" as const) : ("organisation" as const);
      return { first, second, within };
    }),
  );

const queueUrl = z.string().refine((text) => {
  const parsed = url(text);
  const safe =
    parsed?.protocol === "https:" ||
    (parsed?.protocol === "http:" && LOOPBACK.test(parsed.hostname));
  return safe && /^\/\d{12}\/[A-Za-z0-9_-]{1,80}(?:\.fifo)?$/.test(parsed?.pathname ?? "");
});

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Name, form, and the end of the sentence "… must be". */
export const SETTINGS = {
  DATABASE_URL: {
    form: secretUrl("postgres:", "postgresql:"),
    allowed: "a URL such as postgres://user:password@host:5432/curfew",
  },
  REDIS_URL: {
    form: secretUrl("redis:", "rediss:"),
    allowed: "a URL such as redis://host:6379 or rediss://user:password@host:6379",
  },
  CURFEW_DATA_DIR: { form: folder, allowed: "the path of a folder" },
  CURFEW_AWS: { form: onOff, allowed: "on or off" },
  CURFEW_AWS_ACCOUNT_ID: {
    form: z.string().regex(/^\d{12}$/),
    allowed: "an account id of 12 digits",
  },
  CURFEW_AWS_REGIONS: {
    form: list(REGION),
    allowed: "Regions separated by commas, such as eu-west-1,us-east-1",
  },
  // Names of roles as IAM takes them, without a path (AWS: CreateRole API reference).
  CURFEW_ACCOUNT_READ_ROLE: {
    form: z.string().regex(/^[A-Za-z0-9+=,.@_-]{1,64}$/),
    allowed: "the name of a role without path, such as curfew-read",
  },
  CURFEW_TRAIL_BUCKET: {
    form: bucket,
    allowed:
      "the name of the trail's bucket, or s3://bucket/prefix where the trail has a prefix (what stands before AWSLogs/)",
  },
  CURFEW_TRAIL_BUCKET_REGION: {
    form: z.string().regex(REGION),
    allowed: "a Region such as eu-central-1",
  },
  CURFEW_TRAIL_QUEUE_URL: {
    form: queueUrl,
    allowed:
      "the URL of an SQS queue such as https://sqs.eu-central-1.amazonaws.com/111122223333/curfew-trail",
  },
  CURFEW_TRAIL_DIR: { form: folder, allowed: "the path of a folder" },
  CURFEW_KEEP_CALLS: { form: onOff, allowed: "on or off" },
  CURFEW_RETENTION_DAYS: {
    form: whole(90, 36_500),
    allowed: "a whole number of days from 90 to 36500",
  },
  CURFEW_LOOKUP_BACKFILL_DAYS: {
    form: whole(1, 90),
    allowed: "a whole number of days from 1 to 90",
  },
  // The limits that IAM Identity Center sets (AWS: "Configure session duration", 15 minutes to 90 days).
  CURFEW_PORTAL_SESSION_MINUTES: {
    form: whole(15, 129_600),
    allowed: "a whole number of minutes from 15 to 129600",
  },
  CURFEW_GRANT_PIPELINES: {
    form: list(/^arn:[a-z*-]+:[^\s,]+$/),
    allowed:
      "ARNs separated by commas, * for any text, such as arn:aws:iam::111122223333:role/access-pipeline",
  },
  CURFEW_PRODUCTION_ACCOUNTS: {
    // oxlint-disable-next-line no-control-regex -- control characters are what is refused here
    form: list(/^[^\u0000-\u001f]{1,200}$/),
    allowed:
      "patterns of account ids, names or paths of organisational units separated by commas, * for any text, ! before what is not meant, such as *prod*,Workloads/Live*,!*nonprod*",
  },
  CURFEW_DUTIES_APART: {
    form: pairs,
    allowed:
      "pairs of different permission sets separated by commas, such as Deployer+Auditor, with :anywhere behind a pair that is not to be held in two accounts either",
  },
  CURFEW_WEBHOOK_URL: {
    form: webhookUrl,
    allowed: "an https URL, or an http URL of this machine (localhost)",
  },
  CURFEW_WEBHOOK_SECRET: {
    form: z
      .string()
      .refine(isWebhookSecret)
      .transform((text) => new Secret(text)),
    allowed: "whsec_ followed by the base64 of 24 to 64 random bytes",
  },
  CURFEW_CONTAIN: { form: onOff, allowed: "on or off" },
  CURFEW_BREAK_GLASS: {
    form: list(/^[^\s,][^,]*$/),
    allowed: "userNames or userIds separated by commas",
  },
  CURFEW_DENY_POLICY_IDS: {
    form: list(/^p-[0-9a-zA-Z_]{8,128}$/),
    allowed: "policy ids such as p-examplepolicy1 separated by commas",
  },
  CURFEW_CONTAIN_PEOPLE_PER_DAY: {
    form: whole(0, 100_000),
    allowed: "a whole number of people from 0 to 100000",
  },
  CURFEW_PORT: {
    form: whole(0, 65_535),
    allowed: "a TCP port from 1 to 65535, or 0 for any free one",
  },
  CURFEW_HOST: {
    form: z.string().regex(/^[0-9A-Za-z.:-]+$/),
    allowed: "an address or host name such as 127.0.0.1",
  },
  CURFEW_LOG_LEVEL: { form: z.enum(LOG_LEVELS), allowed: `one of ${LOG_LEVELS.join(", ")}` },
} as const;

export type SettingName = keyof typeof SETTINGS;

/** The parsed value of a setting, before defaults. */
export type SettingValue<N extends SettingName> = z.output<(typeof SETTINGS)[N]["form"]>;

/** Settings whose value a message must not repeat. */
export const SECRET_SETTINGS: ReadonlySet<string> = new Set<SettingName>([
  "DATABASE_URL",
  "REDIS_URL",
  "CURFEW_WEBHOOK_URL",
  "CURFEW_WEBHOOK_SECRET",
]);
