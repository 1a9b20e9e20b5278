/**
 * Reads one window of a listing, page by page, each committed as it comes. Answers which part of the window is read to its end; a
 * window of many pages is closed early, as long as its pages came newest first, so that an interruption repeats few of them.
 */
import { epoch, instant, parseInstant, SECOND, type Instant } from "../../domain/time.ts";
import type { Clock } from "../../ports/clock.ts";
import type { PolledSource, SourcedRecord } from "../../ports/trail/event-source.ts";
import type { TrailStore } from "../../ports/trail/trail-store.ts";
import type { TimeWindow } from "../../ports/trail/window-store.ts";
import { NOTHING, receipt, sum, type IngestReceipt } from "./ingest-receipt.ts";
import { LONGEST, MOST_PAGES } from "./windows.ts";

export interface WindowReceipt {
  /** What is read to its end; null when nothing is known to be. */
  readonly closed: TimeWindow | null;
  readonly pages: number;
}

export interface ReadPagePorts {
  readonly store: Pick<TrailStore, "append">;
  readonly clock: Clock;
  /** Between two pages. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * `committed` is told of every page. Faults are the source's and the store's; pages that were committed before stay, and are known
 * when they come again.
 */
export async function readWindow(
  source: PolledSource,
  window: TimeWindow,
  { store, clock, signal }: ReadPagePorts,
  committed: (page: IngestReceipt) => void,
): Promise<WindowReceipt> {
  const order = new Order(window);
  let pages = 0;
  for await (const { records, receivedAt, done } of source.pages(window.from, window.to)) {
    signal?.throwIfAborted();
    pages += 1;
    if (records.length > 0) {
      const part = { origin: source.stream, records, progress: { kind: "none" } as const };
      const batch = { source: "lookup-events", receivedAt, parts: [part] };
      const results = await store.append(batch, instant(clock.now()));
      committed(results.map(receipt).reduce(sum, NOTHING));
    }
    if (done) return { closed: window, pages };
    order.see(records);
    const long = epoch(window.to) - epoch(window.from) > LONGEST;
    if (!long && pages < MOST_PAGES) continue;
    const closed = order.readToItsEnd();
    // A long window was asked for because one page was expected to hold it.
    if (closed !== null || long) return { closed, pages };
  }
  return { closed: window, pages };
}

/**
 * How far down a listing is read. AWS: LookupEvents lists the latest event first; one record out of that order, or outside of the
 * window, and nothing is concluded any more.
 */
class Order {
  readonly #window: TimeWindow;
  #oldest: Instant;
  #holds = true;

  constructor(window: TimeWindow) {
    this.#window = window;
    this.#oldest = window.to;
  }

  see(records: readonly SourcedRecord[]): void {
    for (const record of records) {
      const at = occurredAt(record);
      if (at === null) continue;
      if (at > this.#oldest || at < this.#window.from) this.#holds = false;
      this.#oldest = at;
    }
  }

  /** Null before a whole second is done: further events of the oldest second may stand on the next page. */
  readToItsEnd(): TimeWindow | null {
    const { from, to } = this.#window;
    const edge = instant((Math.floor(epoch(this.#oldest) / SECOND) + 1) * SECOND);
    return this.#holds && from < edge && edge < to ? { from: edge, to } : null;
  }
}

function occurredAt({ decoded }: SourcedRecord): Instant | null {
  if (decoded.outcome === "event") return decoded.event.occurredAt;
  return decoded.outcome === "ignored" ? parseInstant(decoded.seen?.occurredAt) : null;
}
