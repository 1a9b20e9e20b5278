/**
 * A log file of the trail as the bucket holds it, and the folder on disk that most of them lie in. Guarantees that a file shows only
 * when everything of its delivery is written. Reads directories, never a content that nobody asked for.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { DAY } from "../random.ts";
import type { DigestedLog, Place } from "./digest-file.ts";

/** One delivered file. */
export interface LogFile extends Place {
  readonly key: string;
  /** Epoch ms of the minute in its name. */
  readonly deliveredAt: number;
  /** Bytes as stored. */
  size(): number;
  bytes(): Promise<Buffer>;
}

const NAME =
  /^(\d{12})_CloudTrail_([a-z0-9-]+)_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z_\w{16}\.json\.gz$/;

/** How a digest lists a log file. */
export async function digested(log: LogFile): Promise<DigestedLog> {
  const text = gunzipSync(await log.bytes());
  const { Records } = JSON.parse(text.toString("utf8")) as { Records: { eventTime?: string }[] };
  const times = Records.map((record) => record.eventTime ?? "").sort();
  return {
    key: log.key,
    hash: createHash("sha256").update(text).digest("hex"),
    newest: times.at(-1) ?? "",
    oldest: times[0] ?? "",
  };
}

/** The folder that the trail writer fills. */
export class TrailFolder {
  readonly #directory: string;
  readonly #statePath: string;
  readonly #root: string;
  #stateRead = "";
  #deliveredUntil: number | null = null;
  #readUntil = -Infinity;

  constructor(directory: string, organizationId: string) {
    this.#directory = directory;
    this.#statePath = join(dirname(directory), "trail-state.json");
    this.#root = `AWSLogs/${organizationId}`;
  }

  /** Everything delivered by this instant lies in the folder; null where no trail was ever written. */
  deliveredUntil(): number | null {
    try {
      const { mtimeMs, ino } = statSync(this.#statePath);
      // The time alone may miss a second write within one tick of the file system's clock.
      const version = `${mtimeMs} ${ino}`;
      if (version !== this.#stateRead) {
        const text = readFileSync(this.#statePath, "utf8");
        this.#deliveredUntil = (JSON.parse(text) as { deliveredUntil: number }).deliveredUntil;
        this.#stateRead = version;
      }
    } catch (problem) {
      if ((problem as NodeJS.ErrnoException).code !== "ENOENT") throw problem;
    }
    return this.#deliveredUntil;
  }

  /** The files that were delivered since the last time this was asked. */
  grown(): LogFile[] {
    const until = this.deliveredUntil();
    if (until === null || until <= this.#readUntil) return [];
    const from = this.#readUntil;
    this.#readUntil = until;
    return this.#paths(from, until).flatMap((path) => {
      const found = this.#file(path);
      return found !== null && found.deliveredAt > from && found.deliveredAt <= until
        ? [found]
        : [];
    });
  }

  /** Paths that may have been added: all of them at first, then those in the folders of the days in between. */
  #paths(from: number, until: number): string[] {
    if (from === -Infinity) return this.#within(this.#root, true);
    const days: string[] = [];
    for (let day = Math.floor(from / DAY); day * DAY <= until; day++)
      days.push(new Date(day * DAY).toISOString().slice(0, 10).replaceAll("-", "/"));
    return this.#within(this.#root).flatMap((account) =>
      this.#within(`${account}/CloudTrail`).flatMap((region) =>
        days.flatMap((day) => this.#within(`${region}/${day}`)),
      ),
    );
  }

  #within(path: string, recursive = false): string[] {
    try {
      const names = readdirSync(join(this.#directory, path), { encoding: "utf8", recursive });
      return names.map((name) => `${path}/${name.replaceAll("\\", "/")}`);
    } catch (problem) {
      if ((problem as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw problem;
    }
  }

  #file(key: string): LogFile | null {
    const parts = NAME.exec(key.slice(key.lastIndexOf("/") + 1));
    if (parts === null) return null;
    const [, accountId = "", region = "", ...time] = parts;
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = time.map(Number);
    const path = join(this.#directory, key);
    return {
      key,
      accountId,
      region,
      deliveredAt: Date.UTC(year, month - 1, day, hour, minute),
      size: () => statSync(path).size,
      bytes: () => readFile(path),
    };
  }
}
