/**
 * The nearest plain way to keep trail records: one table with the columns that are asked for, the whole record as jsonb and three indexes,
 * filled by COPY from rows that are ready in memory. Nothing is redacted, checked, hashed or deduplicated, and a record that comes twice is
 * left out beforehand, because it would end the COPY.
 */
import { isIPv4 } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";

export const NATURAL = "natural_events";

const TABLE = `
  create table ${NATURAL} (
    event_id uuid primary key, event_time timestamptz, event_name text, event_source text, user_id text, credential_id text,
    source_ip inet, account_id text, role_name text, error_code text, raw jsonb);
  create index on ${NATURAL} (user_id, event_time);
  create index on ${NATURAL} (credential_id);
  create index on ${NATURAL} (event_time);`;

export type CopyFormat = "text" | "binary";

/** Rows in the bytes of both formats, in as many parts as there are connections. */
export interface NaturalRows {
  readonly rows: number;
  readonly parts: Readonly<Record<CopyFormat, readonly Buffer[]>>;
}

type Columns = readonly (string | null)[];

/** `raw` is the record as CloudTrail wrote it. */
function columnsOf(raw: string): Columns {
  const record = JSON.parse(raw) as {
    readonly eventID: string;
    readonly eventTime: string;
    readonly eventName: string;
    readonly eventSource: string;
    readonly sourceIPAddress: string;
    readonly recipientAccountId: string;
    readonly errorCode?: string;
    readonly userIdentity: {
      readonly credentialId?: string;
      readonly onBehalfOf?: { readonly userId: string };
      readonly sessionContext?: { readonly sessionIssuer: { readonly userName: string } };
    };
  };
  const { userIdentity } = record;
  return [
    record.eventID,
    record.eventTime,
    record.eventName,
    record.eventSource,
    userIdentity.onBehalfOf?.userId ?? null,
    userIdentity.credentialId ?? null,
    record.sourceIPAddress,
    record.recipientAccountId,
    userIdentity.sessionContext?.sessionIssuer.userName ?? null,
    record.errorCode ?? null,
    raw,
  ];
}

function textRow(columns: Columns): string {
  return columns.map((value) => value?.replaceAll("\\", "\\\\") ?? "\\N").join("\t");
}

const POSTGRES_EPOCH = Date.UTC(2000, 0, 1);

/** A 16-bit group of an IPv6 address in each place; addresses of the corpus have one `::`. */
function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from([2, 32, 0, 4, ...address.split(".").map(Number)]);
  const [head = "", tail = ""] = address.split("::");
  const [before, behind] = [head, tail].map((part) =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)),
  ) as [number[], number[]];
  const zeros = Array<number>(8 - before.length - behind.length).fill(0);
  const groups = [...before, ...zeros, ...behind];
  return Buffer.from([3, 128, 0, 16, ...groups.flatMap((group) => [group >> 8, group & 255])]);
}

function binaryField(value: string, place: number): Buffer {
  if (place === 0) return Buffer.from(value.replaceAll("-", ""), "hex");
  if (place === 6) return addressBytes(value);
  if (place === 10) return Buffer.concat([Buffer.from([1]), Buffer.from(value)]);
  if (place !== 1) return Buffer.from(value);
  const time = Buffer.alloc(8);
  time.writeBigInt64BE(BigInt(Date.parse(value) - POSTGRES_EPOCH) * 1_000n);
  return time;
}

/** Postgres: COPY, file formats, binary format. */
function binaryRow(columns: Columns): Buffer {
  const count = Buffer.alloc(2);
  count.writeInt16BE(columns.length);
  const fields = columns.flatMap((value, place) => {
    const length = Buffer.alloc(4);
    if (value === null) {
      length.writeInt32BE(-1);
      return [length];
    }
    const bytes = binaryField(value, place);
    length.writeInt32BE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat([count, ...fields]);
}

const HEADER = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
const TRAILER = Buffer.from([0xff, 0xff]);

export function naturalRows(records: readonly string[], connections: number): NaturalRows {
  const rows = new Map<string, Columns>();
  for (const raw of records) {
    const columns = columnsOf(raw);
    if (!rows.has(columns[0]!)) rows.set(columns[0]!, columns);
  }
  const all = [...rows.values()];
  const each = Math.ceil(all.length / connections);
  const shares = Array.from({ length: connections }, (_, at) =>
    all.slice(at * each, (at + 1) * each),
  );
  return {
    rows: all.length,
    parts: {
      text: shares.map((share) => Buffer.from(`${share.map(textRow).join("\n")}\n`)),
      binary: shares.map((share) => Buffer.concat([HEADER, ...share.map(binaryRow), TRAILER])),
    },
  };
}

export async function makeNatural(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(TABLE);
  await client.end();
}

/** One connection a part, all at once; each part is one transaction. */
export async function copyNatural(
  url: string,
  format: CopyFormat,
  { parts }: NaturalRows,
): Promise<void> {
  await Promise.all(
    parts[format].map(async (part) => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const copy = copyFrom(`copy ${NATURAL} from stdin (format ${format})`);
      await pipeline(Readable.from(pieces(part)), client.query(copy));
      await client.end();
    }),
  );
}

function* pieces(buffer: Buffer): Generator<Buffer> {
  const size = 1024 * 1024;
  for (let from = 0; from < buffer.length; from += size) yield buffer.subarray(from, from + size);
}
