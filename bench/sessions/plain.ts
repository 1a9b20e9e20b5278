/**
 * The plain ways that a rebuild is held to: SQL windows over a narrow table, and DuckDB's `read_json` over the files. Both begin a session
 * after half an hour of a person's silence; they know nothing of kinds, links or ends, and write nothing.
 */
import { cpus } from "node:os";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Database } from "../../packages/core/adapters/postgres/database.ts";

const NARROW = "narrow_events";

/** What a sessionising query needs of a record, and nothing else. */
interface NarrowRow {
  readonly id: string;
  readonly happened: string;
  readonly person: string;
  readonly address: string;
}

function narrowRow(text: string): NarrowRow {
  const record = JSON.parse(text) as {
    readonly eventID: string;
    readonly eventTime: string;
    readonly sourceIPAddress: string;
    readonly requestParameters?: { readonly roleSessionName?: string } | null;
    readonly userIdentity: {
      readonly principalId?: string;
      readonly onBehalfOf?: { readonly userId: string };
    };
  };
  const { userIdentity, requestParameters } = record;
  return {
    id: record.eventID,
    happened: record.eventTime,
    person:
      userIdentity.onBehalfOf?.userId ??
      requestParameters?.roleSessionName ??
      userIdentity.principalId?.split(":")[1] ??
      "",
    address: record.sourceIPAddress,
  };
}

/** Each record once, with the index that the window wants; analysed, as a table in use is. */
export async function makeNarrow({ pool }: Database, records: readonly string[]): Promise<void> {
  await pool.query(`drop table if exists ${NARROW}`);
  await pool.query(
    `create table ${NARROW} (id uuid primary key, happened timestamptz not null, person text not null, address text not null)`,
  );
  for (let from = 0; from < records.length; from += 10_000) {
    await pool.query(
      `insert into ${NARROW} select id, happened, person, address
         from jsonb_to_recordset($1::jsonb) as r(id uuid, happened timestamptz, person text, address text)
       on conflict do nothing`,
      [JSON.stringify(records.slice(from, from + 10_000).map(narrowRow))],
    );
  }
  await pool.query(`create index on ${NARROW} (person, happened)`);
  await pool.query(`vacuum analyze ${NARROW}`);
}

const windows = (rows: string): string => `
  with marked as (
    select person, address,
           case when happened - lag(happened) over (partition by person order by happened) <= interval '30 minutes' then 0 else 1 end as begins,
           happened
      from ${rows}),
  numbered as (
    select person, address, happened, sum(begins) over (partition by person order by happened rows unbounded preceding) as session from marked)
  select count(*) as sessions from (
    select person, session, min(happened), max(happened), count(*), count(distinct address) from numbered group by person, session) s`;

export async function sessionsByWindows({ pool }: Database): Promise<number> {
  const { rows } = await pool.query<{ sessions: number }>(windows(NARROW));
  return rows[0]!.sessions;
}

const RECORD = `STRUCT(
  eventID VARCHAR, eventTime VARCHAR, sourceIPAddress VARCHAR, requestParameters STRUCT(roleSessionName VARCHAR),
  userIdentity STRUCT(principalId VARCHAR, onBehalfOf STRUCT(userId VARCHAR)))`;

const READ = (pattern: string): string => `(
  select distinct r.eventID as id, r.eventTime::timestamptz as happened, r.sourceIPAddress as address,
         coalesce(r.userIdentity.onBehalfOf.userId, r.requestParameters.roleSessionName,
                  split_part(r.userIdentity.principalId, ':', 2)) as person
    from (select unnest(Records) as r
            from read_json('${pattern}', format = 'unstructured', maximum_object_size = 16777216,
                           columns = {Records: '${RECORD}[]'}))) records`;

export async function sessionsByDuckDb(folder: string): Promise<number> {
  const instance = await DuckDBInstance.create(":memory:", { threads: String(cpus().length) });
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(windows(READ(`${folder}/*.json.gz`)));
    return Number(reader.getRows()[0]![0]);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
