import { resolve } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { DEFAULT_PRODUCTION_PATTERNS } from "#core/domain/access/tier";
import { Fault } from "#core/domain/fault";
import { readConfig, type ConfigOptions } from "#core/platform/config";
import { Secret } from "#core/platform/secret";
import { SECRET_SETTINGS, SETTINGS } from "#core/platform/settings";

const WEBHOOK_SECRET = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;

function refusal(environment: Record<string, string>, options?: ConfigOptions): Fault {
  try {
    readConfig(environment, options);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("the settings were accepted");
}

describe("settings", () => {
  it("have the documented defaults", () => {
    expect(readConfig({})).toEqual({
      databaseUrl: null,
      redisUrl: null,
      dataDirectory: resolve(".curfew"),
      aws: null,
      trailDirectory: null,
      keeping: { keepCalls: false, retentionDays: null },
      lookupBackfillDays: 90,
      portalSessionMinutes: null,
      rules: {
        grantPipelines: [],
        dutiesApart: [],
        productionAccounts: DEFAULT_PRODUCTION_PATTERNS,
      },
      webhook: null,
      contain: { enabled: false, breakGlass: [], denyPolicyIds: [], peoplePerDay: 5 },
      host: "127.0.0.1",
      port: 8580,
      logLevel: "info",
    });
  });

  it("are read completely", () => {
    const config = readConfig({
      DATABASE_URL: "postgres://curfew:hidden@db.example.com/curfew",
      REDIS_URL: "rediss://cache.example.com:6379",
      CURFEW_DATA_DIR: "/srv/curfew",
      CURFEW_AWS: "on",
      CURFEW_AWS_ACCOUNT_ID: "111122223333",
      CURFEW_AWS_REGIONS: "eu-west-1, us-gov-west-1,eu-west-1",
      CURFEW_ACCOUNT_READ_ROLE: "curfew-read",
      CURFEW_TRAIL_DIR: "/srv/trail",
      CURFEW_LOOKUP_BACKFILL_DAYS: "30",
      CURFEW_PORTAL_SESSION_MINUTES: "480",
      CURFEW_GRANT_PIPELINES:
        "arn:aws:iam::111122223333:role/access-*,arn:aws-cn:iam::111122223333:user/ci",
      CURFEW_PRODUCTION_ACCOUNTS: "*prod*, Workloads/Live*",
      CURFEW_DUTIES_APART: "Deployer+Auditor, Payments+Approvals:anywhere",
      CURFEW_WEBHOOK_URL: "https://hooks.example.com/x",
      CURFEW_WEBHOOK_SECRET: WEBHOOK_SECRET,
      CURFEW_CONTAIN: "on",
      CURFEW_BREAK_GLASS: "glass@example.com,94482488-3041-7026-18f3-be45837cd0e4",
      CURFEW_DENY_POLICY_IDS: "p-examplepolicy1",
      CURFEW_CONTAIN_PEOPLE_PER_DAY: "2",
      CURFEW_HOST: "::1",
      CURFEW_PORT: "0",
      CURFEW_LOG_LEVEL: "debug",
    });
    expect(config).toMatchObject({
      dataDirectory: "/srv/curfew",
      aws: {
        accountId: "111122223333",
        regions: ["eu-west-1", "us-gov-west-1"],
        accountReadRole: "curfew-read",
      },
      trailDirectory: "/srv/trail",
      lookupBackfillDays: 30,
      portalSessionMinutes: 480,
      rules: {
        grantPipelines: [
          "arn:aws:iam::111122223333:role/access-*",
          "arn:aws-cn:iam::111122223333:user/ci",
        ],
        dutiesApart: [
          { first: "Deployer", second: "Auditor", within: "account" },
          { first: "Payments", second: "Approvals", within: "organisation" },
        ],
        productionAccounts: ["*prod*", "Workloads/Live*"],
      },
      contain: {
        enabled: true,
        breakGlass: ["glass@example.com", "94482488-3041-7026-18f3-be45837cd0e4"],
        denyPolicyIds: ["p-examplepolicy1"],
        peoplePerDay: 2,
      },
      host: "::1",
      port: 0,
      logLevel: "debug",
    });
    expect(config.databaseUrl?.reveal()).toBe("postgres://curfew:hidden@db.example.com/curfew");
    expect(config.webhook?.secret.reveal()).toBe(WEBHOOK_SECRET);
  });

  it("give way to the command line's options", () => {
    const environment = {
      CURFEW_DATA_DIR: "/srv/a",
      CURFEW_PORT: "1",
      DATABASE_URL: "postgres://a/b",
    };
    const config = readConfig(environment, {
      dataDirectory: "/srv/b",
      port: 2,
      databaseUrl: "postgres://c/d",
    });
    expect(config).toMatchObject({ dataDirectory: "/srv/b", port: 2 });
    expect(config.databaseUrl?.reveal()).toBe("postgres://c/d");
  });

  it.each([
    ["trail-bucket", ""],
    ["s3://trail-bucket", ""],
    ["s3://trail-bucket/", ""],
    ["s3://trail-bucket/audit/aws", "audit/aws/"],
    ["s3://trail-bucket/audit/aws/", "audit/aws/"],
  ])("take a bucket as %s with the prefix %j", (value, prefix) => {
    const aws = { CURFEW_AWS: "on", CURFEW_AWS_ACCOUNT_ID: "111122223333" };
    expect(readConfig({ ...aws, CURFEW_TRAIL_BUCKET: value }).aws?.trail).toEqual({
      bucket: "trail-bucket",
      prefix,
      region: null,
      queueUrl: null,
    });
    expect(readConfig({ CURFEW_TRAIL_BUCKET: value }).aws).toBeNull();
  });

  it("count as absent when empty", () => {
    expect(readConfig({ DATABASE_URL: "", CURFEW_PORT: "" })).toEqual(readConfig({}));
  });

  it("cannot be changed after the start", () => {
    const config = readConfig({ CURFEW_BREAK_GLASS: "glass@example.com" });
    expect(
      Object.isFrozen(config) &&
        Object.isFrozen(config.contain) &&
        Object.isFrozen(config.contain.breakGlass),
    ).toBe(true);
  });
});

describe("a refusal", () => {
  const MALFORMED: [string, string][] = [
    ["DATABASE_URL", "mysql://db.example.com/curfew"],
    ["DATABASE_URL", "db.example.com:5432"],
    ["REDIS_URL", "http://cache.example.com"],
    ["CURFEW_DATA_DIR", "a\0b"],
    ["CURFEW_AWS", "yes"],
    ["CURFEW_AWS_ACCOUNT_ID", "11112222333"],
    ["CURFEW_AWS_REGIONS", "eu-west-1,europe"],
    ["CURFEW_AWS_REGIONS", "eu-west-1,"],
    ["CURFEW_ACCOUNT_READ_ROLE", "path/curfew-read"],
    ["CURFEW_TRAIL_BUCKET", "Trail_Bucket"],
    ["CURFEW_TRAIL_BUCKET", "trail-bucket/prefix"],
    ["CURFEW_TRAIL_BUCKET", "s3://trail-bucket/AWSLogs/o-exampleorg/"],
    ["CURFEW_TRAIL_BUCKET_REGION", "europe"],
    ["CURFEW_TRAIL_QUEUE_URL", "curfew-trail"],
    ["CURFEW_TRAIL_QUEUE_URL", "http://sqs.example.com/111122223333/curfew-trail"],
    ["CURFEW_TRAIL_DIR", "\0"],
    ["CURFEW_KEEP_CALLS", "yes"],
    ["CURFEW_RETENTION_DAYS", "89"],
    ["CURFEW_LOOKUP_BACKFILL_DAYS", "0"],
    ["CURFEW_KEEP_CALLS", "yes"],
    ["CURFEW_RETENTION_DAYS", "89"],
    ["CURFEW_LOOKUP_BACKFILL_DAYS", "91"],
    ["CURFEW_KEEP_CALLS", "yes"],
    ["CURFEW_RETENTION_DAYS", "89"],
    ["CURFEW_LOOKUP_BACKFILL_DAYS", "1.5"],
    ["CURFEW_GRANT_PIPELINES", "access-pipeline"],
    ["CURFEW_GRANT_PIPELINES", "arn:aws:iam::111122223333:role/a,*"],
    ["CURFEW_PRODUCTION_ACCOUNTS", "*prod*,,*live*"],
    ["CURFEW_DUTIES_APART", "Deployer"],
    ["CURFEW_DUTIES_APART", "Deployer+Deployer"],
    ["CURFEW_DUTIES_APART", "Deployer+Auditor:everywhere"],
    ["CURFEW_PORTAL_SESSION_MINUTES", "14"],
    ["CURFEW_PORTAL_SESSION_MINUTES", "129601"],
    ["CURFEW_WEBHOOK_URL", "http://hooks.example.com/x"],
    ["CURFEW_WEBHOOK_URL", "http://127.0.0.1.example.com/x"],
    ["CURFEW_WEBHOOK_URL", "ftp://localhost/x"],
    ["CURFEW_WEBHOOK_SECRET", "whsec_c2hvcnQ="],
    ["CURFEW_WEBHOOK_SECRET", `whsec_${Buffer.alloc(65).toString("base64")}`],
    ["CURFEW_WEBHOOK_SECRET", Buffer.alloc(24).toString("base64")],
    ["CURFEW_CONTAIN", "true"],
    ["CURFEW_BREAK_GLASS", " , "],
    ["CURFEW_DENY_POLICY_IDS", "p-short"],
    ["CURFEW_CONTAIN_PEOPLE_PER_DAY", "-1"],
    ["CURFEW_PORT", "65536"],
    ["CURFEW_HOST", "http://127.0.0.1"],
    ["CURFEW_LOG_LEVEL", "verbose"],
  ];

  it.each(MALFORMED)("of %s=%j names it and what is allowed", (name, value) => {
    const fault = refusal({ [name]: value });
    expect(fault.code).toBe("config.invalid");
    expect(fault.exitCode).toBe(2);
    expect(fault.message).toContain(
      `${name} must be ${SETTINGS[name as keyof typeof SETTINGS].allowed}`,
    );
    expect(fault.message).toMatch(/\.$/);
    expect(fault.message.includes(JSON.stringify(value))).toBe(!SECRET_SETTINGS.has(name));
  });

  it("exists for a malformed value of every setting", () => {
    expect(new Set(MALFORMED.map(([name]) => name))).toEqual(new Set(Object.keys(SETTINGS)));
  });

  it("names an unknown setting and lists those that exist", () => {
    const fault = refusal({ CURFEW_PROT: "8580" });
    expect(fault.code).toBe("config.unknown-setting");
    expect(fault.message).toMatch(/^CURFEW_PROT is no setting of curfew: .*CURFEW_PORT/);
  });

  it("names the option when the option was wrong", () => {
    expect(refusal({}, { port: "high" }).message).toMatch(/^--port must be a TCP port/);
  });

  it("of AWS without an account says which account setting is needed", () => {
    expect(refusal({ CURFEW_AWS: "on" }).message).toMatch(
      /^CURFEW_AWS=on needs CURFEW_AWS_ACCOUNT_ID/,
    );
  });

  it.each(["CURFEW_TRAIL_QUEUE_URL", "CURFEW_TRAIL_BUCKET_REGION"])(
    "of %s without a bucket says which setting is needed",
    (name) => {
      const value = name.endsWith("URL")
        ? "https://sqs.eu-central-1.amazonaws.com/111122223333/curfew-trail"
        : "eu-central-1";
      expect(
        refusal({ CURFEW_AWS: "on", CURFEW_AWS_ACCOUNT_ID: "111122223333", [name]: value }).message,
      ).toMatch(new RegExp(`^${name} needs CURFEW_TRAIL_BUCKET`));
    },
  );

  it("of contain without a break-glass person says so", () => {
    expect(refusal({ CURFEW_CONTAIN: "on" }).message).toMatch(
      /^CURFEW_CONTAIN=on needs CURFEW_BREAK_GLASS/,
    );
  });

  it.each([
    [{ CURFEW_WEBHOOK_URL: "https://hooks.example.com/x" }, /^CURFEW_WEBHOOK_SECRET is missing/],
    [{ CURFEW_WEBHOOK_SECRET: WEBHOOK_SECRET }, /^CURFEW_WEBHOOK_URL is missing/],
  ])("of half a webhook names the other half", (environment, message) => {
    expect(refusal(environment as Record<string, string>).message).toMatch(message);
  });

  it.each(["http://localhost:9000/x", "http://127.0.0.1:9000/x", "http://[::1]:9000/x"])(
    "spares %s",
    (url) => {
      const config = readConfig({ CURFEW_WEBHOOK_URL: url, CURFEW_WEBHOOK_SECRET: WEBHOOK_SECRET });
      expect(config.webhook?.url.reveal()).toBe(url);
    },
  );
});

describe("a secret", () => {
  const secret = new Secret("synthetic");

  it.each([
    ["text", String(secret)],
    ["JSON", JSON.stringify({ secret })],
    ["inspection", inspect({ deep: { secret } }, { depth: 9, showHidden: true })],
    ["its own fields", JSON.stringify([Object.entries(secret), structuredClone(secret)])],
  ])("does not show as %s", (_way, shown) => {
    expect(shown).not.toContain("synthetic");
  });

  it("shows as [secret]", () => {
    expect([String(secret), JSON.stringify(secret), inspect(secret)]).toEqual([
      "[secret]",
      '"[secret]"',
      "[secret]",
    ]);
  });
});
