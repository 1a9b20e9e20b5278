import { describe, expect, test } from "vitest";
import {
  findImportOffenders,
  findReachOffenders,
  findRuleOffenders,
  findRuntimeExports,
} from "./layer-rules.ts";
import { findEnvironmentReaders, findImpurities } from "./purity.ts";
import { readSources, type Source } from "./tree.ts";

const sources = readSources();
const file = (path: string, text: string): Source => ({ path, text });
const judge = (path: string, text: string): string[] => findImportOffenders([file(path, text)]);

describe("the house as it stands", () => {
  test("has files to judge in every layer that is laid down", () => {
    expect(sources.filter(({ path }) => path.startsWith("packages/core/")).length).toBeGreaterThan(
      20,
    );
  });

  test("imports only what the table allows", () => {
    expect(findImportOffenders(sources)).toEqual([]);
  });

  test("keeps each rule apart from every other rule", () => {
    expect(findRuleOffenders(sources)).toEqual([]);
  });

  test("reaches by no chain of imports what a service must not", () => {
    expect(findReachOffenders(sources)).toEqual([]);
  });

  test("has ports that are interfaces only", () => {
    expect(findRuntimeExports(sources)).toEqual([]);
  });

  test("decides by arguments alone in domain, rules and flows", () => {
    expect(findImpurities(sources)).toEqual([]);
  });

  test("reads the environment in one place", () => {
    expect(findEnvironmentReaders(sources)).toEqual([]);
  });
});

const ALLOWED: readonly (readonly [string, string])[] = [
  ["packages/core/domain/session.ts", 'import { createHash } from "node:crypto";'],
  ["packages/core/domain/session.ts", 'import { at } from "./time.ts";'],
  ["packages/core/rules/stale/rule.ts", 'import type { Rule } from "../rule.ts";'],
  ["packages/core/ports/clock.ts", 'import type { Instant } from "#core/domain/time";'],
  ["packages/core/flows/ingest.ts", 'import type { Clock } from "#core/ports/clock";'],
  ["packages/core/adapters/aws/revoker.ts", 'import { A } from "@aws-sdk/client-sts";'],
  ["packages/core/adapters/postgres/events.ts", 'import { eq } from "drizzle-orm/pg-core";'],
  ["services/worker/processors.ts", 'import type { Job } from "bullmq";'],
  ["services/api/server.ts", 'import helmet from "@fastify/helmet";'],
  ["services/cli/start.ts", 'import { start } from "#services/api/main";'],
  ["services/cli/start.ts", 'import { serve } from "#simulator/endpoint";'],
  ["test/unit/any.test.ts", 'import { serve } from "#simulator/endpoint";'],
];

const FORBIDDEN: readonly (readonly [string, string, string])[] = [
  ["domain knows no rule", "packages/core/domain/a.ts", 'import { b } from "#core/rules/b";'],
  ["domain does no I/O", "packages/core/domain/a.ts", 'import { readFileSync } from "node:fs";'],
  ["domain has no package", "packages/core/domain/a.ts", 'import { z } from "zod";'],
  ["domain computes no import", "packages/core/domain/a.ts", "await import(name);"],
  [
    "rules know no port",
    "packages/core/rules/a/rule.ts",
    'import type { B } from "#core/ports/b";',
  ],
  ["ports import types only", "packages/core/ports/a.ts", 'import { b } from "#core/domain/b";'],
  [
    "flows know no adapter",
    "packages/core/flows/a.ts",
    'import { b } from "../adapters/files/b.ts";',
  ],
  [
    "flows know no platform",
    "packages/core/flows/a.ts",
    'import type { B } from "../platform/b.ts";',
  ],
  ["flows do no I/O", "packages/core/flows/a.ts", 'export { open } from "fs";'],
  ["adapters know no other", "packages/core/adapters/aws/a.ts", 'import "../postgres/b.ts";'],
  [
    "adapters know no flow",
    "packages/core/adapters/aws/a.ts",
    'import { b } from "#core/flows/b";',
  ],
  ["adapters keep to their client", "packages/core/adapters/aws/a.ts", 'import pg from "pg";'],
  ["platform knows no flow", "packages/core/platform/a.ts", 'import { b } from "../flows/b.ts";'],
  ["the worker knows queue types only", "services/worker/a.ts", 'import { Worker } from "bullmq";'],
  ["the worker knows no other service", "services/worker/a.ts", 'import { b } from "../api/b.ts";'],
  [
    "the API knows nothing of AWS",
    "services/api/a.ts",
    'import type { B } from "#core/adapters/aws/b";',
  ],
  ["the API has no AWS client", "services/api/a.ts", 'import { A } from "@aws-sdk/client-sts";'],
  [
    "the schema stays inside",
    "services/api/a.ts",
    'import "#core/adapters/postgres/schema/events";',
  ],
  [
    "the CLI starts services only",
    "services/cli/a.ts",
    'import { b } from "#services/api/routes/b";',
  ],
  ["only the CLI runs the simulator", "services/ingest/a.ts", 'import { b } from "#simulator/b";'],
  [
    "core knows no simulator",
    "packages/core/adapters/aws/a.ts",
    'import { b } from "#simulator/b";',
  ],
  ["the simulator shares no code", "packages/simulator/a.ts", 'import "#core/domain/b";'],
  ["nothing imports a test", "packages/core/domain/a.ts", 'import { b } from "#test/support/b";'],
  ["nothing imports a benchmark", "services/cli/a.ts", 'import { b } from "../../bench/b.ts";'],
  ["a new folder needs a place", "packages/core/adapters/fax/a.ts", ""],
  ["the console stands alone", "services/console/a.tsx", 'import { b } from "../api/b.ts";'],
];

