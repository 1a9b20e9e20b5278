/**
 * A process of its own that uses the built-in Postgres of a data directory: what the tests start, kill and signal.
 * Prints one JSON line when it holds its share; a line on stdin makes it give the share back and end; SIGINT and SIGTERM it ignores.
 */
import { once } from "node:events";
import { startOrJoinPostgres } from "#core/platform/embedded-postgres";

process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);

try {
  const share = await startOrJoinPostgres({ dataDirectory: process.argv[2]!, durability: "off" });
  const { url, location, started } = share;
  process.stdout.write(`${JSON.stringify({ url, location, started })}\n`);
  await once(process.stdin, "data");
  await share.release();
  process.exit(0);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ fault: (error as Error).message })}\n`);
  process.exit(3);
}
