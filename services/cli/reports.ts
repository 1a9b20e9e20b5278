/** Where reports come from, for the command and for the worker. */
import { PostgresReportStore } from "../../packages/core/adapters/postgres/report-store.ts";
import { reviewFactsSource } from "../../packages/core/flows/report/review-facts.ts";
import type { SealPorts } from "../../packages/core/flows/report/seal-weekly-report.ts";
import type { Runtime } from "./runtime.ts";

export function reportPorts(runtime: Runtime): SealPorts {
  const { config, holds } = runtime;
  const organisation =
    holds === "demo"
      ? "Demo organisation (synthetic)"
      : config.aws === null
        ? "Organisation"
        : `Organisation of account ${config.aws.accountId}`;
  return {
    facts: reviewFactsSource(runtime.judgePorts, organisation),
    reports: new PostgresReportStore(runtime.database),
    clock: runtime.clock,
  };
}
