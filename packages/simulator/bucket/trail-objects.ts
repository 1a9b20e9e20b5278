/**
 * What the trail delivered, as objects: its log files and their digests. Guarantees that nothing shows before its delivery by the
 * simulated clock, and that everything of a delivery shows at once. It reads the writer's folder and never changes it.
 */
import { gzipSync } from "node:zlib";
import { HOUR } from "../random.ts";
import { pathOf, type TrailFile } from "../trail/files.ts";
import { DIGEST_DELAY, DigestChain } from "./digest-chain.ts";
import { digestFolder, type Place, type TrailNames } from "./digest-file.ts";
import { TrailFolder, type LogFile } from "./log-file.ts";
import { opaqueId, type ListedObject, type ObjectSource, type StoredObject } from "./objects.ts";
import type { SigningKeys } from "./signing-keys.ts";

export interface TrailObjectsOptions {
  readonly names: TrailNames;
  /** The folder that the trail writer fills. */
  readonly directory: string;
  readonly keys: SigningKeys;
  /** Whether the trail makes digests. */
  readonly digests: boolean;
  /** Simulated time, epoch milliseconds. */
  readonly now: () => number;
}

/** A file delivered by hand. */
export type Delivery = Omit<TrailFile, "organizationId">;

const DIGEST = /^AWSLogs\/[^/]+\/(\d{12})\/CloudTrail-Digest\/([a-z0-9-]+)\//;

export class TrailObjects implements ObjectSource {
  readonly #names: TrailNames;
  readonly #folder: TrailFolder;
  readonly #keys: SigningKeys;
  readonly #digests: boolean;
  readonly #now: () => number;
  readonly #logs = new Map<string, LogFile>();
  readonly #chains = new Map<string, DigestChain>();
  /** Keys of files delivered by hand: whoever delivered them told of them. */
  readonly #byHand = new Set<string>();
  /** How many digests of a chain `arrived` has told of. */
  readonly #told = new Map<DigestChain, number>();

  constructor(options: TrailObjectsOptions) {
    this.#names = options.names;
    this.#folder = new TrailFolder(options.directory, options.names.organizationId);
    this.#keys = options.keys;
    this.#digests = options.digests;
    this.#now = options.now;
  }

