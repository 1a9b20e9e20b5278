/** Where reports come from, for the command and for the worker. */
import { PostgresReportStore } from "#core/adapters/postgres/report-store";
import { reviewFactsSource } from "#core/flows/report/review-facts";
import type { SealPorts } from "#core/flows/report/seal-weekly-report";
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
