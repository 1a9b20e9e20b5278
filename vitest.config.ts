import { defineConfig } from "vitest/config";

/** Of a test that repeats a fault: minutes with every change, hours every night. */
const LONGEST = process.env["CURFEW_NIGHTLY"] === undefined ? 300_000 : 3 * 3_600_000;

/**
 * Four rooms: `unit` is pure and runs on every supported Node; `integration` has a real Postgres, one cluster a run and one
 * cloned database a file; `alone` holds what runs the command as its users do, one file at a time; `faults` is the fault matrix of
 * docs/reliability.md, one file at a time.
 */
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    setupFiles: ["test/support/loopback-only.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts", "test/contract/**/*.test.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts", "test/e2e/**/*.test.ts"],
          globalSetup: ["test/support/cluster.ts"],
          // The demo is read, reported on and replayed whole: half a minute each on two quiet cores.
          testTimeout: 180_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "alone",
          include: ["test/alone/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: LONGEST,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: "faults",
          include: ["test/faults/**/*.test.ts"],
          globalSetup: ["test/support/cluster.ts"],
          fileParallelism: false,
          testTimeout: LONGEST,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
