/** Rows of the tables that the ledger reads, as ingest and digest validation write them. */
import type { TestDatabase } from "#test/support/database";

export const OWNER = "111122223333";
export const MEMBER = "444455556666";
export const REGION = "eu-west-1";
export const BUCKET = "example-trail";

export const at = (time: string) => `2026-03-10T${time}:00.000Z`;

/** A row of `coverage` whose hours are given as texts of ranges. */
export async function addPlace(
  { pool }: TestDatabase,
  hours: readonly (readonly [string, string])[],
  { source = "s3", accountId = OWNER, region = REGION, first = hours[0]![0], last = "11:58" } = {},
): Promise<void> {
  const seen = `{${hours.map(([from, to]) => `[${at(from)},${at(to)})`).join(",")}}`;
  await pool.query(
    `insert into coverage (source, account_id, region, first_event_at, last_event_at, hours_seen, records, last_received_at)
     values ($1, $2, $3, $4, $5, $6::tstzmultirange, 10, $7)`,
    [source, accountId, region, at(first), at(last), seen, at("11:59")],
  );
}

/** An hourly digest; its key is its beginning. */
export async function addDigest(
  { pool }: TestDatabase,
  from: string,
  to: string,
  verdict: "valid" | "invalid" | "unconfirmed" = "valid",
  backfill = false,
): Promise<string> {
  const key = `digest-${from}${backfill ? "-backfill" : ""}`;
  await pool.query(
    `insert into trail_digests (bucket, key, account_id, region, starts_at, ends_at, backfill, verdict, reason, previous_key, checked_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, null, $10)`,
    [
      BUCKET,
      key,
      OWNER,
      REGION,
      at(from),
      at(to),
      backfill,
      verdict,
      verdict === "valid" ? null : "Its signature does not match.",
      at("12:00"),
    ],
  );
  return key;
}

export const logKey = (delivered: string) =>
  `AWSLogs/o-example/${OWNER}/CloudTrail/${REGION}/2026/03/10/${OWNER}_CloudTrail_${REGION}_20260310T${delivered.replace(":", "")}Z_abcdefgh12345678.json.gz`;

export async function addVerdict(
  { pool }: TestDatabase,
  delivered: string,
  digestKey: string | null,
  verdict: "valid" | "invalid" | "missing" | "no-digest" = "valid",
  expectedSha256 = `sha-${delivered}`,
): Promise<void> {
  await pool.query(
    `insert into trail_file_verdicts (bucket, key, account_id, region, digest_key, expected_sha256, verdict, reason, checked_at)
     values ($1, $2, $3, $4, $5, $6, $7, null, $8)`,
    [BUCKET, logKey(delivered), OWNER, REGION, digestKey, expectedSha256, verdict, at("12:00")],
  );
}

export async function addObject(
  { pool }: TestDatabase,
  delivered: string,
  state: string,
  problem: string | null = null,
): Promise<void> {
  await pool.query(
    `insert into trail_objects (bucket, key, etag, account_id, region, delivered_at, announced_by, state, problem, seen_at)
     values ($1, $2, 'etag', $3, $4, $5, 'listing', $6, $7, $5)`,
    [BUCKET, logKey(delivered), OWNER, REGION, at(delivered), state, problem],
  );
}

export async function addFileRead(
  { pool }: TestDatabase,
  unpackedSha256: string,
  completed = true,
): Promise<void> {
  await pool.query(
    `insert into trail_files (sha256, unpacked_sha256, path, bytes, records, position, completed_at)
     values ($1, $1, 'a.json.gz', 1, 1, 1, $2)`,
    [unpackedSha256, completed ? at("12:00") : null],
  );
}

export async function addSource(
  { pool }: TestDatabase,
  source: string,
  problem: string | null,
  since: string | null,
): Promise<void> {
  await pool.query(
    `insert into source_states (source, checked_at, healthy_at, problem_code, problem, failing_since)
     values ($1, $2, $2, $3, $4, $5)`,
    [
      source,
      at("11:59"),
      problem === null ? null : "trail.unreadable",
      problem,
      since === null ? null : at(since),
    ],
  );
}

export async function addWindows(
  { pool }: TestDatabase,
  eventSource: string,
  ...windows: readonly (readonly [string, string])[]
): Promise<void> {
  const read = `{${windows.map(([from, to]) => `[${at(from)},${at(to)})`).join(",")}}`;
  await pool.query(
    "insert into ingest_streams (stream, windows_read) values ($1, $2::tstzmultirange)",
    [`lookup-events/${OWNER}/${REGION}/${eventSource}`, read],
  );
}

export const clear = ({ pool }: TestDatabase) =>
  pool.query(
    "truncate coverage, ingest_streams, trail_digests, trail_file_verdicts, trail_objects, source_states, trail_files cascade",
  );
