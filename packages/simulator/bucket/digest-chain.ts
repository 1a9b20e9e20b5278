/**
 * The digests of one account and Region: an hour each from the first log file on, hours without files too, and a chain of its own
 * for files that came after their hour's digest. Guarantees that every process of a directory makes the same bytes of the same files.
 * A digest is signed when somebody reads it or one of its successors, never before: a history has thousands that nobody asks for.
 */
import { createHash, sign } from "node:crypto";
import { promisify } from "node:util";
import { HOUR, MINUTE } from "../random.ts";
import {
  digestBytes, digestDocument, digestKey, digestSize, readDigestKey, stringToSign,
  toSecond, type DigestedLog, type Place, type Predecessor, type TrailNames,
} from "./digest-file.ts"; // prettier-ignore
import { digested, type LogFile } from "./log-file.ts";
import { opaqueId, type ListedObject, type StoredObject } from "./objects.ts";
import type { SigningKey, SigningKeys } from "./signing-keys.ts";

const signed = promisify(sign);

/** A digest comes so long after its hour: nothing of that hour is delivered later. */
export const DIGEST_DELAY = 5 * MINUTE;

/** What is known of a digest before it is signed. */
interface Outline {
  key: string;
  start: number;
  end: number;
  lastModified: number;
  logs: readonly LogFile[];
  /** Metadata beside the signature. */
  more: Readonly<Record<string, string>>;
}

