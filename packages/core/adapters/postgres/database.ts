/**
 * Opens the product's database: a bounded pool and Drizzle on top of it.
 * Guarantees that a lost connection never ends the process, that no statement, lock wait or forgotten transaction lasts for ever, and that raw queries
 * give numbers and instants as the domain has them. It neither creates nor migrates anything, and does not connect before the first query.
 */
import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import pg from "pg";
import { Fault } from "#core/domain/fault";
import { instant } from "#core/domain/time";

/** Longest run of one statement; the heaviest rebuild of a person stays far below it. */
const STATEMENT_MS = 120_000;
const LOCK_WAIT_MS = 30_000;
const FORGOTTEN_TRANSACTION_MS = 60_000;
const CONNECT_MS = 10_000;

/**
 * What a raw query on `pool` gives: `int8` and `numeric` as number (a `RangeError` where a number would lose digits), `timestamptz` as
 * an `Instant`. Drizzle's own queries follow its column modes instead and give text for untyped `int8`.
 */
export interface Database {
  readonly pool: pg.Pool;
  readonly orm: NodePgDatabase;
  /** Waits for queries that run, then disconnects. Safe to call twice. */
  close(): Promise<void>;
}

/** Digits beyond which decimal text does not survive a double (IEEE 754 binary64). */
const SAFE_DIGITS = 15;

function exactNumber(text: string): number {
  const value = Number(text);
  const digits = text.replace(/^-?0*\.?0*|\./g, "").replace(/0+$/, "").length;
  const safe = Number.isInteger(value) ? Number.isSafeInteger(value) : digits <= SAFE_DIGITS;
  if (!safe || !Number.isFinite(value)) {
    throw new RangeError(`${text} does not fit a number without loss: select it as text`);
  }
  return value;
}

function exactInstant(text: string): string {
  const milliseconds = Date.parse(text);
  if (Number.isNaN(milliseconds))
    throw new RangeError(`${text} is no instant of the years 0000-9999`);
  return instant(milliseconds);
}

function arrayOf(element: (text: string) => unknown): (text: string) => unknown {
  // pg knows how to split array text (1009 is _text); only its elements are ours.
  const split = (pg.types.getTypeParser as (id: number) => (text: string) => unknown)(1009);
  const each = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(each) : typeof value === "string" ? element(value) : value;
  return (text) => each(split(text));
}

const { INT8, NUMERIC, TIMESTAMPTZ } = pg.types.builtins;
// Array types have no names in pg: pg_type.dat lists _int8 as 1016, _numeric as 1231, _timestamptz as 1185.
const PARSERS: ReadonlyMap<number, (text: string) => unknown> = new Map<
  number,
  (text: string) => unknown
>([
  [INT8, exactNumber],
  [NUMERIC, exactNumber],
  [TIMESTAMPTZ, exactInstant],
  [1016, arrayOf(exactNumber)],
  [1231, arrayOf(exactNumber)],
  [1185, arrayOf(exactInstant)],
]);

const TYPES: pg.CustomTypesConfig = {
  getTypeParser: ((id, format) => {
    const ours = format === "binary" ? undefined : PARSERS.get(id);
    return ours ?? pg.types.getTypeParser(id, format);
  }) as typeof pg.types.getTypeParser,
};

/**
 * A pool of at most `maxConnections` connections that show as `applicationName` in `pg_stat_activity`.
 * A server that cannot be reached shows at the first query, as the fault `postgres.unreachable` of `ping`.
 */
export function openDatabase(
  url: string,
  options: { maxConnections: number; applicationName: string },
): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.maxConnections,
    application_name: options.applicationName,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    lock_timeout: LOCK_WAIT_MS,
    idle_in_transaction_session_timeout: FORGOTTEN_TRANSACTION_MS,
    // Instants are read as text, which has to be in one form whatever the server's defaults are.
    // Compiling a plan costs more than any query of ours takes.
    options: "-c TimeZone=UTC -c DateStyle=ISO,YMD -c jit=off",
    types: TYPES,
    allowExitOnIdle: false,
    keepAlive: true,
  });
  // An idle connection that breaks has already left the pool; without a listener the event would end the process.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  let closing: Promise<void> | null = null;
  return { pool, orm: drizzle(pool), close: () => (closing ??= pool.end()) };
}

function placeIn(url: string): string {
  try {
    const { hostname, port, pathname } = new URL(url);
    return `${pathname.slice(1) || "(no database named)"} at ${hostname || "localhost"}:${port || "5432"}`;
  } catch {
    return "named in DATABASE_URL (which is not a URL such as postgres://user:password@host:5432/curfew)";
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return (error.message || (error as NodeJS.ErrnoException).code) ?? error.name;
}

/** The fault `postgres.unreachable`, naming host, port and database and never the password, for a failed connection to `url`. */
export function databaseUnreachable(url: string, error: unknown): Fault {
  return new Fault(
    "postgres.unreachable",
    `The database ${placeIn(url)} cannot be used (${reasonOf(error)}): start it, or correct DATABASE_URL.`,
    { cause: error },
  );
}

/** Resolves when the database answers. Fault: `postgres.unreachable`. */
export async function ping(database: Database, url: string): Promise<void> {
  await database.pool.query("SELECT 1").catch((error: unknown) => {
    throw databaseUnreachable(url, error);
  });
}
