/**
 * One standard queue. Guarantees at least once: a message that is not deleted comes back when its visibility ends, and the next
 * ones may be told to come twice. Keeps no order, no dead letters, and nothing beyond its process.
 */
import { createHash, randomUUID } from "node:crypto";

export interface Message {
  readonly id: string;
  readonly body: string;
  /** Epoch ms of the wall clock. */
  readonly sentAt: number;
  /** How often it was received, this time included. */
  readonly receiveCount: number;
  readonly firstReceivedAt: number;
  readonly receipt: string;
}

interface Held {
  id: string;
  body: string;
  sentAt: number;
  receives: number;
  firstReceivedAt: number;
  /** Monotonic ms until which nobody else sees it. */
  hiddenUntil: number;
  /** Deleting it hides it once instead. */
  comesAgain: boolean;
}

export interface QueueOptions {
  readonly name: string;
  /** Monotonic ms, for visibility. */
  readonly monotonicMs: () => number;
  /** Real time, for the stamps. */
  readonly wallClock: () => number;
  /** What came since it was asked last; null where messages are only sent. */
  readonly feed: (() => readonly string[]) | null;
}

/** A waiting receive looks for what the feed brings this often; what is sent wakes it at once. Real ms. */
const LOOK_EVERY = 100;

/** A receipt whose message is not in flight (any more). */
export class NotInFlight extends Error {}
/** A text that was never a receipt of this queue. */
export class NoReceipt extends Error {}

export class Queue {
  readonly name: string;
  readonly #options: QueueOptions;
  readonly #held = new Map<string, Held>();
  readonly #sleepers = new Set<() => void>();
  #twice = 0;

  constructor(options: QueueOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Puts a message into the queue and answers its id and the MD5 of its body. */
  send(body: string): { id: string; md5: string } {
    const id = this.#add(body);
    for (const wake of this.#sleepers) wake();
    return { id, md5: md5Of(body) };
  }

  /** The next `count` received messages come once more, although they were deleted. */
  deliverTwice(count: number): void {
    this.#twice += count;
  }

  /** What is in flight can be received again, as if its time had run out. */
  expireVisibility(): void {
    for (const held of this.#held.values()) held.hiddenUntil = -Infinity;
  }

  /** How many receives wait for a message. */
  get waiters(): number {
    return this.#sleepers.size;
  }

  /** Messages that can be received now, and those that somebody has. */
  counts(): { waiting: number; inFlight: number } {
    this.#feed();
    const now = this.#options.monotonicMs();
    const inFlight = [...this.#held.values()].filter((held) => held.hiddenUntil > now).length;
    return { waiting: this.#held.size - inFlight, inFlight };
  }

  /** Up to `most` messages, hidden from everybody else for so long. */
  receive(most: number, visibilityMs: number): Message[] {
    this.#feed();
    const now = this.#options.monotonicMs();
    const received: Message[] = [];
    for (const held of this.#held.values()) {
      if (received.length === most) break;
      if (held.hiddenUntil > now) continue;
      received.push(this.#hand(held, now + visibilityMs));
    }
    return received;
  }

  /** As `receive`, but waits up to `waitMs` (real time) for the first message; an abort ends the waiting with nothing. */
  async receiveWithin(
    most: number,
    visibilityMs: number,
    waitMs: number,
    closed: AbortSignal,
  ): Promise<Message[]> {
    for (let waited = 0; ; waited += LOOK_EVERY) {
      if (closed.aborted) return [];
      const received = this.receive(most, visibilityMs);
      if (received.length > 0 || waited >= waitMs) return received;
      await this.#sleep(Math.min(LOOK_EVERY, waitMs - waited), closed);
    }
  }

  /**
   * Takes a message out of the queue. A receipt of an earlier receive deletes nothing, as AWS warns; a message that is gone stays gone.
   * Throws NoReceipt.
   */
  delete(receipt: string): void {
    const { held, current } = this.#open(receipt);
    if (held === undefined || !current) return;
    if (!held.comesAgain) this.#held.delete(held.id);
    held.comesAgain = false;
    held.hiddenUntil = -Infinity;
  }

  /** Hides a message for so long from now on. Throws NoReceipt, and NotInFlight when nobody has the message. */
  changeVisibility(receipt: string, visibilityMs: number): void {
    const { held, current } = this.#open(receipt);
    const now = this.#options.monotonicMs();
    if (held === undefined || !current || held.hiddenUntil <= now)
      throw new NotInFlight("The specified message isn't in flight.");
    held.hiddenUntil = now + visibilityMs;
  }

  #hand(held: Held, hiddenUntil: number): Message {
    const now = this.#options.wallClock();
    held.receives += 1;
    held.hiddenUntil = hiddenUntil;
    if (held.receives === 1) held.firstReceivedAt = now;
    if (this.#twice > 0 && held.receives === 1) {
      this.#twice -= 1;
      held.comesAgain = true;
    }
    const { id, body, sentAt, receives: receiveCount, firstReceivedAt } = held;
    const receipt = Buffer.from(JSON.stringify([this.name, id, receiveCount])).toString("base64");
    return { id, body, sentAt, receiveCount, firstReceivedAt, receipt };
  }

  #open(receipt: string): { held: Held | undefined; current: boolean } {
    let parsed: unknown;
    try {
      parsed = JSON.parse(Buffer.from(receipt, "base64").toString("utf8"));
    } catch {
      parsed = null;
    }
    const [name, id, receives]: unknown[] = Array.isArray(parsed) ? parsed : [];
    if (name !== this.name || typeof id !== "string")
      throw new NoReceipt("The specified receipt handle isn't valid.");
    const held = this.#held.get(id);
    return { held, current: held?.receives === receives };
  }

  #add(body: string): string {
    const id = randomUUID();
    const sentAt = this.#options.wallClock();
    this.#held.set(id, {
      id,
      body,
      sentAt,
      receives: 0,
      firstReceivedAt: 0,
      hiddenUntil: -Infinity,
      comesAgain: false,
    });
    return id;
  }

  #feed(): void {
    for (const body of this.#options.feed?.() ?? []) this.#add(body);
  }

  async #sleep(ms: number, closed: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        closed.removeEventListener("abort", wake);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      closed.addEventListener("abort", wake);
      this.#sleepers.add(wake);
    });
  }
}

export function md5Of(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
