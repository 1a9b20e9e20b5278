/**
 * A listing of synthetic portal calls, newest first, fifty to a page, of which tests say when it breaks off. It notes every window
 * and page that was asked for.
 */
import { Fault } from "#core/domain/fault";
import { DAY, epoch, SECOND, type Instant } from "#core/domain/time";
import { decodeRecord } from "#core/domain/trail/decode";
import type { PolledSource } from "#core/ports/trail/event-source";
import type { TimeWindow } from "#core/ports/trail/window-store";
import { portal } from "#test/support/records";

const PAGE = 50;

export interface ScriptedListing extends PolledSource {
  readonly asked: TimeWindow[];
  readonly pagesGiven: () => number;
}

export interface ScriptedListingOptions {
  readonly name: string;
  /** Times of the events, epoch milliseconds, in any order. */
  readonly times: readonly number[];
  /** Asked before each page; may throw. `page` counts those of the window from 1. */
  readonly before?: (page: number, window: TimeWindow) => void;
  readonly now: () => number;
}

export function broken(): Fault {
  return new Fault(
    "aws.broken-listing",
    "AWS broke off the listing of the test: it is read again.",
  );
}

export function scriptedListing(options: ScriptedListingOptions): ScriptedListing {
  const { name, now, before } = options;
  // Each event keeps its id, however often it is listed.
  const events = options.times
    .map((time) => ({ time, record: portal(isoSecond(time), "Authenticate") }))
    .toSorted((a, b) => b.time - a.time);
  const asked: TimeWindow[] = [];
  let given = 0;
  return {
    stream: `lookup-events/111122223333/eu-central-1/${name}`,
    reachMilliseconds: 90 * DAY,
    asked,
    pagesGiven: () => given,
    async *pages(from: Instant, to: Instant) {
      asked.push({ from, to });
      const listed = events.filter(
        ({ time }) => time >= epoch(from) && time < epoch(to) && time <= now(),
      );
      const pages = Math.max(1, Math.ceil(listed.length / PAGE));
      for (let page = 1; page <= pages; page += 1) {
        before?.(page, { from, to });
        given += 1;
        const records = listed
          .slice((page - 1) * PAGE, page * PAGE)
          .map(({ record }) => ({ position: 0, decoded: decodeRecord(record) }));
        yield { records, receivedAt: to, done: page === pages };
      }
    },
  };
}

function isoSecond(time: number): string {
  return new Date(Math.floor(time / SECOND) * SECOND).toISOString().replace(".000Z", "Z");
}
