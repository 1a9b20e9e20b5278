/**
 * Counts requests as the server saw them. Guarantees the highest number within any one second, throttled requests included, for
 * each account and Region. Holds a second's instants, never more.
 */

/** What an account asked of a Region. */
export interface RequestRate {
  readonly accountId: string;
  readonly region: string;
  readonly requests: number;
  readonly throttled: number;
  /** The most requests within any second `(t - 1 s, t]`. */
  readonly highestPerSecond: number;
}

interface Counted extends Omit<RequestRate, "accountId" | "region"> {
  requests: number;
  throttled: number;
  highestPerSecond: number;
  recent: number[];
}

const SECOND = 1_000;

export class RequestRates {
  readonly #counted = new Map<string, Counted>();

  /** Counts a request that came at this instant of a monotonic clock (ms). */
  came(accountId: string, region: string, at: number): void {
    const counted = this.#of(accountId, region);
    counted.requests += 1;
    counted.recent = counted.recent.filter((one) => one > at - SECOND);
    counted.recent.push(at);
    counted.highestPerSecond = Math.max(counted.highestPerSecond, counted.recent.length);
  }

  /** Counts that the request which came was throttled. */
  wasThrottled(accountId: string, region: string): void {
    this.#of(accountId, region).throttled += 1;
  }

  all(): RequestRate[] {
    return [...this.#counted].map(([key, { requests, throttled, highestPerSecond }]) => {
      const [accountId = "", region = ""] = key.split(" ");
      return { accountId, region, requests, throttled, highestPerSecond };
    });
  }

  #of(accountId: string, region: string): Counted {
    const key = `${accountId} ${region}`;
    const counted = this.#counted.get(key) ?? {
      requests: 0,
      throttled: 0,
      highestPerSecond: 0,
      recent: [],
    };
    this.#counted.set(key, counted);
    return counted;
  }
}
