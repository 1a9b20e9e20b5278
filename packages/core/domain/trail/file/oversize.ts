/** A record that is too large to be held: hashed and shown by its beginning while it passes. Memory stays bounded whatever its size. */
import { createHash, type Hash } from "node:crypto";
import { undecodableText, type DecodedRecord } from "../decode.ts";

/** Bytes that one record may have. AWS: CloudTrail User Guide, quotas: an event has at most 256 KB, 1 MB in CloudTrail Lake. */
export const LARGEST_RECORD = 16 * 1024 * 1024;

const EXCERPT = 8 * 1024;

export class Oversize {
  readonly #hash: Hash = createHash("sha256");
  #head: Buffer;

  constructor(head: Buffer) {
    this.#head = Buffer.from(head.subarray(0, EXCERPT));
    this.#hash.update(head);
  }

  add(piece: Buffer): void {
    if (this.#head.length < EXCERPT) {
      this.#head = Buffer.concat([this.#head, piece.subarray(0, EXCERPT - this.#head.length)]);
    }
    this.#hash.update(piece);
  }

  /** Undecodable, with the hash of the whole and the beginning of its text. */
  judged(): DecodedRecord {
    const reason = `larger than ${LARGEST_RECORD / 1024 / 1024} MiB`;
    const beginning = undecodableText(this.#head, reason);
    return { ...beginning, recordSha256: this.#hash.digest("hex") } as DecodedRecord;
  }
}
