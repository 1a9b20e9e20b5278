/**
 * Token buckets in real time: AWS counts requests by the wall clock, whatever the rate of the simulated one.
 * One bucket a key; a bucket that is full again is forgotten, so memory stays bounded by the keys in use.
 */

/** How many requests a second a bucket takes for long, and how many at once after a rest. */
export interface Limit {
  perSecond: number;
  burst: number;
}

interface Bucket {
  tokens: number;
  at: number;
  limit: Limit;
}

/** Buckets above this number cause a sweep of the full ones. */
const SWEEP_ABOVE = 1_000;

export class Throttle {
  readonly #buckets = new Map<string, Bucket>();
  readonly #monotonicMs: () => number;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** Takes one token: null when there was one, else the seconds until there is one. A refused request costs nothing. */
  take(key: string, limit: Limit): number | null {
    const now = this.#monotonicMs();
    const bucket = this.#buckets.get(key) ?? { tokens: limit.burst, at: now, limit };
    bucket.tokens = filled(bucket, now);
    bucket.at = now;
    if (this.#buckets.size > SWEEP_ABOVE) this.#sweep(now);
    this.#buckets.set(key, bucket);
    if (bucket.tokens < 1) return (1 - bucket.tokens) / limit.perSecond;
    bucket.tokens -= 1;
    return null;
  }

  #sweep(now: number): void {
    for (const [key, bucket] of this.#buckets) {
      if (filled(bucket, now) >= bucket.limit.burst) this.#buckets.delete(key);
    }
  }
}

function filled(bucket: Bucket, now: number): number {
  return Math.min(
    bucket.limit.burst,
    bucket.tokens + ((now - bucket.at) / 1000) * bucket.limit.perSecond,
  );
}
