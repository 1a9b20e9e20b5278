/**
 * What a test makes the directory's services do wrong: throttling, another client on the same limit, errors by name and odd pages.
 * Guarantees that a fault strikes exactly as often as it was told to, needs no dice, and that a reader who bears the odd pages gets
 * every item.
 */
import type { Members } from "../http/input.ts";
import { WireError } from "../http/wire-error.ts";
import type { ServiceName } from "../service.ts";

/** Services of the directory; the others have faults of their own. */
const DIRECTORY: ReadonlySet<ServiceName> = new Set([
  "account-access",
  "iam",
  "identitystore",
  "organizations",
  "sso",
]);

export type DirectoryFault =
  /** So large a share (0..1) of all requests, of one service or of all, is throttled for so long by the monotonic clock. */
  | {
      readonly kind: "throttle";
      readonly share: number;
      readonly forMs: number;
      readonly service?: ServiceName;
    }
  /** Somebody else takes so many requests a second from the limits of a service, for so long. */
  | {
      readonly kind: "other-client";
      readonly perSecond: number;
      readonly forMs: number;
      readonly service: ServiceName;
    }
  /** An operation fails with an error of that name. */
  | {
      readonly kind: "error";
      readonly operation: string;
      readonly name: string;
      readonly times?: number;
    }
  /**
   * A page of an operation comes empty with a token that leads to it; with the token it was asked with; or with the last item of the
   * page before in front. The last two strike mid paging.
   */
  | {
      readonly kind: "empty-page" | "repeated-token" | "repeated-item";
      readonly operation: string;
      readonly times?: number;
    };

type Planned = Exclude<DirectoryFault, { kind: "throttle" | "other-client" }>;
type Result = Readonly<Record<string, unknown>>;

/** What follows it makes another token of the same position; tokens have no such character of their own. */
const MARK = "~";
const TOKENS = ["NextToken", "nextToken"] as const;
/** Pages whose last items are remembered. */
const REMEMBERED = 50;

export class DirectoryFaults {
  readonly #monotonicMs: () => number;
  #throttles: { share: number; until: number; service: ServiceName | null; seen: number }[] = [];
  #others: { perSecond: number; until: number; service: ServiceName; at: number }[] = [];
  #planned: { fault: Planned; left: number }[] = [];
  readonly #lastItems = new Map<string, Result>();
  #marks = 0;
  #struck = 0;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  add(fault: DirectoryFault): void {
    if (fault.kind === "throttle") {
      const { share, forMs, service = null } = fault;
      this.#throttles.push({ share, until: this.#monotonicMs() + forMs, service, seen: 0 });
    } else if (fault.kind === "other-client") {
      const { perSecond, forMs, service } = fault;
      const now = this.#monotonicMs();
      this.#others.push({ perSecond, until: now + forMs, service, at: now });
    } else this.#planned.push({ fault, left: fault.times ?? 1 });
  }

  /** How many requests were struck since the last reset. */
  get struck(): number {
    return this.#struck;
  }

  reset(): void {
    this.#throttles = [];
    this.#others = [];
    this.#planned = [];
    this.#struck = 0;
  }

  /** Whether this request is throttled by plan. */
  throttles(service: ServiceName): boolean {
    if (this.#throttles.length === 0) return false;
    const now = this.#monotonicMs();
    for (const one of this.#throttles) {
      if (now >= one.until || !DIRECTORY.has(service)) continue;
      if (one.service !== null && one.service !== service) continue;
      one.seen += 1;
      if (Math.floor(one.seen * one.share) === Math.floor((one.seen - 1) * one.share)) continue;
      this.#struck += 1;
      return true;
    }
    return false;
  }

  /** Whole requests that others made of a service since this was last asked. */
  requestsOfOthers(service: ServiceName): number {
    if (this.#others.length === 0) return 0;
    const now = this.#monotonicMs();
    let made = 0;
    for (const one of this.#others.filter((other) => other.service === service)) {
      const until = Math.min(now, one.until);
      const count = Math.floor((Math.max(0, until - one.at) * one.perSecond) / 1000);
      one.at += (count * 1000) / one.perSecond;
      made += count;
    }
    return made;
  }

  /** Answers a request by `answer`, or as the fault that strikes it says. */
  async around(
    request: { service: ServiceName; operation: string; members: Members },
    answer: (members: Members) => object | Promise<object>,
  ): Promise<object> {
    const { service, operation, members: sent } = request;
    if (!DIRECTORY.has(service)) return answer(sent);
    const { token, members } = unmarked(sent);
    const blow = this.#take(operation, token !== null);
    if (blow?.kind === "error") throw new WireError(blow.name, "Planned by a test.");
    const result = { ...(await answer(members)) } as Result;
    const name = service === "account-access" ? "nextToken" : "NextToken";
    if (blow?.kind === "empty-page") return this.#empty(result, name, token ?? "");
    const odd =
      blow === null ? result : this.#odd(blow, result, { name, token: token ?? "", operation });
    this.#remember(operation, result, name);
    return odd;
  }

  #take(operation: string, paging: boolean): Planned | null {
    const planned = this.#planned.find(
      ({ fault, left }) =>
        left > 0 &&
        fault.operation === operation &&
        (paging || fault.kind === "error" || fault.kind === "empty-page"),
    );
    if (planned === undefined) return null;
    planned.left -= 1;
    this.#struck += 1;
    return planned.fault;
  }

  #empty(result: Result, name: string, token: string): object {
    this.#marks += 1;
    const lists = Object.entries(result).map(([key, value]) => [
      key,
      Array.isArray(value) ? [] : value,
    ]);
    return { ...Object.fromEntries(lists), [name]: `${token}${MARK}${this.#marks}` };
  }

  #odd(
    blow: Planned,
    result: Result,
    page: { name: string; token: string; operation: string },
  ): Result {
    if (blow.kind === "repeated-token") return { ...result, [page.name]: page.token };
    const before = this.#lastItems.get(`${page.operation} ${page.token}`) ?? {};
    const lists = Object.entries(result).map(([key, value]) => [
      key,
      Array.isArray(value) && key in before ? [before[key], ...(value as unknown[])] : value,
    ]);
    return Object.fromEntries(lists) as Result;
  }

  /** The last item of each list, under the token that leads on. */
  #remember(operation: string, result: Result, name: string): void {
    const token = result[name];
    if (typeof token !== "string") return;
    const last = Object.entries(result).flatMap(([key, value]) =>
      Array.isArray(value) && value.length > 0 ? [[key, (value as unknown[]).at(-1)]] : [],
    );
    this.#lastItems.set(`${operation} ${token}`, Object.fromEntries(last) as Result);
    for (const oldest of this.#lastItems.keys()) {
      if (this.#lastItems.size <= REMEMBERED) break;
      this.#lastItems.delete(oldest);
    }
  }
}

/** The token as a page gave it, and the members with it; a token that leads to the first page is none. */
function unmarked(members: Members): { token: string | null; members: Members } {
  for (const name of TOKENS) {
    const sent = members[name];
    if (typeof sent !== "string") continue;
    const [token = ""] = sent.split(MARK);
    const { [name]: _sent, ...rest } = members;
    return token === ""
      ? { token: "", members: rest }
      : { token, members: { ...rest, [name]: token } };
  }
  return { token: null, members };
}
