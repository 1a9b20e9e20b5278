/** The one sentence for a database that does not answer. It names host, port and database, and never a password. */
import { Fault } from "#core/domain/fault";

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

/** The fault `postgres.unreachable` for a failed connection to `url`. */
export function databaseUnreachable(url: string, error: unknown): Fault {
  return new Fault(
    "postgres.unreachable",
    `The database ${placeIn(url)} cannot be used (${reasonOf(error)}): start it, or correct DATABASE_URL.`,
    { cause: error },
  );
}
