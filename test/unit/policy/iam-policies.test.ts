import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parsePolicy } from "#core/domain/policy/document";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const ADAPTER = join(ROOT, "packages/core/adapters/aws");
const WRITER = "revoker.ts";

/** The IAM prefix of each client's actions. */
const PREFIXES: Readonly<Record<string, string>> = {
  cloudtrail: "cloudtrail",
  iam: "iam",
  identitystore: "identitystore",
  organizations: "organizations",
  s3: "s3",
  sqs: "sqs",
  "sso-admin": "sso",
  sts: "sts",
};

/** AWS: STS API reference, GetCallerIdentity. */
const NEEDS_NO_PERMISSION = "sts:GetCallerIdentity";

/** Called without a client, because AWS publishes none: the operations stand in the adapter's table of paths. */
const SIGNED_BY_HAND = { path: "account-access.ts", prefix: "account-access" };

/** Operations that IAM knows under the name of another action (AWS: Service Authorization Reference, S3 and SQS). */
const NAMED_OTHERWISE: Readonly<Record<string, string>> = {
  "s3:HeadBucket": "s3:ListBucket",
  "s3:ListObjectsV2": "s3:ListBucket",
  "s3:HeadObject": "s3:GetObject",
  "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
};

/** The actions of every command that a source imports from an SDK client. */
function actionsIn(source: string): string[] {
  const imports = source.matchAll(/import \{([^}]*)\} from "@aws-sdk\/client-([a-z0-9-]+)"/g);
  return [...imports].flatMap(([, names = "", client = ""]) => {
    if (!Object.hasOwn(PREFIXES, client)) throw new Error(`no IAM prefix is known for ${client}`);
    const prefix = PREFIXES[client];
    const commands = [...names.matchAll(/\b(\w+)Command\b/g)].map(([, command]) => command);
    return commands
      .map((command) => `${prefix}:${command}`)
      .filter((action) => action !== NEEDS_NO_PERMISSION)
      .map((action) => NAMED_OTHERWISE[action] ?? action);
  });
}

/** The actions of a source, those that it signs by hand too. */
function allActionsIn(path: string, text: string): string[] {
  if (path !== SIGNED_BY_HAND.path) return actionsIn(text);
  return [...text.matchAll(/^ {2}(\w+): "\/[\w-]+",$/gm)].map(
    ([, operation]) => `${SIGNED_BY_HAND.prefix}:${operation}`,
  );
}

const sources = readdirSync(ADAPTER, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => ({ path, text: readFileSync(join(ADAPTER, path), "utf8") }));

const calledBy = (wanted: (path: string) => boolean) =>
  [
    ...new Set(
      sources
        .filter(({ path }) => wanted(path))
        .flatMap(({ path, text }) => allActionsIn(path, text)),
    ),
  ].toSorted();

function statementsOf(service: string) {
  const { policy, problem } = parsePolicy(
    readFileSync(join(ROOT, `infra/iam/${service}.json`), "utf8"),
  );
  if (policy === null) throw new Error(`infra/iam/${service}.json: ${problem}`);
  return policy.statements;
}

const allowedTo = (service: string) =>
  statementsOf(service)
    .filter((statement) => statement.effect === "Allow")
    .flatMap((statement) => statement.actions.patterns)
    .toSorted();

describe("the policy of", () => {
  test("ingest allows exactly the calls that read", () => {
    expect(allowedTo("ingest")).toEqual(calledBy((path) => path !== WRITER));
    expect(allowedTo("ingest").length).toBeGreaterThan(15);
  });

  test("the role of member accounts allows exactly the calls to IAM", () => {
    const iam = allowedTo("ingest").filter((action) => action.startsWith("iam:"));
    expect(iam.length).toBeGreaterThan(3);
    expect(allowedTo("account-read")).toEqual(iam);
  });

  test("ingest lets it take one named role of member accounts only", () => {
    const assume = statementsOf("ingest").find((statement) =>
      statement.actions.patterns.includes("sts:AssumeRole"),
    );
    expect(assume?.resources.patterns).toEqual([expect.stringMatching(/:role\/REPLACE-[A-Z-]+$/)]);
  });

  test("worker allows exactly the calls of the revoker", () => {
    expect(allowedTo("worker")).toEqual(calledBy((path) => path === WRITER));
  });

  test("api allows nothing", () => {
    expect(allowedTo("api")).toEqual([]);
  });

  test("worker lets it rewrite one named policy only", () => {
    const update = statementsOf("worker").find((statement) =>
      statement.actions.patterns.includes("organizations:UpdatePolicy"),
    );
    expect(update?.resources.patterns).toEqual([expect.stringMatching(/\/p-[A-Z-]+$/)]);
  });

  test.each(["ingest", "account-read", "worker", "api"])(
    "%s has a line in the README",
    (service) => {
      expect(readFileSync(join(ROOT, "infra/iam/README.md"), "utf8")).toContain(
        `\`${service}.json\`:`,
      );
    },
  );
});

test("only the revoker calls what changes something in AWS, but for messages that were dealt with", () => {
  const reading = calledBy((path) => path !== WRITER);
  expect(reading.filter((action) => !/:(Describe|Get|List|Lookup)/.test(action))).toEqual([
    "sqs:DeleteMessage",
    "sqs:ReceiveMessage",
    "sts:AssumeRole",
  ]);
});

test("ingest reads one named bucket and one named queue only", () => {
  const named = statementsOf("ingest").filter(({ actions }) =>
    actions.patterns.some((action) => /^(?:s3|sqs):/.test(action)),
  );
  expect(named.map(({ resources }) => resources.patterns)).toEqual([
    [expect.stringMatching(/^arn:aws:s3:::REPLACE-[A-Z-]+$/)],
    [expect.stringMatching(/^arn:aws:s3:::REPLACE-[A-Z-]+\/\*$/)],
    [expect.stringMatching(/:REPLACE-[A-Z-]+$/)],
  ]);
});
