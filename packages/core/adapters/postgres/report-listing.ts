/** Sealed reports as they are shown: listed newest first, one with its manifest, a file with its bytes. It writes nothing. */
import type { Instant } from "../../domain/time.ts";
import type { Database } from "./database.ts";

export interface ReportFileSummary {
  readonly name: string;
  readonly mediaType: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface ReportSummary {
  readonly id: string;
  readonly kind: string;
  /** The week it is about, `2026-W47`; null for one made by hand. */
  readonly period: string | null;
  readonly asOf: Instant;
  readonly createdAt: Instant;
  readonly files: readonly ReportFileSummary[];
}

export interface SealedReport extends ReportSummary {
  readonly manifest: Readonly<Record<string, unknown>>;
}

const COLUMNS = `r.id, r.kind, r.period, r.as_of as "asOf", r.created_at as "createdAt", r.manifest,
  coalesce((select jsonb_agg(jsonb_build_object('name', f.name, 'mediaType', f.media_type, 'sha256', f.sha256,
                                                'bytes', f.bytes) order by f.name)
              from report_files f where f.report_id = r.id), '[]'::jsonb) as files`;

export class PostgresReportListing {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** At most `limit`, newest first; after the report with this place. */
  async list(
    limit: number,
    after: { readonly createdAt: Instant; readonly id: string } | null,
  ): Promise<ReportSummary[]> {
    const { rows } = await this.#database.pool.query<SealedReport>(
      `select ${COLUMNS} from reports r
        where $1::timestamptz is null or (r.created_at, r.id) < ($1, $2)
        order by r.created_at desc, r.id desc limit $3`,
      [after?.createdAt ?? null, after?.id ?? null, limit],
    );
    return rows.map(({ manifest: _manifest, ...summary }) => summary);
  }

  /** Null when there is none. */
  async find(id: string): Promise<SealedReport | null> {
    const { rows } = await this.#database.pool.query<SealedReport>(
      `select ${COLUMNS} from reports r where r.id = $1`,
      [id],
    );
    return rows[0] ?? null;
  }

  /** As it was sealed; null when there is no such file. */
  async file(
    id: string,
    name: string,
  ): Promise<{
    readonly mediaType: string;
    readonly sha256: string;
    readonly content: string;
  } | null> {
    const { rows } = await this.#database.pool.query(
      `select media_type as "mediaType", sha256, content from report_files where report_id = $1 and name = $2`,
      [id, name],
    );
    return rows[0] ?? null;
  }
}