describe("the table", () => {
  test.each(ALLOWED)("allows %s: %s", (path, text) => {
    expect(judge(path, text)).toEqual([]);
  });

  test.each(FORBIDDEN)("refuses where %s", (_why, path, text) => {
    expect(judge(path, text)).toEqual([expect.stringContaining(path)]);
  });

  test("lists every offender, not the first", () => {
    const two = 'import fs from "node:fs";\nimport { z } from "zod";';
    expect(judge("packages/core/domain/a.ts", two)).toEqual([
      "packages/core/domain/a.ts:1: domain may not import node:fs",
      "packages/core/domain/a.ts:2: domain may not import the package zod",
    ]);
  });
});

test("a rule that reads another rule is found", () => {
  const text = 'import { b } from "../other/rule.ts";\nimport { c } from "../catalogue.ts";';
  expect(findRuleOffenders([file("packages/core/rules/one/rule.ts", text)])).toHaveLength(2);
});

test("a forbidden module is found behind a chain, and a chain of types is none", () => {
  const middle = (words: string): Source[] => [
    file("services/ingest/main.ts", 'import "./aws.ts";'),
    file(
      "services/ingest/aws.ts",
      `${words} { b } from "#core/adapters/aws/revoker/organizations";`,
    ),
  ];
  expect(findReachOffenders(middle("import"))).toEqual([
    expect.stringMatching(/^services\/ingest\/main\.ts → services\/ingest\/aws\.ts → /),
    expect.stringMatching(/^services\/ingest\/aws\.ts → packages\/core\/adapters\/aws\/revoker\//),
  ]);
  expect(findReachOffenders(middle("import type"))).toEqual([]);
});

test.each([
  "export const A = 1;",
  "export class A {}",
  'export * from "./b.ts";',
  "export { a };",
  "export default a;",
])("a port that exports something that runs is found: %s", (text) => {
  expect(findRuntimeExports([file("packages/core/ports/a.ts", text)])).toHaveLength(1);
});

test("types and interfaces are what a port exports", () => {
  const text = "export interface A {}\nexport type B = A;\nexport type { C } from './c.ts';";
  expect(findRuntimeExports([file("packages/core/ports/a.ts", text)])).toEqual([]);
});

test.each([
  "process.env.HOME",
  "Date.now()",
  "new Date()",
  "new Date",
  "Date()",
  "Math.random()",
  "setTimeout(a, 1)",
  "`${Date.now()}`",
  "randomUUID()",
  "console.log(a)",
  "performance.now()",
  "await fetch(a)",
  "globalThis.a",
])("a flow that depends on more than its arguments is found: %s", (text) => {
  expect(
    findImpurities([file("packages/core/flows/a.ts", `export const a = ${text};`)]),
  ).toHaveLength(1);
});

test("words, properties and given instants are no impurity", () => {
  const text =
    'const a = new Date(now); // Date.now()\nconst b = a.process("Math.random()"); const process = 1; new DateRange();';
  expect(findImpurities([file("packages/core/domain/a.ts", text)])).toEqual([]);
});

test("a reader of the environment is found outside the parser of settings", () => {
  const text = "const a = process.env.HOME;";
  expect(findEnvironmentReaders([file("packages/core/platform/logger.ts", text)])).toHaveLength(1);
  expect(findEnvironmentReaders([file("packages/core/platform/config.ts", text)])).toEqual([]);
});