/** Digests that name each other backwards. */
class Sequence {
  readonly #names: TrailNames;
  readonly #place: Place;
  readonly #key: () => Promise<SigningKey>;
  readonly #outline: (n: number) => Outline;
  readonly #made: Predecessor[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    names: TrailNames,
    place: Place,
    key: () => Promise<SigningKey>,
    outline: (n: number) => Outline,
  ) {
    this.#names = names;
    this.#place = place;
    this.#key = key;
    this.#outline = outline;
  }

  /** How many are signed: these never change again. */
  get signed(): number {
    return this.#made.length;
  }

  describe(n: number): ListedObject {
    const { key, start, end, lastModified, logs } = this.#outline(n);
    const previousKey = n === 0 ? null : this.#outline(n - 1).key;
    const logKeys = logs.map((log) => log.key);
    const size = digestSize(this.#names, { ...this.#place, key, start, end, previousKey, logKeys });
    return {
      key,
      size,
      lastModified,
      etag: opaqueId(key, size),
      versionId: opaqueId("first", key),
    };
  }

  async read(n: number): Promise<StoredObject> {
    const turn = this.#turn.then(async () => {
      while (this.#made.length < n) await this.#document(this.#made.length);
      return this.#document(n);
    });
    this.#turn = turn.catch(() => undefined);
    const { document, signature } = await turn;
    const metadata = {
      signature,
      "signature-algorithm": "SHA256withRSA",
      ...this.#outline(n).more,
    };
    return { ...this.describe(n), bytes: digestBytes(document), metadata };
  }

  async #document(n: number): Promise<{ document: string; signature: string }> {
    const key = await this.#key();
    const outline = this.#outline(n);
    const logs: DigestedLog[] = [];
    for (const log of outline.logs) logs.push(await digested(log));
    const content = {
      ...this.#place,
      ...outline,
      fingerprint: key.fingerprint,
      previous: this.#made[n - 1] ?? null,
      logs,
    };
    const document = digestDocument(this.#names, content);
    const known = this.#made[n];
    if (known !== undefined) return { document, signature: known.signature };
    const hash = createHash("sha256").update(document).digest("hex");
    const text = Buffer.from(stringToSign(this.#names, content, hash));
    const signature = (await signed("sha256", text, key.privateKey)).toString("hex");
    this.#made[n] = { key: outline.key, hash, signature };
    return { document, signature };
  }
}

export class DigestChain {
  readonly place: Place;
  readonly #names: TrailNames;
  readonly #hours = new Map<number, LogFile[]>();
  readonly #late: { log: LogFile; generatedAt: number }[] = [];
  readonly #hourly: Sequence;
  readonly #backfill: Sequence;
  #firstHour = Infinity;

  constructor(names: TrailNames, place: Place, keys: SigningKeys) {
    this.#names = names;
    this.place = place;
    const key = () => keys.of(place.region);
    this.#hourly = new Sequence(names, place, key, (n) => this.#hour(n));
    this.#backfill = new Sequence(names, place, key, (n) => this.#lateFile(n));
  }

  /** Adds a file to the digest of its hour. Throws when that digest was read already: it would be another one now. */
  add(log: LogFile): void {
    const hour = Math.floor(log.deliveredAt / HOUR);
    if (hour < this.#firstHour + this.#hourly.signed && this.#hourly.signed > 0)
      throw new Error(
        `The digest that would hold ${log.key} is signed already; deliver the file late to have it in a backfill digest.`,
      );
    this.#firstHour = Math.min(this.#firstHour, hour);
    this.#hours.set(hour, [...(this.#hours.get(hour) ?? []), log]);
  }

  /** Adds a file that came after its hour's digest; `generatedAt` is when its backfill digest was made (epoch ms). */
  addLate(log: LogFile, generatedAt: number): void {
    const hour = Math.floor(log.deliveredAt / HOUR);
    if (this.#late.some((one) => Math.floor(one.log.deliveredAt / HOUR) === hour))
      throw new Error(
        `The hour of ${log.key} has a backfill digest already; deliver a late file of another hour.`,
      );
    this.#late.push({ log, generatedAt });
  }

  /** How many hourly digests have come by an instant (epoch ms). */
  count(until: number): number {
    if (this.#firstHour === Infinity) return 0;
    return Math.max(0, Math.floor((until - DIGEST_DELAY) / HOUR) - this.#firstHour);
  }

  /** The keys of all digests that have come by an instant, hourly ones first. */
  keys(until: number, from = 0): string[] {
    const keys: string[] = [];
    for (let n = from; n < this.count(until); n++)
      keys.push(digestKey(this.#names, this.place, (this.#firstHour + n + 1) * HOUR));
    return keys;
  }

  lateKeys(until: number): string[] {
    return this.#late.flatMap(({ generatedAt }, n) =>
      generatedAt <= until ? [this.#lateFile(n).key] : [],
    );
  }

  describe(key: string, until: number): ListedObject | null {
    const found = this.#find(key, until);
    return found === null ? null : found.sequence.describe(found.n);
  }

  async read(key: string, until: number): Promise<StoredObject | null> {
    const found = this.#find(key, until);
    return found === null ? null : found.sequence.read(found.n);
  }

  #find(key: string, until: number): { sequence: Sequence; n: number } | null {
    const named = readDigestKey(key);
    if (named === null) return null;
    if (named.backfill) {
      const n = this.#late.findIndex((_late, at) => this.#lateFile(at).key === key);
      return n < 0 || !this.lateKeys(until).includes(key) ? null : { sequence: this.#backfill, n };
    }
    const n = named.end / HOUR - this.#firstHour - 1;
    const isOne = Number.isInteger(n) && n >= 0 && n < this.count(until);
    return isOne && this.#hour(n).key === key ? { sequence: this.#hourly, n } : null;
  }

  #hour(n: number): Outline {
    const hour = this.#firstHour + n;
    const end = (hour + 1) * HOUR;
    return {
      key: digestKey(this.#names, this.place, end),
      start: end - HOUR,
      end,
      lastModified: end + DIGEST_DELAY,
      logs: this.#hours.get(hour) ?? [],
      more: {},
    };
  }

  #lateFile(n: number): Outline {
    const late = this.#late[n];
    if (late === undefined) throw new Error(`There is no backfill digest ${n} of this chain.`);
    const { log, generatedAt } = late;
    const start = Math.floor(log.deliveredAt / HOUR) * HOUR;
    return {
      key: digestKey(this.#names, this.place, start + HOUR, true),
      start,
      end: start + HOUR,
      lastModified: generatedAt,
      logs: [log],
      more: { "backfill-generation-timestamp": toSecond(generatedAt) },
    };
  }
}
