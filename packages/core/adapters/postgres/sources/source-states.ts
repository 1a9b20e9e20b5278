/** SourceStates on Postgres: one row a source, written by whoever tried it last. Keeps no history of problems that passed. */
import type { Fault } from "../../../domain/fault.ts";
import type { Instant } from "../../../domain/time.ts";
import type { SourceState, SourceStates } from "../../../ports/trail/source-states.ts";
import type { Database } from "../database.ts";

interface Row {
  source: string;
  checkedAt: Instant;
  healthyAt: Instant | null;
  code: string | null;
  sentence: string | null;
  since: Instant | null;
}

export class PostgresSourceStates implements SourceStates {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async healthy(source: string, now: Instant): Promise<void> {
    await this.#database.pool.query(
      `insert into source_states (source, checked_at, healthy_at) values ($1, $2, $2)
       on conflict (source) do update
          set checked_at = excluded.checked_at, healthy_at = excluded.healthy_at,
              problem_code = null, problem = null, failing_since = null`,
      [source, now],
    );
  }

  async failing(source: string, fault: Fault, now: Instant): Promise<void> {
    await this.#database.pool.query(
      `insert into source_states as s (source, checked_at, problem_code, problem, failing_since)
       values ($1, $2, $3, $4, $2)
       on conflict (source) do update
          set checked_at = excluded.checked_at, problem_code = excluded.problem_code, problem = excluded.problem,
              failing_since = coalesce(s.failing_since, excluded.failing_since)`,
      [source, now, fault.code, fault.message],
    );
  }

  async all(): Promise<SourceState[]> {
    const { rows } = await this.#database.pool.query<Row>(
      `select source, checked_at as "checkedAt", healthy_at as "healthyAt", problem_code as code,
              problem as sentence, failing_since as since
         from source_states order by source`,
    );
    return rows.map(({ code, sentence, since, ...state }) => ({
      ...state,
      problem: code === null ? null : { code, sentence: sentence!, since: since! },
    }));
  }
}
