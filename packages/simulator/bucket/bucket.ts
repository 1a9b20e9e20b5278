/**
 * The bucket of the organisation's trail: what was put into it by hand over what the trail delivered. Guarantees that a replaced
 * object has another ETag and version, that a removed one is gone from lists and reads, and that the files on disk stay untouched.
 * What is put or removed is known to this process alone.
 */
import { createHash } from "node:crypto";
import { opaqueId, type ListedObject, type ObjectSource, type StoredObject } from "./objects.ts";

export interface BucketOptions {
  readonly name: string;
  readonly region: string;
  /** Shown wherever nothing was put or removed. */
  readonly source: ObjectSource;
  /** Simulated time, epoch milliseconds. */
  readonly now: () => number;
}

/** What a put may say beside the bytes. */
export interface PutOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  /** Epoch milliseconds; now unless told. */
  readonly lastModified?: number;
}

export class Bucket {
  readonly name: string;
  readonly region: string;
  readonly #source: ObjectSource;
  readonly #now: () => number;
  /** Null where an object of the source was removed. */
  readonly #own = new Map<string, StoredObject | null>();
  readonly #listeners = new Set<(created: ListedObject) => void>();
  #versions = 0;
  #listed: { prefix: string; version: string; keys: string[] } | null = null;

  constructor(options: BucketOptions) {
    this.name = options.name;
    this.region = options.region;
    this.#source = options.source;
    this.#now = options.now;
  }

  /** Tells of every object that is put from now on, before `put` returns. */
  onCreated(listener: (created: ListedObject) => void): void {
    this.#listeners.add(listener);
  }

  /** Stores an object under a new version, whatever was there. */
  put(key: string, bytes: Buffer, options: PutOptions = {}): StoredObject {
    const stored = this.#store(key, bytes, options.metadata ?? {}, options.lastModified);
    this.announce(stored);
    return stored;
  }

  /** Tells the listeners of an object that is there now. */
  protected announce(created: ListedObject): void {
    for (const listener of this.#listeners) listener(created);
  }

  /** Puts other bytes under a key that exists; its metadata stays unless other is given. */
  async replace(key: string, bytes: Buffer, options: PutOptions = {}): Promise<StoredObject> {
    const before = await this.#mustGet(key);
    return this.put(key, bytes, { metadata: before.metadata, ...options });
  }

  /** Stores the same bytes under another version and ETag, and tells nobody: what an overwrite between list and get looks like. */
  async overwrite(key: string): Promise<StoredObject> {
    const { bytes, metadata } = await this.#mustGet(key);
    return this.#store(key, bytes, metadata, undefined);
  }

  /** Takes an object away; one that is not there stays away. */
  remove(key: string): void {
    this.#versions += 1;
    this.#own.set(key, null);
  }

  /** Null when there is no such object now. */
  async get(key: string): Promise<StoredObject | null> {
    const own = this.#own.get(key);
    return own === undefined ? this.#source.read(key) : own;
  }

  describe(key: string): ListedObject | null {
    const own = this.#own.get(key);
    return own === undefined ? this.#source.describe(key) : own;
  }

  /** Every key with this prefix, in the order of a listing (S3: by UTF-8 bytes; here by UTF-16 units, the same for all but emoji). */
  list(prefix = ""): readonly string[] {
    const version = `${this.#source.version()} ${this.#versions}`;
    if (this.#listed?.prefix === prefix && this.#listed.version === version)
      return this.#listed.keys;
    const keys = this.#source.keys(prefix).filter((key) => !this.#own.has(key));
    for (const [key, own] of this.#own) if (own !== null && key.startsWith(prefix)) keys.push(key);
    keys.sort();
    this.#listed = { prefix, version, keys };
    return keys;
  }

  async #mustGet(key: string): Promise<StoredObject> {
    const found = await this.get(key);
    if (found === null)
      throw new Error(`The bucket ${this.name} has no object ${key}; put it there first.`);
    return found;
  }

  #store(
    key: string,
    bytes: Buffer,
    metadata: Readonly<Record<string, string>>,
    lastModified = this.#now(),
  ): StoredObject {
    this.#versions += 1;
    const content = createHash("md5").update(bytes).digest("hex");
    const versionId = opaqueId("version", key, this.#versions);
    const stored: StoredObject = {
      key,
      bytes,
      metadata,
      lastModified,
      size: bytes.length,
      etag: opaqueId(content, versionId),
      versionId,
    };
    this.#own.set(key, stored);
    return stored;
  }
}
