/**
 * The trail's bucket with a way to deliver a file without a trail writer, so that a test has a trail of a few records. Guarantees that
 * such a file is covered by digests and announced like one that CloudTrail delivered.
 */
import { Bucket } from "./bucket.ts";
import type { Delivery, TrailObjects } from "./trail-objects.ts";

export class TrailBucket extends Bucket {
  readonly #trail: TrailObjects;

  constructor(options: { name: string; region: string; now: () => number; trail: TrailObjects }) {
    super({ ...options, source: options.trail });
    this.#trail = options.trail;
  }

  /**
   * Delivers a trail file at an instant of the past and answers its key. `late`: it came after the digest of its hour, so that a
   * backfill digest lists it, made now. Throws when a signed digest would have to change.
   */
  deliver(delivery: Delivery, options: { late?: boolean } = {}): string {
    const delivered = this.#trail.deliver(delivery, options.late === true);
    this.announce(delivered);
    return delivered.key;
  }
}
