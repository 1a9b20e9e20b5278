/**
 * What a directory's organisation keeps beside itself: the trail's bucket with its digests and keys, and the queues. Guarantees that
 * opening it reads no trail file and makes no key: the demo pays for what somebody asks for.
 */
import { SigningKeys, type PublicKey } from "../bucket/signing-keys.ts";
import { TrailBucket } from "../bucket/trail-bucket.ts";
import { TrailObjects } from "../bucket/trail-objects.ts";
import type { Organisation } from "../model.ts";
import {
  keyValidity,
  TRAIL_NAME,
  type TrailDesk,
  type TrailSettings,
} from "./cloudtrail/trails.ts";
import { Notifications, type NotificationOptions } from "./sqs/notifications.ts";
import { Queue } from "./sqs/queue.ts";

export interface StorageOptions {
  organisation: Organisation;
  /** Simulated time, epoch milliseconds. */
  now: () => number;
  /** Of the simulator; the keys lie in it. */
  directory: string;
  /** The folder that the trail writer fills. */
  trailDirectory: string;
  trailSettings: TrailSettings;
  notifications: NotificationOptions;
  monotonicMs: () => number;
  wallClock: () => number;
}

/** The queue that hears of every object of the trail. */
export const TRAIL_QUEUE = "curfew-trail";

/** A public key and when it holds, epoch milliseconds. */
export interface TrailPublicKey extends PublicKey {
  readonly validFrom: number;
  readonly validTo: number;
}

export class TrailStorage {
  readonly bucket: TrailBucket;
  readonly trail: TrailDesk;
  readonly queues = new Map<string, Queue>();
  readonly #options: StorageOptions;

  constructor(options: StorageOptions) {
    this.#options = options;
    const { organisation, now, trailDirectory } = options;
    const { organizationId, region, managementAccountId } = organisation;
    const bucketName = `trail-${organizationId}`;
    const names = { bucketName, organizationId, trailName: TRAIL_NAME, homeRegion: region };
    const keys = new SigningKeys(options.directory);
    const objects = new TrailObjects({
      names,
      directory: trailDirectory,
      keys,
      digests: options.trailSettings.validation !== false,
      now,
    });
    this.bucket = new TrailBucket({ name: bucketName, region, now, trail: objects });
    this.trail = { settings: options.trailSettings, bucketName, objects, keys };
    const told = new Notifications(
      this.bucket,
      objects,
      managementAccountId,
      options.notifications,
    );
    this.#queue(TRAIL_QUEUE, () => told.take());
  }

  /** A queue of that name; made empty where there is none. */
  queue(name: string): Queue {
    return this.queues.get(name) ?? this.#queue(name, null);
  }

  /** The key that signs a Region's digests, made where there is none. */
  async publicKey(region: string): Promise<TrailPublicKey> {
    const { value, fingerprint } = await this.trail.keys.of(region);
    const { from, to } = keyValidity(this.#options.organisation);
    return { region, value, fingerprint, validFrom: from, validTo: to };
  }

  #queue(name: string, feed: (() => string[]) | null): Queue {
    const { monotonicMs, wallClock } = this.#options;
    const queue = new Queue({ name, monotonicMs, wallClock, feed });
    this.queues.set(name, queue);
    return queue;
  }
}
