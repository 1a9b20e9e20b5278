/**
 * The vocabulary of the bucket: what S3 tells of an object, and what a bucket reads through to.
 * Entity tags are opaque here, as those of an encrypted bucket are: equal tags mean equal bytes under one key, and no more.
 */
import { createHash } from "node:crypto";

/** What a listing tells of an object. */
export interface ListedObject {
  readonly key: string;
  /** Bytes as stored. */
  readonly size: number;
  /** Without the quotes that HTTP puts around it. */
  readonly etag: string;
  readonly versionId: string;
  /** Epoch milliseconds. */
  readonly lastModified: number;
}

/** An object with its content; metadata names are without `x-amz-meta-`. */
export interface StoredObject extends ListedObject {
  readonly bytes: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Objects that somebody else keeps and that a bucket shows as its own. */
export interface ObjectSource {
  /** Another text whenever other keys may be there. */
  version(): string;
  /** Every key with this prefix, in any order. */
  keys(prefix: string): string[];
  describe(key: string): ListedObject | null;
  read(key: string): Promise<StoredObject | null>;
}

/** A tag or version id that depends on nothing but its parts. */
export function opaqueId(...parts: (string | number)[]): string {
  return createHash("md5").update(parts.join(" ")).digest("hex");
}
