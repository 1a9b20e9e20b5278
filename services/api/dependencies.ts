/** What the API is handed. It reads no environment, opens no database and knows no AWS. */
import type { Database } from "#core/adapters/postgres/database";
import type { OpenedQueue } from "#core/adapters/queue/open-queue";
import type { ActionCatalogue } from "#core/domain/policy/catalogue";
import type { ContainSettings } from "#core/domain/revocation/facts";
import type { SessionSettings } from "#core/domain/session";
import type { Clock } from "#core/ports/clock";
import type { Logger } from "#core/platform/logger";

/** A rule as it is listed; the catalogue itself stays with the services that run it. */
export interface RuleDescription {
  readonly metadata: {
    readonly id: string;
    readonly title: string;
    readonly severity: string;
    readonly pack: string;
    readonly description: string;
  };
  readonly parameters: Readonly<Record<string, number>>;
}

/** What runs, as the landing page shows it to anyone: no name of a person, account or host. */
export interface Installation {
  readonly version: string;
  readonly postgres: "embedded" | "external";
  /** True: everything that is shown is synthetic. */
  readonly demo: boolean;
  /** In words: `trail files`, `LookupEvents`. Empty when nothing is read. */
  readonly sources: readonly string[];
}

export interface ApiDependencies {
  readonly database: Database;
  readonly queue: Pick<OpenedQueue, "engine" | "ping" | "nudge">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly contain: ContainSettings;
  /** What the configuration says; routes add what was entered since. */
  readonly sessionSettings: SessionSettings;
  /** Patterns of production accounts (see `domain/access/tier.ts`). */
  readonly productionAccounts: readonly string[];
  /** The data of AWS's actions, by which policies are judged; read once a process. */
  readonly actions: () => Promise<ActionCatalogue>;
  readonly rules: readonly RuleDescription[];
  readonly installation: Installation;
  /** Folder of the migrations this version brings; readiness compares the database with it. */
  readonly migrationsFolder: string;
  /** Requests a minute that one address may make. Default 600. */
  readonly requestsPerMinute?: number;
}
