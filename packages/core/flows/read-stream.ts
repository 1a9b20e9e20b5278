/**
 * Reads a polled listing once, to its end. The window is walked newest first and its pages are appended as they come; the
 * cursor moves only in the transaction of the last page, so a kill repeats a window and never skips one.
 */
import { instant, plus, latest, MINUTE, type Instant } from "../domain/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { PolledSource } from "../ports/event-source.ts";
import type { TrailStore } from "../ports/trail-store.ts";
import { NOTHING, receipt, sum, type IngestReceipt } from "./ingest-file.ts";

/** Delivery is neither ordered nor bounded in time, so each window begins before the end of the last. */
const OVERLAP = 120 * MINUTE;

export interface StreamWindow {
  /** Where to begin when the stream was never read; at most the listing's reach. */
  readonly backfillMilliseconds: number;
  /** Overrides the cursor. */
  readonly since?: Instant;
}

export async function readStream(
  source: PolledSource,
  window: StreamWindow,
  store: TrailStore,
  clock: Clock,
  page: (receipt: IngestReceipt) => void = () => undefined,
): Promise<IngestReceipt> {
  const to = instant(clock.now());
  const cursor = await store.readThrough(source.stream);
  const reach = plus(to, -source.reachMilliseconds);
  const wanted =
    window.since ??
    (cursor === null ? plus(to, -window.backfillMilliseconds) : plus(cursor, -OVERLAP));
  const from = latest(reach, wanted)!;
  let total = NOTHING;
  let done = false;
  for await (const { records, receivedAt, done: last } of source.pages(from, to)) {
    done = last;
    const result = await store.append(
      {
        origin: source.stream,
        source: "lookup-events",
        receivedAt,
        records,
        progress: last
          ? { kind: "cursor", stream: source.stream, readThrough: to }
          : { kind: "none" },
      },
      instant(clock.now()),
    );
    total = sum(total, receipt(result));
    page(total);
  }
  if (!done) {
    await store.append(
      {
        origin: source.stream,
        source: "lookup-events",
        receivedAt: to,
        records: [],
        progress: { kind: "cursor", stream: source.stream, readThrough: to },
      },
      to,
    );
  }
  return total;
}
