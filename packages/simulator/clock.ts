/**
 * The simulated clock, shared by separate processes through `<dir>/clock.json`. Guarantees that simulated time never jumps when
 * the rate changes. At rate 1 and offset 0, the start of every data directory, simulated time is real time.
 */
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

interface ClockFile {
  /** Real instant at which the simulated clock showed `simulated`. */
  real: number;
  simulated: number;
  /** Simulated milliseconds a real millisecond. */
  rate: number;
}

/** Real time in epoch milliseconds; tests hand over their own. */
export type RealClock = () => number;

function parse(path: string): ClockFile {
  const read = JSON.parse(readFileSync(path, "utf8")) as Partial<ClockFile>;
  const { real, simulated, rate } = read;
  if (
    typeof real !== "number" ||
    typeof simulated !== "number" ||
    typeof rate !== "number" ||
    !(rate > 0)
  ) {
    throw new Error(
      `${path} does not hold a clock; it should hold the numbers real, simulated and rate (above 0): remove it to start at real time.`,
    );
  }
  return { real, simulated, rate };
}

export class SimulatedClock {
  readonly #path: string;
  readonly #realNow: RealClock;
  #file: ClockFile;
  #modified: number;

  private constructor(path: string, realNow: RealClock) {
    this.#path = path;
    this.#realNow = realNow;
    this.#modified = statSync(path).mtimeMs;
    this.#file = parse(path);
  }

  /** Joins the clock of a directory, and makes it first where there is none. With `rate`, time runs at that rate from now on. */
  static open(dir: string, options: { rate?: number; realNow?: RealClock } = {}): SimulatedClock {
    const realNow = options.realNow ?? Date.now;
    const path = join(dir, "clock.json");
    mkdirSync(dir, { recursive: true });
    const real = realNow();
    if (!existsSync(path)) {
      // Written whole under another name and then linked: of two processes that begin together one makes the clock, and
      // neither reads half of it.
      const temporary = `${path}.${process.pid}`;
      writeFileSync(temporary, JSON.stringify({ real, simulated: real, rate: options.rate ?? 1 }));
      try {
        linkSync(temporary, path);
      } catch (problem) {
        if ((problem as NodeJS.ErrnoException).code !== "EEXIST") throw problem;
      }
      unlinkSync(temporary);
    }
    const clock = new SimulatedClock(path, realNow);
    if (options.rate !== undefined && options.rate !== clock.rate) clock.setRate(options.rate);
    return clock;
  }

  /** Another process may have changed the rate; the file's modification time tells. */
  #refresh(): ClockFile {
    const modified = statSync(this.#path).mtimeMs;
    if (modified !== this.#modified) {
      this.#file = parse(this.#path);
      this.#modified = modified;
    }
    return this.#file;
  }

  /** Simulated epoch milliseconds, whole. */
  now(): number {
    const { real, simulated, rate } = this.#refresh();
    return Math.floor(simulated + (this.#realNow() - real) * rate);
  }

  /** Simulated milliseconds a real millisecond. */
  get rate(): number {
    return this.#refresh().rate;
  }

  /** Changes the rate for every process of the directory; simulated time goes on from where it stands. */
  setRate(rate: number): void {
    if (!(rate > 0) || !Number.isFinite(rate))
      throw new Error(
        `A clock cannot run at rate ${rate}; give a number above 0, such as 1 or 60.`,
      );
    const real = this.#realNow();
    const next: ClockFile = { real, simulated: this.now(), rate };
    const temporary = `${this.#path}.${process.pid}`;
    writeFileSync(temporary, JSON.stringify(next));
    renameSync(temporary, this.#path);
    this.#file = next;
    this.#modified = statSync(this.#path).mtimeMs;
  }
}
