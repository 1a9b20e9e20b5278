/**
 * Sealed reports in Postgres: a report and its files are written once, together, and never changed. The unique period decides
 * between two processes that seal the same week.
 */
import { Fault } from "../../domain/fault.ts";
import { sha256 } from "../../domain/ids.ts";
import { previousReview } from "../../domain/report/access-review.ts";
import type { PreviousReview } from "../../domain/report/facts.ts";
import type { ReportFile } from "../../domain/report/pack.ts";
import type { Instant } from "../../domain/time.ts";
import type { ReportEntry, ReportStore, SealedReport } from "../../ports/report-store.ts";
import type { Database } from "./database.ts";
import { transaction } from "./transaction.ts";

interface ReportRow {
  readonly id: string;
  readonly kind: string;
  readonly period: string | null;
  readonly as_of: Instant;
  readonly created_at: Instant;
  readonly manifest: Record<string, unknown>;
}

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

  async list(limit: number, after: string | null): Promise<ReportEntry[]> {
    if (!Number.isInteger(limit) || limit < 1 || limit > 500) {
      throw new Fault("input.invalid", "The limit has to be a whole number from 1 to 500.");
    }
    const { rows } = await this.#database.pool.query<ReportRow>(
      `select id, kind, period, as_of, created_at, manifest from reports
        where $1::text is null or (created_at, id) < (select created_at, id from reports where id = $1)
        order by created_at desc, id desc limit $2`,
      [after, limit],
    );
    return rows.map((row) => ({
      id: row.id,
      kind: row.kind,
      period: row.period,
      asOf: row.as_of,
      createdAt: row.created_at,
      manifest: row.manifest,
    }));
  }

  async file(reportId: string, name: string): Promise<ReportFile | null> {
    const { rows } = await this.#database.pool.query<{
      name: string;
      media_type: string;
      content: string;
    }>("select name, media_type, content from report_files where report_id = $1 and name = $2", [
      reportId,
      name,
    ]);
    const [row] = rows;
    return row === undefined
      ? null
      : { name: row.name, mediaType: row.media_type, content: row.content };
  }
}
