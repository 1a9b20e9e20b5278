import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parsePolicy } from "#core/domain/policy/document";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const ADAPTER = join(ROOT, "packages/core/adapters/aws");
const WRITER = "revoker.ts";

/** The IAM prefix of each client's actions. GetCallerIdentity needs no permission (AWS: STS API reference). */
const PREFIXES: Readonly<Record<string, string | null>> = {
  cloudtrail: "cloudtrail",
  identitystore: "identitystore",
  organizations: "organizations",
  s3: "s3",
  sqs: "sqs",
  "sso-admin": "sso",
  sts: null,
};

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
    return prefix === null
      ? []
      : commands
          .map((command) => `${prefix}:${command}`)
          .map((action) => NAMED_OTHERWISE[action] ?? action);
  });
}

const sources = readdirSync(ADAPTER, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => ({ path, text: readFileSync(join(ADAPTER, path), "utf8") }));

const calledBy = (wanted: (path: string) => boolean) =>
  [
    ...new Set(sources.filter(({ path }) => wanted(path)).flatMap(({ text }) => actionsIn(text))),
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

  test.each(["ingest", "worker", "api"])("%s has a line in the README", (service) => {
    expect(readFileSync(join(ROOT, "infra/iam/README.md"), "utf8")).toContain(
      `\`${service}.json\`:`,
    );
  });
});

test("only the revoker calls what changes something in AWS, but for messages that were dealt with", () => {
  const reading = calledBy((path) => path !== WRITER);
  expect(reading.filter((action) => !/:(Describe|Get|List|Lookup)/.test(action))).toEqual([
    "sqs:DeleteMessage",
    "sqs:ReceiveMessage",
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