  /** How far the trail shows: to where the folder is written, and never beyond now. Where no folder is written: to now. */
  until(): number {
    return Math.min(this.#now(), this.written() ?? Infinity);
  }

  /** How far the folder is written (epoch ms); null where it never was. */
  written(): number | null {
    return this.#folder.deliveredUntil();
  }

  /**
   * Delivers a file that is in no folder and tells it. With `late` it is in no hourly digest but in a backfill digest of its own;
   * else the digest of its hour lists it, which nobody may have read yet.
   */
  deliver(delivery: Delivery, late = false): ListedObject {
    this.#grow();
    const { organizationId } = this.#names;
    const { accountId, region, deliveredAt, records } = delivery;
    const key = pathOf({ organizationId, accountId, region, deliveredAt });
    if (this.#logs.has(key))
      throw new Error(`${key} is delivered already; name another minute, account or Region.`);
    const bytes = gzipSync(JSON.stringify({ Records: records }), { level: 1 });
    const log: LogFile = {
      key,
      accountId,
      region,
      deliveredAt: Math.floor(deliveredAt / 60_000) * 60_000,
      size: () => bytes.length,
      bytes: () => Promise.resolve(bytes),
    };
    if (this.#digests) this.#digest(log, late);
    this.#byHand.add(key);
    this.#logs.set(key, log);
    return listed(log);
  }

  version(): string {
    this.#grow();
    // Hourly digests come at whole steps of the delay, and files delivered by hand at whole minutes.
    return `${Math.floor(this.until() / 60_000)} ${this.#logs.size}`;
  }

  keys(prefix: string): string[] {
    this.#grow();
    const until = this.until();
    const keys: string[] = [];
    for (const log of this.#logs.values())
      if (log.deliveredAt <= until && log.key.startsWith(prefix)) keys.push(log.key);
    for (const chain of this.#chains.values()) {
      const folder = digestFolder(this.#names, chain.place);
      if (!folder.startsWith(prefix) && !prefix.startsWith(folder)) continue;
      for (const key of [...chain.keys(until), ...chain.lateKeys(this.#now())])
        if (key.startsWith(prefix)) keys.push(key);
    }
    return keys;
  }

  describe(key: string): ListedObject | null {
    this.#grow();
    const log = this.#logs.get(key);
    if (log !== undefined) return log.deliveredAt <= this.until() ? listed(log) : null;
    return this.#chainOf(key)?.describe(key, this.#seen(key)) ?? null;
  }

  async read(key: string): Promise<StoredObject | null> {
    this.#grow();
    const log = this.#logs.get(key);
    if (log === undefined) return (await this.#chainOf(key)?.read(key, this.#seen(key))) ?? null;
    if (log.deliveredAt > this.until()) return null;
    return { ...listed(log), bytes: await log.bytes(), metadata: {} };
  }

  /** What the folder got in `(from, to]` (epoch ms), oldest first, and the digests that nobody was told of, where they are wanted. */
  arrived(from: number, to: number, digests: boolean): ListedObject[] {
    this.#grow();
    const arrived: ListedObject[] = [];
    for (const log of this.#logs.values())
      if (log.deliveredAt > from && log.deliveredAt <= to && !this.#byHand.has(log.key))
        arrived.push(listed(log));
    for (const chain of digests ? this.#chains.values() : []) {
      for (const key of chain.keys(to, this.#told.get(chain) ?? chain.count(from))) {
        const one = chain.describe(key, to);
        if (one !== null) arrived.push(one);
      }
      this.#told.set(chain, chain.count(to));
    }
    return arrived.sort((a, b) => a.lastModified - b.lastModified || (a.key < b.key ? -1 : 1));
  }

  /** When the newest file of a Region came, and when the newest hourly digest (epoch ms); null where there is none. */
  latest(region: string): { log: number | null; digest: number | null } {
    this.#grow();
    const until = this.until();
    let log: number | null = null;
    for (const one of this.#logs.values())
      if (one.region === region && one.deliveredAt <= until)
        log = Math.max(log ?? 0, one.deliveredAt);
    const hasDigest = [...this.#chains.values()].some(
      (chain) => chain.place.region === region && chain.count(until) > 0,
    );
    const hour = Math.floor((until - DIGEST_DELAY) / HOUR) * HOUR;
    return { log, digest: hasDigest ? hour + DIGEST_DELAY : null };
  }

  #digest(log: LogFile, late: boolean): void {
    const isFirst = !this.#chains.has(placeOf(log));
    const chain = this.#chain(log);
    if (late) chain.addLate(log, this.#now());
    else chain.add(log);
    // A chain that begins with this file has told of no digest yet, however long ago the file was delivered.
    if (isFirst) this.#told.set(chain, 0);
  }

  /** Backfill digests come at once, whatever the folder's writer has reached. */
  #seen(key: string): number {
    return key.endsWith("_backfill.json.gz") ? this.#now() : this.until();
  }

  #grow(): void {
    for (const log of this.#folder.grown()) {
      this.#logs.set(log.key, log);
      if (this.#digests) this.#chain(log).add(log);
    }
  }

  #chain(log: LogFile): DigestChain {
    const { accountId, region } = log;
    const place = placeOf(log);
    const chain =
      this.#chains.get(place) ?? new DigestChain(this.#names, { accountId, region }, this.#keys);
    this.#chains.set(place, chain);
    return chain;
  }

  #chainOf(key: string): DigestChain | undefined {
    const [, accountId, region] = DIGEST.exec(key) ?? [];
    if (accountId === undefined || region === undefined) return undefined;
    return this.#chains.get(placeOf({ accountId, region }));
  }
}

function placeOf({ accountId, region }: Place): string {
  return `${accountId} ${region}`;
}

function listed(log: LogFile): ListedObject {
  const { key, deliveredAt: lastModified } = log;
  const size = log.size();
  return { key, size, lastModified, etag: opaqueId(key, size), versionId: opaqueId("first", key) };
}
