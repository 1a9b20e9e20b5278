/**
 * Sealed reports in Postgres: a report and its files are written once, together, and never changed. The unique period decides
 * between two processes that seal the same week.
 */
import { sha256 } from "../../domain/ids.ts";
import { previousReview } from "../../domain/report/access-review.ts";
import type { PreviousReview } from "../../domain/report/facts.ts";
import type { Instant } from "../../domain/time.ts";
import type { ReportStore, SealedReport } from "../../ports/report-store.ts";
import type { Database } from "./database.ts";
import { transaction } from "./transaction.ts";

export class PostgresReportStore implements ReportStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async lastSealedPeriod(): Promise<string | null> {
    const { rows } = await this.#database.pool.query<{ period: string }>(
      "select period from reports where kind = 'access-review' and period is not null order by as_of desc limit 1",
    );
    return rows[0]?.period ?? null;
  }

  async previousReview(before: Instant): Promise<PreviousReview | null> {
    const { rows } = await this.#database.pool.query<{ content: string }>(
      `select f.content
         from reports r join report_files f on f.report_id = r.id and f.name = 'access-review.json'
        where r.kind = 'access-review' and r.period is not null and r.as_of < $1
        order by r.as_of desc limit 1`,
      [before],
    );
    return rows[0] === undefined ? null : previousReview(rows[0].content);
  }

  seal(report: SealedReport): Promise<boolean> {
    return transaction(this.#database, async (client) => {
      const { rowCount } = await client.query(
        `insert into reports (id, kind, period, as_of, created_at, manifest)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
        [
          report.id,
          report.kind,
          report.period,
          report.asOf,
          report.createdAt,
          JSON.stringify(report.manifest),
        ],
      );
      if (rowCount !== 1) return false;
      await client.query(
        `insert into report_files (report_id, name, media_type, sha256, bytes, content)
         select $1, f.name, f.media_type, f.sha256, f.bytes, f.content
           from unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::text[]) as f(name, media_type, sha256, bytes, content)`,
        [
          report.id,
          report.files.map((file) => file.name),
          report.files.map((file) => file.mediaType),
          report.files.map((file) => sha256(file.content)),
          report.files.map((file) => Buffer.byteLength(file.content)),
          report.files.map((file) => file.content),
        ],
      );
      return true;
    });
  }

  async isEmpty(): Promise<boolean> {
    const { rows } = await this.#database.pool.query("select 1 from reports limit 1");
    return rows.length === 0;
  }
}
