/**
 * The keys that sign digest files: one for each Region, as CloudTrail has them. Guarantees that every process of a directory signs
 * with the same key and that a key is made only when somebody needs it. The keys are of this directory alone and guard nothing.
 */
import {
  createHash, createPrivateKey, createPublicKey, generateKeyPair, randomUUID, type KeyObject,
} from "node:crypto"; // prettier-ignore
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const makeKeyPair = promisify(generateKeyPair);

/** A key as ListPublicKeys tells of it. */
export interface PublicKey {
  readonly region: string;
  /** DER, PKCS #1. */
  readonly value: Buffer;
  readonly fingerprint: string;
}

export interface SigningKey extends PublicKey {
  readonly privateKey: KeyObject;
}

export class SigningKeys {
  readonly #directory: string;
  readonly #known = new Map<string, Promise<SigningKey>>();

  /** Keeps its keys in `<directory>/trail-keys`. */
  constructor(directory: string) {
    this.#directory = join(directory, "trail-keys");
  }

  /** The key of a Region, made first where there is none. */
  async of(region: string): Promise<SigningKey> {
    const known = this.#known.get(region) ?? this.#open(region);
    this.#known.set(region, known);
    return known;
  }

  async #open(region: string): Promise<SigningKey> {
    const path = join(this.#directory, `${region}.pem`);
    const pem = (await readKey(path)) ?? (await this.#make(path));
    const privateKey = createPrivateKey(pem);
    const value = createPublicKey(privateKey).export({ format: "der", type: "pkcs1" });
    // CloudTrail's fingerprints have the length of an MD5 (AWS: ListPublicKeys API reference); what they are made from is not told.
    const fingerprint = createHash("md5").update(value).digest("hex");
    return { region, privateKey, value, fingerprint };
  }

  /** Written whole under another name and then linked: of two processes that make a key the first one's stays. */
  async #make(path: string): Promise<string> {
    const { privateKey } = await makeKeyPair("rsa", { modulusLength: 2048 });
    const draft = `${path}.${randomUUID()}`;
    await mkdir(this.#directory, { recursive: true });
    await writeFile(draft, privateKey.export({ format: "pem", type: "pkcs1" }), { mode: 0o600 });
    try {
      await link(draft, path);
    } catch (problem) {
      if ((problem as NodeJS.ErrnoException).code !== "EEXIST") throw problem;
    } finally {
      await rm(draft, { force: true });
    }
    return readFile(path, "utf8");
  }
}

async function readKey(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw problem;
  }
}
