/**
 * The durations that count now, as they are stored: a process that does not judge reads none of its own. What was entered is stored with
 * its beginning; only what counts always stands in the configuration.
 */
import { PostgresDurationStore } from "#core/adapters/postgres/people/duration-store";
import type { SessionSettings } from "#core/domain/session";
import type { ApiDependencies } from "./dependencies.ts";

export function countingSettings({
  database,
  sessionSettings,
}: Pick<ApiDependencies, "database" | "sessionSettings">): () => Promise<SessionSettings> {
  const store = new PostgresDurationStore(database);
  return () => {
    const durations = sessionSettings.durations.filter((entry) => entry.effectiveFrom === null);
    return store.settings({ durations, changedAt: [] });
  };
}
