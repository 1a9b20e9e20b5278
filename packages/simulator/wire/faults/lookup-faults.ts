/**
 * What a test makes LookupEvents do wrong, mid paging above all. Guarantees that a fault strikes exactly as often as it was told
 * to, that a throttled share is spread evenly and needs no dice, and that a reader which bears the faults gets every event.
 */
import { InvalidPageToken, WireError } from "../http/wire-error.ts";
import type { Members } from "../http/input.ts";

/** One page as LookupEvents answers it. */
export interface LookupPage {
  readonly Events: readonly object[];
  readonly NextToken?: string;
}

export type LookupFault =
  /** So large a share (0..1) of all requests is throttled for so long by the monotonic clock. */
  | { readonly kind: "throttle"; readonly share: number; readonly forMs: number }
  /** The credentials have expired; mid paging unless `anyPage`. */
  | { readonly kind: "expired-token"; readonly times?: number; readonly anyPage?: boolean }
  /**
   * Mid paging: a token is refused although it is right; the page before, or a page without events, comes first and its token leads
   * to the page that was asked for; or the right page comes with the token that it was asked with.
   */
  | {
      readonly kind: "invalid-token" | "repeated-page" | "empty-page" | "token-loop";
      readonly times?: number;
    };

type PagingFault = Exclude<LookupFault, { kind: "throttle" }>;

/** Pages that are remembered, so that one can come again whose token was given before the fault was planned. */
const REMEMBERED = 20;
/** What follows it makes another token of the same position; tokens have no such character of their own. */
const MARK = "~";

export class LookupFaults {
  readonly #monotonicMs: () => number;
  #throttles: { share: number; until: number; seen: number }[] = [];
  #planned: { fault: PagingFault; left: number }[] = [];
  /** The events that came with a token. */
  readonly #cameWith = new Map<string, readonly object[]>();
  #struck = 0;
  #marks = 0;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  add(fault: LookupFault): void {
    if (fault.kind === "throttle")
      this.#throttles.push({
        share: fault.share,
        until: this.#monotonicMs() + fault.forMs,
        seen: 0,
      });
    else this.#planned.push({ fault, left: fault.times ?? 1 });
  }

  /** How many requests were struck since the last reset. */
  get struck(): number {
    return this.#struck;
  }

  reset(): void {
    this.#throttles = [];
    this.#planned = [];
    this.#struck = 0;
  }

  /** Answers a request by `answer`, or as the fault that strikes it says. */
  around(members: Members, answer: (members: Members) => LookupPage): LookupPage {
    this.#throttle();
    const sent = members["NextToken"];
    const token = typeof sent === "string" ? (sent.split(MARK)[0] ?? "") : null;
    const blow = this.#take(token !== null);
    if (blow?.kind === "expired-token")
      throw new WireError(
        "ExpiredTokenException",
        "The security token included in the request is expired",
        {},
        403,
      );
    if (blow !== null && token !== null) {
      if (blow.kind === "invalid-token") throw new InvalidPageToken();
      if (blow.kind === "empty-page") return { Events: [], NextToken: this.#marked(token) };
      if (blow.kind === "repeated-page")
        return { Events: this.#cameWith.get(token) ?? [], NextToken: this.#marked(token) };
    }
    const page = answer(token === null ? members : { ...members, NextToken: token });
    this.#remember(page);
    return blow?.kind === "token-loop" && typeof sent === "string"
      ? { ...page, NextToken: sent }
      : page;
  }

  #throttle(): void {
    const now = this.#monotonicMs();
    for (const one of this.#throttles) {
      if (now >= one.until) continue;
      one.seen += 1;
      if (Math.floor(one.seen * one.share) === Math.floor((one.seen - 1) * one.share)) continue;
      this.#struck += 1;
      throw new WireError("ThrottlingException", "Rate exceeded");
    }
  }

  #take(paging: boolean): PagingFault | null {
    const planned = this.#planned.find(
      ({ fault, left }) =>
        left > 0 && (paging || (fault.kind === "expired-token" && fault.anyPage === true)),
    );
    if (planned === undefined) return null;
    planned.left -= 1;
    this.#struck += 1;
    return planned.fault;
  }

  #marked(token: string): string {
    this.#marks += 1;
    return `${token}${MARK}${this.#marks}`;
  }

  #remember({ Events, NextToken }: LookupPage): void {
    if (NextToken === undefined) return;
    this.#cameWith.set(NextToken, Events);
    for (const oldest of this.#cameWith.keys()) {
      if (this.#cameWith.size <= REMEMBERED) break;
      this.#cameWith.delete(oldest);
    }
  }
}
