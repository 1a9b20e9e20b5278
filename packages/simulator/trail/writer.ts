/**
 * The living trail: a folder of S3-style files that grows with the simulated clock. Guarantees that every delivered record stands
 * in a file whose delivery has passed, that delivered files never change, and that two processes leave the same files.
 * Whole days that lie behind are written as one file for an account and Region; from then on one every five minutes.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SimulatedClock } from "../clock.ts";
import { DELIVERY_EVERY, LONGEST_DELIVERY } from "../lives/delivery.ts";
import type { Lives } from "../lives.ts";
import type { TrailRecord } from "../model.ts";
import { DAY, Dice, SECOND } from "../random.ts";
import { writeTrailFile } from "./files.ts";

export interface Written {
  files: number;
  records: number;
}

export interface TrailWriterOptions {
  /** Needed by `start`: what time it is, and how fast it runs. */
  clock?: SimulatedClock;
  /** Told when a round in the background fails; the next round tries again. */
  onProblem?: (problem: unknown) => void;
}

/** Real milliseconds between two looks at the clock, at most and at least. */
const LOOK = { atMost: 15 * SECOND, atLeast: 100 };

export class TrailWriter {
  readonly #lives: Lives;
  readonly #dir: string;
  readonly #statePath: string;
  readonly #options: TrailWriterOptions;
  #timer: NodeJS.Timeout | null = null;
  #round: Promise<Written> | null = null;
  /** Counts starts and stops: a round of an earlier start does not plan another. */
  #turn = 0;
  #running = false;

  /** Writes below `dir`; how far it came stands beside it, in `<dir>/../trail-state.json`. */
  constructor(lives: Lives, dir: string, options: TrailWriterOptions = {}) {
    this.#lives = lives;
    this.#dir = dir;
    this.#statePath = join(dirname(dir), "trail-state.json");
    this.#options = options;
  }

  /** Everything delivered by this instant (epoch ms) is in a file; the anchor where nothing was written yet. */
  deliveredUntil(): number {
    try {
      const { deliveredUntil } = JSON.parse(readFileSync(this.#statePath, "utf8")) as {
        deliveredUntil: number;
      };
      return deliveredUntil;
    } catch (problem) {
      if ((problem as NodeJS.ErrnoException).code === "ENOENT")
        return this.#lives.stage.organisation.anchor;
      throw problem;
    }
  }

  #remember(deliveredUntil: number): void {
    mkdirSync(dirname(this.#statePath), { recursive: true });
    const temporary = `${this.#statePath}.${process.pid}`;
    writeFileSync(temporary, JSON.stringify({ deliveredUntil }));
    renameSync(temporary, this.#statePath);
  }

  /** Writes what was delivered since the last time up to `now` (epoch ms of the simulated clock). */
  async catchUp(now: number): Promise<Written> {
    const written: Written = { files: 0, records: 0 };
    const end = Math.floor(now / DELIVERY_EVERY) * DELIVERY_EVERY;
    let from = this.deliveredUntil();
    while (from < end) {
      const nextDay = Math.floor(from / DAY) * DAY + DAY;
      const to = Math.min(nextDay, end);
      await this.#write(
        from,
        to,
        from % DAY === 0 && to === nextDay ? DAY : DELIVERY_EVERY,
        written,
      );
      this.#remember(to);
      from = to;
    }
    return written;
  }

  /** Files for the deliveries in `(from, to]`, one a window of `every` milliseconds. */
  async #write(from: number, to: number, every: number, written: Written): Promise<void> {
    const files = new Map<string, { deliveredAt: number; records: TrailRecord[] }>();
    for (const made of this.#lives.records(from - LONGEST_DELIVERY, to)) {
      for (const deliveredAt of new Set([made.deliveredAt, made.redeliveredAt])) {
        if (deliveredAt === null || deliveredAt <= from || deliveredAt > to) continue;
        // A day's file bears the name of its last window of five minutes, so that it lies in the folder of its own day.
        const window = every === DAY ? to - DELIVERY_EVERY : deliveredAt;
        const key = `${window} ${made.accountId} ${made.region}`;
        const file = files.get(key) ?? { deliveredAt: window, records: [] };
        file.records.push(made);
        files.set(key, file);
      }
    }
    const { organizationId } = this.#lives.stage.organisation;
    const writes = [...files].map(async ([key, { deliveredAt, records }]) => {
      const [, accountId = "", region = ""] = key.split(" ");
      // CloudTrail promises no order inside a file (facts 6.3).
      const shuffled = new Dice("order", key).shuffle(records).map((made) => made.record);
      await writeTrailFile(this.#dir, {
        organizationId,
        accountId,
        region,
        deliveredAt,
        records: shuffled,
      });
      written.files += 1;
      written.records += records.length;
    });
    await Promise.all(writes);
  }

  /** Keeps the folder up to date in the background until `stop`. */
  start(): void {
    const { clock } = this.#options;
    if (clock === undefined)
      throw new Error(
        "A trail cannot grow without a clock; hand one over when the writer is made.",
      );
    if (this.#running) return;
    this.#running = true;
    const turn = ++this.#turn;
    const look = async (): Promise<void> => {
      try {
        this.#round = this.catchUp(clock.now());
        await this.#round;
      } catch (problem) {
        this.#options.onProblem?.(problem);
      }
      if (turn !== this.#turn) return;
      const pause = (DELIVERY_EVERY - (clock.now() % DELIVERY_EVERY)) / clock.rate;
      const wait = Math.min(LOOK.atMost, Math.max(LOOK.atLeast, pause));
      this.#timer = setTimeout(() => void look(), wait);
    };
    void look();
  }

  /** Resolves when no more file will be written. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#turn += 1;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#round?.catch(() => undefined);
  }
}
