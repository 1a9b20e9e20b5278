/** A trail's bucket and the queue that announces its objects. They read and acknowledge; nothing in AWS is changed through them. */
import type { Fault } from "../../domain/fault.ts";
import type { TrailFacts } from "../../domain/trail/trail-settings.ts";

export interface ListedObject {
  readonly key: string;
  /** Without quotes. */
  readonly etag: string;
  readonly bytes: number;
}

/** What became of reading one object. A trouble of the whole bucket is thrown instead. */
export type ObjectRead =
  | {
      readonly outcome: "read";
      readonly bytes: Uint8Array;
      readonly etag: string;
      readonly versionId: string | null;
    }
  /** It has more bytes than the caller was ready for; nothing of it was read. */
  | { readonly outcome: "larger"; readonly bytes: number }
  | { readonly outcome: "gone" }
  /** Another content stands under the key than the one that was asked for. */
  | { readonly outcome: "changed" }
  | { readonly outcome: "failing"; readonly fault: Fault };

export interface TrailBucket {
  readonly name: string;
  /** Where `AWSLogs/` stands: empty, or it ends with a slash. */
  readonly prefix: string;
  /** The folders directly below a prefix, each with its slash at the end. Throws a fault where the bucket cannot be listed. */
  folders(prefix: string): Promise<string[]>;
  /** Pages of the objects below a prefix, in the order of their keys. Throws as `folders`. */
  objects(prefix: string): AsyncIterable<readonly ListedObject[]>;
  /** The content whose ETag is given, whatever stands there where it is empty; at most so many bytes. */
  read(key: string, etag: string, atMostBytes: number): Promise<ObjectRead>;
}

export interface QueueMessage {
  /** What a deletion needs. */
  readonly receipt: string;
  readonly body: string;
}

export interface TrailQueue {
  readonly name: string;
  /** At most ten messages; waits at most so many seconds for the first. Messages may come twice. */
  receive(waitSeconds: number, signal?: AbortSignal): Promise<QueueMessage[]>;
  delete(messages: readonly QueueMessage[]): Promise<void>;
  /** About how many messages wait to be received. */
  waiting(): Promise<number>;
}

/** What AWS says of the trails that write to the bucket, and how late it is there. */
export interface TrailInspector {
  facts(): Promise<TrailFacts>;
}
