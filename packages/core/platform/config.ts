/**
 * What a service was told, read once: a frozen object without a single unparsed text.
 * A setting that is unknown, malformed or contradicted by another stops the start with a sentence that names it and says what is allowed. An empty value
 * counts as none. It looks at no file, network or clock: whether a folder or server is there shows when it is used.
 */
import { DEFAULT_PRODUCTION_PATTERNS } from "#core/domain/access/tier";
import { Fault } from "#core/domain/fault";
import type { Secret } from "./secret.ts";
import {
  SECRET_SETTINGS,
  SETTINGS,
  type LogLevel,
  type SettingName,
  type SettingValue,
} from "./settings.ts";

export interface Config {
  /** Null: the built-in Postgres of the data directory. */
  readonly databaseUrl: Secret | null;
  /** Null: the queue lives in Postgres. */
  readonly redisUrl: Secret | null;
  readonly dataDirectory: string;
  /** Null: AWS is not used. `regions` is empty when the SDK's own Region is meant. */
  readonly aws: {
    readonly accountId: string;
    readonly regions: readonly string[];
    /** Name of the role that reads IAM in member accounts; null: their own policies stay unread. */
    readonly accountReadRole: string | null;
    /** The organisation trail's bucket; null: it is not read. */
    readonly trail: TrailBucketConfig | null;
  } | null;
  /** Folder of trail files that the file source follows. */
  readonly trailDirectory: string | null;
  readonly keeping: {
    /** Every call of a permission set's role keeps its record. */
    readonly keepCalls: boolean;
    /** Null: events are kept for ever. */
    readonly retentionDays: number | null;
  };
  readonly lookupBackfillDays: number;
  /** The organisation's portal session duration where an administrator states it; null when it is not known. */
  readonly portalSessionMinutes: number | null;
  /** What only the organisation can tell its rules; empty lists: it was not told. */
  readonly rules: {
    /** ARN patterns of those who may grant access. */
    readonly grantPipelines: readonly string[];
    /** Pairs of permission sets, by name, that one person must not hold together. */
    readonly dutiesApart: readonly {
      readonly first: string;
      readonly second: string;
      readonly within: "account" | "organisation";
    }[];
    /** Patterns of the accounts that count as production, by id, name or path of organisational units. */
    readonly productionAccounts: readonly string[];
  };
  readonly webhook: { readonly url: Secret; readonly secret: Secret } | null;
  readonly contain: {
    readonly enabled: boolean;
    /** userNames or userIds whom nothing may cut off. */
    readonly breakGlass: readonly string[];
    readonly denyPolicyIds: readonly string[];
    /** People of whom one person alone may end the access within 24 hours, all origins together. */
    readonly peoplePerDay: number;
  };
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly logLevel: LogLevel;
}

export interface TrailBucketConfig {
  readonly bucket: string;
  /** What stands before `AWSLogs/`: empty, or it ends with a slash. */
  readonly prefix: string;
  /** Null: the one that S3 tells. */
  readonly region: string | null;
  /** The queue that hears of new objects; null: the bucket is listed again and again. */
  readonly queueUrl: string | null;
}

/** Command-line options that take the place of a setting. */
export interface ConfigOptions {
  readonly dataDirectory?: string | undefined;
  readonly databaseUrl?: string | undefined;
  readonly port?: string | number | undefined;
}

interface Given {
  /** What the person wrote, to be named in a refusal: the setting or the option. */
  readonly name: string;
  readonly text: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

function given(environment: Environment, options: ConfigOptions): Map<SettingName, Given> {
  const found = new Map<SettingName, Given>();
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const text = environment[name];
    if (text !== undefined && text !== "") found.set(name, { name, text });
  }
  const override = (
    setting: SettingName,
    name: string,
    value: string | number | undefined,
  ): void => {
    if (value !== undefined) found.set(setting, { name, text: String(value) });
  };
  override("CURFEW_DATA_DIR", "--data-dir", options.dataDirectory);
  override("DATABASE_URL", "--database-url", options.databaseUrl);
  override("CURFEW_PORT", "--port", options.port);
  return found;
}

function refuseUnknown(environment: Environment): void {
  const unknown = Object.keys(environment).filter(
    (name) => name.startsWith("CURFEW_") && !(name in SETTINGS),
  );
  if (unknown.length === 0) return;
  const known = Object.keys(SETTINGS).filter((name) => name.startsWith("CURFEW_"));
  throw new Fault(
    "config.unknown-setting",
    `${unknown.join(", ")} is no setting of curfew: correct or remove it; the settings are ${known.join(", ")}.`,
  );
}

const invalid = (sentence: string): Fault => new Fault("config.invalid", sentence);

function reader(values: Map<SettingName, Given>) {
  return <N extends SettingName>(setting: N): SettingValue<N> | null => {
    const value = values.get(setting);
    if (value === undefined) return null;
    const { form, allowed } = SETTINGS[setting];
    const parsed = form.safeParse(value.text);
    if (parsed.success) return parsed.data as SettingValue<N>;
    const shown = SECRET_SETTINGS.has(setting)
      ? ""
      : ` and not ${JSON.stringify(value.text.slice(0, 80))}`;
    throw invalid(`${value.name} must be ${allowed}${shown}.`);
  };
}

