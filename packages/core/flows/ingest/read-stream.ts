/**
 * Reads a polled listing once, to its end. The window is walked newest first and its pages are appended as they come; the
 * cursor moves only in the transaction of the last page, so a kill repeats a window and never skips one.
 */
import { earliest, instant, plus, latest, MINUTE, type Instant } from "../../domain/time.ts";
import type { Clock } from "../../ports/clock.ts";
import type { PolledSource, SourcedRecord } from "../../ports/event-source.ts";
import type { Progress, TrailStore } from "../../ports/trail-store.ts";
import { NOTHING, receipt, sum, type IngestReceipt } from "./ingest-receipt.ts";

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
    (cursor === null
      ? plus(to, -window.backfillMilliseconds)
      : // A cursor ahead of the clock stems from a clock that was set back: up to it nothing was read.
        plus(earliest(cursor, to)!, -OVERLAP));
  const from = latest(reach, wanted)!;
  const origin = source.stream;
  // A window that begins after the cursor leaves a gap, which the next one has to read.
  const gap = window.since !== undefined && cursor !== null && cursor < window.since;
  const cursorThen: Progress = gap
    ? { kind: "none" }
    : { kind: "cursor", stream: source.stream, readThrough: to };
  let total = NOTHING;
  let moved = false;
  const append = async (records: readonly SourcedRecord[], receivedAt: Instant, last: boolean) => {
    const progress: Progress = last ? cursorThen : { kind: "none" };
    const batch = { source: "lookup-events", receivedAt, parts: [{ origin, records, progress }] };
    const results = await store.append(batch, instant(clock.now()));
    total = results.map(receipt).reduce(sum, total);
    moved = last;
    page(total);
  };
  for await (const { records, receivedAt, done } of source.pages(from, to)) {
    await append(records, receivedAt, done);
  }
  if (!moved) await append([], to, true);
  return total;
}
