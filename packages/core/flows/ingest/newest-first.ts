/**
 * Lets a few windows of one account and Region be read at a time, the newest that waits first: today of every stream comes before
 * yesterday of any, and the answer to one request is awaited while another leaves. It paces nothing: the rate is the budget's.
 */
import type { Instant } from "../../domain/time.ts";

/** Enough to use two requests a second while an answer takes up to two seconds. */
const AT_A_TIME = 4;

export class NewestFirst {
  #free = AT_A_TIME;
  readonly #waiting: { readonly to: Instant; readonly enter: () => void }[] = [];

  /** Runs the reading of a window that ends at `to` as soon as it is the newest that waits and a place is free. */
  async run<T>(to: Instant, read: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((enter) => this.#waiting.push({ to, enter }));
    try {
      return await read();
    } finally {
      this.#leave();
    }
  }

  /** The place goes to the next one itself, so that nobody who comes later takes it. */
  #leave(): void {
    const next = this.#waiting.toSorted((a, b) => (a.to < b.to ? 1 : -1))[0];
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#waiting.splice(this.#waiting.indexOf(next), 1);
    next.enter();
  }
}