type Read = ReturnType<typeof reader>;

function readAws(read: Read): Config["aws"] {
  const accountId = read("CURFEW_AWS_ACCOUNT_ID");
  const regions = read("CURFEW_AWS_REGIONS") ?? [];
  const accountReadRole = read("CURFEW_ACCOUNT_READ_ROLE");
  const trail = readTrail(read);
  if (read("CURFEW_AWS") !== true) return null;
  if (accountId === null) {
    throw invalid(
      "CURFEW_AWS=on needs CURFEW_AWS_ACCOUNT_ID, the 12 digits of the account whose credentials must be found.",
    );
  }
  return { accountId, regions, accountReadRole, trail };
}

function readTrail(read: Read): TrailBucketConfig | null {
  const bucket = read("CURFEW_TRAIL_BUCKET");
  const region = read("CURFEW_TRAIL_BUCKET_REGION");
  const queueUrl = read("CURFEW_TRAIL_QUEUE_URL");
  if (bucket !== null) return { bucket: bucket.name, prefix: bucket.prefix, region, queueUrl };
  if (region === null && queueUrl === null) return null;
  const lonely = region === null ? "CURFEW_TRAIL_QUEUE_URL" : "CURFEW_TRAIL_BUCKET_REGION";
  throw invalid(
    `${lonely} needs CURFEW_TRAIL_BUCKET, ${SETTINGS.CURFEW_TRAIL_BUCKET.allowed}; set it, or remove ${lonely}.`,
  );
}

function readWebhook(read: Read): Config["webhook"] {
  const url = read("CURFEW_WEBHOOK_URL");
  const secret = read("CURFEW_WEBHOOK_SECRET");
  if (url === null && secret === null) return null;
  if (url === null || secret === null) {
    const [missing, present] =
      url === null
        ? ["CURFEW_WEBHOOK_URL", "CURFEW_WEBHOOK_SECRET"]
        : ["CURFEW_WEBHOOK_SECRET", "CURFEW_WEBHOOK_URL"];
    throw invalid(
      `${missing} is missing: set it to ${SETTINGS[missing as SettingName].allowed}, or remove ${present}.`,
    );
  }
  return { url, secret };
}

function readContain(read: Read): Config["contain"] {
  const enabled = read("CURFEW_CONTAIN") ?? false;
  const breakGlass = read("CURFEW_BREAK_GLASS") ?? [];
  if (enabled && breakGlass.length === 0) {
    throw invalid(
      "CURFEW_CONTAIN=on needs CURFEW_BREAK_GLASS, the userNames or userIds (separated by commas) of those whom nothing may cut off.",
    );
  }
  return {
    enabled,
    breakGlass,
    denyPolicyIds: read("CURFEW_DENY_POLICY_IDS") ?? [],
    peoplePerDay: read("CURFEW_CONTAIN_PEOPLE_PER_DAY") ?? 5,
  };
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value))
    if (typeof part === "object" && part !== null) deepFreeze(part as object);
  return Object.freeze(value);
}

/**
 * Reads all settings from `environment` (of a service: `process.env`), the command line's options first.
 * Faults: `config.unknown-setting`, `config.invalid`.
 */
export function readConfig(environment: Environment, options: ConfigOptions = {}): Config {
  refuseUnknown(environment);
  const read = reader(given(environment, options));
  const dataDirectory = read("CURFEW_DATA_DIR") ?? SETTINGS.CURFEW_DATA_DIR.form.parse(".curfew");
  return deepFreeze({
    databaseUrl: read("DATABASE_URL"),
    redisUrl: read("REDIS_URL"),
    dataDirectory,
    aws: readAws(read),
    trailDirectory: read("CURFEW_TRAIL_DIR"),
    keeping: {
      keepCalls: read("CURFEW_KEEP_CALLS") ?? false,
      retentionDays: read("CURFEW_RETENTION_DAYS"),
    },
    lookupBackfillDays: read("CURFEW_LOOKUP_BACKFILL_DAYS") ?? 90,
    portalSessionMinutes: read("CURFEW_PORTAL_SESSION_MINUTES"),
    rules: {
      grantPipelines: read("CURFEW_GRANT_PIPELINES") ?? [],
      dutiesApart: read("CURFEW_DUTIES_APART") ?? [],
      productionAccounts: read("CURFEW_PRODUCTION_ACCOUNTS") ?? DEFAULT_PRODUCTION_PATTERNS,
    },
    webhook: readWebhook(read),
    contain: readContain(read),
    host: read("CURFEW_HOST") ?? "127.0.0.1",
    port: read("CURFEW_PORT") ?? 8580,
    logLevel: read("CURFEW_LOG_LEVEL") ?? "info",
  });
}
