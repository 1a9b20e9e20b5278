/**
 * Validation of the trail's digests in turns: the last two days every hour, the last month once a day, because a digest of late files
 * carries the end of the hour that they belong to. Guarantees that what could not be validated is kept as a problem of the source.
 */
import { DAY, HOUR, instant, plus } from "#core/domain/time";
import { checkDigests, type DigestReceipt } from "#core/flows/ingest/digests/check-digests";
import type { LogFields, Logger } from "#core/platform/logger";
import type { Clock } from "#core/ports/clock";
import type { DigestSource } from "#core/ports/trail/digest-source";
import type { DigestStore } from "#core/ports/trail/digest-store";
import type { SourceStates } from "#core/ports/trail/source-states";

export interface Digests {
  /** `digests/<bucket>`: names its state. */
  readonly name: string;
  readonly source: DigestSource;
  readonly store: DigestStore;
}

/** AWS writes a digest an hour; a turn that was late makes up for it. */
export const DIGESTS_EVERY = HOUR;
const NEAR = 2 * DAY;
/** AWS delivers late files, and their digests, within 30 days. */
const FAR = 31 * DAY;

/** One turn after another: the first, and one a day, looks back far. */
export function digestTurn(
  { name, source, store }: Digests,
  states: SourceStates,
  clock: Clock,
  log: Pick<Logger, "warn">,
): () => Promise<LogFields | null> {
  let farAt: number | null = null;
  return async () => {
    const began = clock.now();
    const to = instant(began);
    const far = farAt === null || began - farAt >= DAY || began < farAt;
    const receipt = await checkDigests(source, store, clock, {
      from: plus(to, far ? -FAR : -NEAR),
      to,
    });
    if (far) farAt = began;
    const [first] = receipt.problems;
    for (const { fault } of receipt.problems) log.warn("ingest.digests", {}, fault);
    if (first === undefined) await states.healthy(name, instant(clock.now()));
    else await states.failing(name, first.fault, instant(clock.now()));
    return counted(receipt);
  };
}

/** Null when nothing was judged, which is not worth a line. */
function counted({ places, digests, files }: DigestReceipt): LogFields | null {
  const counts = { places, ...prefixed("digests", digests), ...prefixed("files", files) };
  const judged = Object.values({ ...digests, ...files }).reduce((sum, count) => sum + count, 0);
  return judged === 0 ? null : { counts };
}

function prefixed(what: string, counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counts).map(([verdict, count]) => [`${what}.${verdict}`, count]),
  );
}
