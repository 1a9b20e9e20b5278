/**
 * Which chain of grants a portal call with an access token belongs to. The call carries the token's id, which no grant shows, so the
 * answer is an inference: the one chain that had a valid token then, or of several the one from the same address and client. One
 * pass over calls and grants in the order of time, however many there are.
 */
import type { TrailEvent } from "../event.ts";
import { epoch, MINUTE, SECOND } from "../time.ts";
import type { Draft } from "./draft.ts";

type Grant = Extract<TrailEvent, { kind: "token" }>;

/** Access tokens live an hour unless the answer says otherwise (AWS: SDK reference, IAM Identity Center authentication). */
const TOKEN_SECONDS = 3_600;
const CLOCK_SKEW = 5 * SECOND;
const SLACK = MINUTE;

/** A token while it is valid. */
interface Valid {
  readonly chain: Draft;
  readonly grant: Grant;
  readonly from: number;
  readonly until: number;
  gone: boolean;
  /** Calls with one id were found to be its own: a token has no second id (facts: each refresh issues a token with another one). */
  taken: boolean;
}

/** For each of the calls, one for each token id, the chain it belongs to; those that no chain or too many could have made are left out. */
export function currentChains(
  chains: readonly Draft[],
  calls: readonly TrailEvent[],
): Map<TrailEvent, Draft> {
  const tokens = tokensOf(chains);
  const starts = tokens.toSorted((left, right) => left.from - right.from);
  const ends = tokens.toSorted((left, right) => left.until - right.until);
  const current = new Current();
  const found = new Map<TrailEvent, Draft>();
  let started = 0;
  let ended = 0;
  for (const { at, call } of inOrderOfTime(calls)) {
    while (started < starts.length && starts[started]!.from <= at) {
      current.enter(starts[started]!);
      started += 1;
    }
    while (ended < ends.length && ends[ended]!.until < at) {
      current.leave(ends[ended]!);
      ended += 1;
    }
    const chain = current.chainOf(call);
    if (chain !== null) found.set(call, chain);
  }
  return found;
}

function inOrderOfTime(calls: readonly TrailEvent[]): { at: number; call: TrailEvent }[] {
  return calls
    .map((call) => ({ at: epoch(call.occurredAt), call }))
    .toSorted((left, right) => left.at - right.at);
}

function tokensOf(chains: readonly Draft[]): Valid[] {
  return chains.flatMap((chain) =>
    chain.exact.flatMap((grant) => {
      if (grant.kind !== "token") return [];
      const at = epoch(grant.occurredAt);
      const life = (grant.expiresInSeconds ?? TOKEN_SECONDS) * SECOND;
      const valid = { chain, grant, from: at - CLOCK_SKEW, until: at + life + SLACK };
      return valid.until < valid.from ? [] : [{ ...valid, gone: false, taken: false }];
    }),
  );
}

/** The chains that have a valid token, and by the place of its newest one where each is used from. */
class Current {
  readonly #tokens = new Map<Draft, Valid[]>();
  readonly #byPlace = new Map<string, Set<Draft>>();

  enter(token: Valid): void {
    const tokens = this.#tokens.get(token.chain) ?? [];
    const before = tokens.at(-1);
    if (before !== undefined) this.#unplace(before);
    tokens.push(token);
    this.#tokens.set(token.chain, tokens);
    this.#place(token);
  }

  leave(token: Valid): void {
    token.gone = true;
    const tokens = this.#tokens.get(token.chain)!;
    const newest = tokens.at(-1)!;
    if (!newest.gone) return;
    this.#unplace(newest);
    while (tokens.at(-1)?.gone === true) tokens.pop();
    const left = tokens.at(-1);
    if (left === undefined) this.#tokens.delete(token.chain);
    else this.#place(left);
  }

  chainOf(call: TrailEvent): Draft | null {
    const alike = this.#tokens.size > 1 ? this.#byPlace.get(placeOf(call)) : this.#tokens;
    if (alike?.size !== 1) return null;
    const [only] = alike.keys();
    return only !== undefined && this.#takes(only) ? only : null;
  }

  /** Whether a token of the chain is left for calls with an id that was not seen before; it is theirs from now on. */
  #takes(chain: Draft): boolean {
    const left = this.#tokens.get(chain)?.find((token) => !token.gone && !token.taken);
    if (left !== undefined) left.taken = true;
    return left !== undefined;
  }

  #place({ chain, grant }: Valid): void {
    const place = placeOf(grant);
    const known = this.#byPlace.get(place);
    if (known === undefined) this.#byPlace.set(place, new Set([chain]));
    else known.add(chain);
  }

  #unplace({ chain, grant }: Valid): void {
    this.#byPlace.get(placeOf(grant))?.delete(chain);
  }
}

/** `aws-cli/2.34.30 … md/command#sso.login` and `aws-cli/2.34.30 … md/command#s3.ls` are one client. */
function placeOf({ sourceIp, userAgent }: TrailEvent): string {
  return JSON.stringify([sourceIp, userAgent === null ? null : userAgent.split(" ", 1)[0]!]);
}
