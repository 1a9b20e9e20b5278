/** The bytes of a digest file as they lie in a bucket, opened: unpacked, hashed and read. Bounds what a packed file may unfold to. */
import { gunzipSync } from "node:zlib";
import { sha256 } from "../ids.ts";
import type { Instant } from "../time.ts";
import { parseDigest, type Digest } from "./digest.ts";

/** A digest file as a source shows it. */
export interface DigestFile {
  /** Null in a copy, which does not say what bucket it is of. */
  readonly bucket: string | null;
  /** In a copy: the part from `AWSLogs/` on. */
  readonly key: string;
  /** As stored, gzipped. */
  readonly bytes: Uint8Array;
  /** Hex, from the object's metadata (`x-amz-meta-signature`); null when it is not at hand. */
  readonly signature: string | null;
  /** From the object's metadata (`x-amz-meta-backfill-generation-timestamp`); null when it is not at hand. */
  readonly backfillGeneratedAt: Instant | null;
}

export interface OpenedDigest extends Omit<DigestFile, "bytes"> {
  /** Of the unpacked bytes, or of the file's own where it does not unpack. */
  readonly sha256: string;
  /** What it says, or why it cannot be read. */
  readonly content: { readonly digest: Digest } | { readonly problem: string };
}

/** A digest names at most some thousands of files, at 400 bytes each. */
const LARGEST_DIGEST = 64 * 1024 * 1024;

export function openDigest({ bytes, ...file }: DigestFile): OpenedDigest {
  try {
    const unpacked = gunzipSync(bytes, { maxOutputLength: LARGEST_DIGEST });
    return { ...file, sha256: sha256(unpacked), content: parseDigest(unpacked) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const problem =
      code === "ERR_BUFFER_TOO_LARGE"
        ? `it unpacks to more than ${LARGEST_DIGEST / 1024 / 1024} MiB`
        : "it does not unpack whole (it is truncated or damaged)";
    return { ...file, sha256: sha256(bytes), content: { problem } };
  }
}
