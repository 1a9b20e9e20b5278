/**
 * Reads what is missing of a polled listing, newest first, window by window. A window is marked only after all its pages are
 * committed, so a kill repeats at most the window at hand and skips none. Listings that break off are asked for in smaller windows
 * and told as a fault in the end; whatever could be read was read. What CloudTrail delivers after two hours it does not see again.
 */
import { Fault } from "../../domain/fault.ts";
import { between, instant, MINUTE, SECOND, type Instant } from "../../domain/time.ts";
import type { PolledSource } from "../../ports/trail/event-source.ts";
import type { TimeWindow, WindowStore } from "../../ports/trail/window-store.ts";
import { NOTHING, sum, type IngestReceipt } from "./ingest-receipt.ts";
import type { NewestFirst } from "./newest-first.ts";
import { readWindow, type ReadPagePorts, type WindowReceipt } from "./read-window.ts";
import {
  clipped,
  countWindows,
  lengthAfter,
  LONGEST,
  missingOf,
  MOST_PAGES,
  newestWindow,
  settledBefore,
  settledPart,
  shorter,
  SHORTEST,
  wantedSpan,
} from "./windows.ts";

/** While older windows are read, what happened since is read about this often. */
const REFRESH = 5 * MINUTE;
/** A listing that leaves so many windows is out of order as a whole. */
const MOST_LEFT = 5;

export interface StreamWanted {
  /** Where to begin when the stream was never read; at most the listing's reach. */
  readonly backfillMilliseconds: number;
  /** Reads again from here, whatever was read before. */
  readonly since?: Instant;
}

export interface StreamPorts extends ReadPagePorts {
  /** Null: nothing is remembered, and only what is not yet two hours old is read. */
  readonly windows: WindowStore | null;
  /** Shared by the streams of one account and Region. */
  readonly turns: NewestFirst;
}

/** What became of a window, and what is left of its stream. */
export interface WindowReport {
  readonly stream: string;
  readonly window: TimeWindow;
  readonly pages: number;
  readonly receipt: IngestReceipt;
  /** Windows of this stream that are still to be read. */
  readonly left: number;
  /** Why the window broke off; null when it did not. */
  readonly broken: Fault | null;
}

/** Faults: the source's and the store's; `aws.broken-listing` when windows were left, after all others were read. */
export async function readStream(
  source: PolledSource,
  wanted: StreamWanted,
  ports: StreamPorts,
  report: (window: WindowReport) => void = () => undefined,
): Promise<IngestReceipt> {
  return new StreamReading(source, wanted, ports, report).run();
}

class StreamReading {
  readonly #source: PolledSource;
  readonly #wanted: StreamWanted & { readonly reachMilliseconds: number };
  readonly #ports: StreamPorts;
  readonly #report: (window: WindowReport) => void;
  /** Read or given up by this reading. */
  #seen: TimeWindow[] = [];
  #now: Instant;
  #refreshable = false;
  #length = LONGEST;
  #breaks = 0;
  readonly #leftBehind: Fault[] = [];
  #total: IngestReceipt = NOTHING;
  /** Of the window at hand. */
  #receipt: IngestReceipt = NOTHING;

  constructor(
    source: PolledSource,
    wanted: StreamWanted,
    ports: StreamPorts,
    report: (window: WindowReport) => void,
  ) {
    this.#source = source;
    this.#wanted = { ...wanted, reachMilliseconds: source.reachMilliseconds };
    this.#ports = ports;
    this.#report = report;
    this.#now = instant(ports.clock.now());
  }

  async run(): Promise<IngestReceipt> {
    for (;;) {
      this.#ports.signal?.throwIfAborted();
      this.#refresh();
      const window = newestWindow(await this.#missing(), this.#length);
      if (window === null) break;
      await this.#ports.turns.run(window.to, () => this.#read(window));
      if (this.#leftBehind.length >= MOST_LEFT) break;
    }
    const [fault] = this.#leftBehind;
    if (fault !== undefined) throw fault;
    return this.#total;
  }

  /** What is still to be read, in the light of what other processes have read meanwhile. */
  async #missing(): Promise<TimeWindow[]> {
    const { windows } = this.#ports;
    const stored = (await windows?.windowsRead(this.#source.stream)) ?? [];
    const believed = clipped(stored, settledBefore(this.#now));
    const span = wantedSpan(this.#span(), believed, this.#now);
    if (span === null) return [];
    return missingOf(
      span,
      this.#wanted.since === undefined ? [...believed, ...this.#seen] : this.#seen,
    );
  }

  #span() {
    if (this.#ports.windows !== null) return this.#wanted;
    const fresh = between(settledBefore(this.#now), this.#now);
    const { backfillMilliseconds } = this.#wanted;
    return { ...this.#wanted, backfillMilliseconds: Math.min(fresh, backfillMilliseconds) };
  }

  /** At least one older window lies between two refreshments, so that a clock that runs fast holds nothing up. */
  #refresh(): void {
    const now = instant(this.#ports.clock.now());
    if (!this.#refreshable || between(this.#now, now) < REFRESH) return;
    this.#seen = clipped(this.#seen, settledBefore(this.#now));
    this.#now = now;
    this.#refreshable = false;
  }

  async #read(window: TimeWindow): Promise<void> {
    const readAt = instant(this.#ports.clock.now());
    const before = this.#total;
    this.#receipt = NOTHING;
    let result: WindowReceipt;
    try {
      result = await readWindow(this.#source, window, this.#ports, (page) => {
        this.#receipt = sum(this.#receipt, page);
        this.#total = sum(before, this.#receipt);
      });
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== "aws.broken-listing") throw error;
      return this.#brokeOff(window, error);
    }
    this.#breaks = 0;
    const { closed, pages } = result;
    this.#length = this.#lengthAfter(window, result);
    if (closed !== null) await this.#close(closed, readAt);
    await this.#tell(window, pages, null);
  }

  /** What is left between two windows says nothing of longer ones. */
  #lengthAfter(window: TimeWindow, { closed, pages }: WindowReceipt): number {
    if (this.#length > LONGEST && closed?.from !== window.from) return LONGEST;
    const remainder = between(window.from, window.to) < this.#length;
    return remainder && pages <= MOST_PAGES ? this.#length : lengthAfter(this.#length, pages);
  }

  async #close(closed: TimeWindow, readAt: Instant): Promise<void> {
    this.#seen.push(closed);
    if (closed.to <= settledBefore(this.#now)) this.#refreshable = true;
    const settled = settledPart(closed, readAt);
    if (settled === null || this.#ports.windows === null) return;
    const now = instant(this.#ports.clock.now());
    const when = { believedUntil: settledBefore(now), now };
    await this.#ports.windows.markRead(this.#source.stream, settled, when);
  }

  /** A window is asked for once more as it is, then its newer half is; the shortest one is left for the next reading. */
  async #brokeOff(window: TimeWindow, fault: Fault): Promise<void> {
    this.#breaks += 1;
    const length = between(window.from, window.to);
    if (this.#breaks > 1 && length <= SHORTEST + SECOND) {
      this.#seen.push(window);
      this.#leftBehind.push(fault);
      this.#breaks = 0;
    } else if (this.#breaks > 1) {
      this.#length = shorter(length);
    }
    await this.#tell(window, 0, fault);
  }

  async #tell(window: TimeWindow, pages: number, broken: Fault | null): Promise<void> {
    const left = countWindows(await this.#missing(), this.#length);
    const { stream } = this.#source;
    this.#report({ stream, window, pages, receipt: this.#receipt, left, broken });
  }
}
