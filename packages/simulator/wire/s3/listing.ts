/**
 * ListObjectsV2: pages of keys in order, grouped by a delimiter where one is given. A continuation token names the last key or
 * group that was answered, so a bucket that grows meanwhile skips and repeats nothing that stayed; as with S3 it is no snapshot.
 */
import type { Bucket } from "../../bucket/bucket.ts";
import { boundTo, openToken, sealToken } from "../http/paging.ts";
import { InvalidPageToken, WireError } from "../http/wire-error.ts";
import { document, type Elements } from "./xml.ts";

export const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";
/** AWS: ListObjectsV2 API reference. */
const PAGE_MOST = 1_000;

interface Asked {
  prefix: string;
  delimiter: string;
  size: number;
  /** The last key or group of the page before, or where to start; what is not greater is left out. */
  after: string;
  encode: (text: string) => string;
}

interface Row {
  /** The key, or the group that stands for it. */
  name: string;
  group: boolean;
}

/** The answer to a listing with these query parameters. */
export function listObjects(bucket: Bucket, query: URLSearchParams): string {
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const url = query.get("encoding-type") === "url";
  const binding = boundTo([bucket.name, prefix, delimiter]);
  const token = query.get("continuation-token");
  const encode = url ? encodedKey : (text: string) => text;
  const asked: Asked = {
    prefix,
    delimiter,
    size: pageSize(query.get("max-keys")),
    after: token === null ? (query.get("start-after") ?? "") : opened(binding, token),
    encode,
  };
  const { rows, more } = pageOf(bucket.list(prefix), asked);
  const last = rows.at(-1);
  return document(
    "ListBucketResult",
    {
      Name: bucket.name,
      Prefix: encode(prefix),
      Delimiter: delimiter === "" ? undefined : encode(delimiter),
      StartAfter: query.has("start-after") ? encode(query.get("start-after") ?? "") : undefined,
      KeyCount: rows.length,
      MaxKeys: asked.size,
      EncodingType: url ? "url" : undefined,
      IsTruncated: more,
      ContinuationToken: token ?? undefined,
      NextContinuationToken: more && last !== undefined ? sealToken(binding, last.name) : undefined,
      Contents: rows
        .filter((row) => !row.group)
        .flatMap((row) => contents(bucket, row.name, asked)),
      CommonPrefixes: rows.filter((row) => row.group).map((row) => ({ Prefix: encode(row.name) })),
    },
    NAMESPACE,
  );
}

function pageOf(keys: readonly string[], asked: Asked): { rows: Row[]; more: boolean } {
  const rows: Row[] = [];
  if (asked.size === 0) return { rows, more: false };
  for (let at = firstAfter(keys, asked.after); at < keys.length; at++) {
    const row = rowOf(keys[at] ?? "", asked);
    // A group is answered once, and not at all when it is not greater than where the page begins. AWS: ListObjectsV2, CommonPrefixes.
    if (row.group && (row.name <= asked.after || row.name === rows.at(-1)?.name)) continue;
    if (rows.length === asked.size) return { rows, more: true };
    rows.push(row);
  }
  return { rows, more: false };
}

function rowOf(key: string, { prefix, delimiter }: Asked): Row {
  const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
  return end < 0
    ? { name: key, group: false }
    : { name: key.slice(0, end + delimiter.length), group: true };
}

/** The index of the first key that is greater. */
function firstAfter(keys: readonly string[], after: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? "") <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

function contents(bucket: Bucket, key: string, { encode }: Asked): Elements[] {
  const found = bucket.describe(key);
  if (found === null) return [];
  return [
    {
      Key: encode(key),
      LastModified: new Date(found.lastModified).toISOString(),
      ETag: `"${found.etag}"`,
      Size: found.size,
      StorageClass: "STANDARD",
    },
  ];
}

function pageSize(asked: string | null): number {
  if (asked === null) return PAGE_MOST;
  if (!/^\d{1,9}$/.test(asked))
    throw new WireError("InvalidArgument", "max-keys must be a whole number from 0.");
  return Math.min(Number(asked), PAGE_MOST);
}

function opened(binding: string, token: string): string {
  try {
    return openToken(binding, token);
  } catch (error) {
    if (!(error instanceof InvalidPageToken)) throw error;
    throw new WireError("InvalidArgument", "The continuation token provided is incorrect");
  }
}

/** As S3 encodes keys: a slash stays, a space becomes a plus. */
export function encodedKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll("%2F", "/")
    .replaceAll("%20", "+")
    .replaceAll(/[!'()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
