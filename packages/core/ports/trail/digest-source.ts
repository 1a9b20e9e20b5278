/** Where digests, the files they name and the public keys come from: a bucket, or a copy of one in a folder. Reads only. */
import type { FoundLog } from "../../domain/digest/files.ts";
import type { DigestFile } from "../../domain/digest/open.ts";
import type { DigestKey } from "../../domain/digest/signature.ts";
import type { DigestPlace } from "../../domain/digest/verdict.ts";
import type { Instant } from "../../domain/time.ts";

/** The digests of one account and Region, at one place of the source. */
export interface DigestRoot extends DigestPlace {
  /** What the keys of its digests begin with; in a copy the folder that holds them. */
  readonly root: string;
}

/** A file by the name that its source has for it. */
export interface TrailAddress {
  /** Null in a copy. */
  readonly bucket: string | null;
  /** In a copy: from `AWSLogs/` on. */
  readonly key: string;
}

export interface DigestSource {
  /** Every place that has digests, in a fixed order. */
  roots(): Promise<DigestRoot[]>;
  /** Digests that end in `(from, to]`, day by day. Null: no bound. */
  digests(root: DigestRoot, from: Instant | null, to: Instant | null): AsyncIterable<TrailAddress>;
  /** Null when it is gone since it was listed. Throws a fault when it cannot be read. */
  digest(root: DigestRoot, key: string): Promise<DigestFile | null>;
  /** Log files of the place delivered in `[from, to)`, day by day. Null: no bound. */
  logs(root: DigestRoot, from: Instant | null, to: Instant | null): AsyncIterable<TrailAddress>;
  /** Reads a log file that a digest names, in constant memory. Throws a fault when it cannot be read. */
  log(root: DigestRoot, bucket: string, key: string): Promise<FoundLog>;
  /** AWS's public keys of a Region that were in use between two instants; none when they are not at hand. */
  publicKeys(region: string, from: Instant, to: Instant): Promise<DigestKey[]>;
}
