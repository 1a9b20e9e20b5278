/**
 * Which session a role session was handed out in: the portal call of the same account and permission set, seconds apart from its
 * issue. No key joins the two, so use from the same client, or by the same process, decides between several calls; calls from
 * different sessions that fit equally make no link. A session known only by the call itself is joined to it exactly.
 */
import type { Person } from "../../person.ts";
import type { SessionLink } from "../../session.ts";
import type { TrailEvent } from "../../event.ts";
import { epoch, SECOND } from "../../time.ts";
import { draftId, type Draft } from "../draft.ts";
import { isAlike, isSameProcess } from "./clients.ts";
import { byTime, firstFrom, type Timed } from "./near.ts";
import { isLikeChain, type Origin, type Origins, type Vending } from "./origin.ts";

/** The portal assumes the role within a second or two (facts: |dt| ≤ 2 s), and two services' clocks differ by a few. */
const AROUND = 5 * SECOND;
/** Calls of a session that are looked at for its client: the first process that uses it is the one that took it. */
const FIRST_CALLS = 20;

/** How well a call's client fits the session's use; the higher the better. */
const UNLIKE = 0;
const UNUSED = 1;
const SAME_ADDRESS = 2;
const ALIKE = 3;
const SAME_PROCESS = 4;
type Fit = typeof UNLIKE | typeof UNUSED | typeof SAME_ADDRESS | typeof ALIKE | typeof SAME_PROCESS;

interface Claim {
  readonly vending: Vending;
  readonly fit: Fit;
  /** Who used the session: of each client and process the first call. */
  readonly used: readonly TrailEvent[];
  /** Milliseconds from the call to the issue, without sign. */
  readonly apart: number;
}

/** Puts the links on role sessions of permission sets. */
export function linkRoles(
  person: Person,
  roles: readonly Draft[],
  vendings: readonly Vending[],
  origins: Origins,
): void {
  const places = placed(vendings);
  const claims = new Map<Draft, Claim[]>();
  const claimants = new Map<Vending, { draft: Draft; claim: Claim }[]>();
  for (const draft of roles) {
    if (isCallAlone(draft)) continue;
    const theirs = claimsOf(draft, places);
    claims.set(draft, theirs);
    for (const claim of theirs) {
      const known = claimants.get(claim.vending);
      if (known === undefined) claimants.set(claim.vending, [{ draft, claim }]);
      else known.push({ draft, claim });
    }
  }
  for (const draft of roles) {
    const link = isCallAlone(draft)
      ? exactLink(person, draft, origins)
      : inferredLink(person, draft, claims.get(draft) ?? [], claimants, origins);
    if (link !== null) draft.links.push(link);
  }
}

/** Nothing but the portal's call tells of the session. */
function isCallAlone(draft: Draft): boolean {
  return draft.exact.every((event) => event.kind === "portal");
}

function exactLink(person: Person, draft: Draft, origins: Origins): SessionLink | null {
  const call = draft.exact[0];
  if (call?.kind !== "portal" || call.credentialId === null) return null;
  const origin = origins.get(call.credentialId);
  if (origin === undefined || origin.draft === draft) return null;
  const target = { sessionId: draftId(person, origin.draft), kind: origin.draft.kind };
  if (origin.exact) {
    return { ...target, confidence: 1, basis: "exact", reasons: ["same credentialId"] };
  }
  if (!isLikeChain(origin, call)) return null;
  const reasons = ["same credentialId", "the token's chain is itself inferred"];
  return { ...target, confidence: CHAIN, basis: "inferred", reasons };
}

interface Placed extends Timed {
  readonly vending: Vending;
}

function placeOf(accountId: string | null, permissionSetName: string | null): string {
  return `${accountId}/${permissionSetName}`;
}

/** The calls of each account and permission set, in order of time. */
function placed(vendings: readonly Vending[]): Map<string, Placed[]> {
  const places = new Map<string, Placed[]>();
  for (const vending of vendings) {
    const place = placeOf(vending.targetAccountId, vending.permissionSetName);
    const entry = { at: epoch(vending.occurredAt), vending };
    const known = places.get(place);
    if (known === undefined) places.set(place, [entry]);
    else known.push(entry);
  }
  for (const place of places.values()) place.sort(byTime);
  return places;
}

function claimsOf(draft: Draft, places: ReadonlyMap<string, readonly Placed[]>): Claim[] {
  const place = places.get(placeOf(draft.accountId, draft.permissionSetName)) ?? [];
  const issuedAt = epoch(draft.startedAt);
  const used = usesOf(draft);
  const claims: Claim[] = [];
  for (let i = firstFrom(place, issuedAt - AROUND); i < place.length; i += 1) {
    const { at, vending } = place[i]!;
    if (at > issuedAt + AROUND) break;
    claims.push({ vending, used, fit: fitOf(vending, used), apart: Math.abs(at - issuedAt) });
  }
  return claims;
}

/** First calls made with the session; its issue is a call of AWS's own. */
function usesOf(draft: Draft): TrailEvent[] {
  const uses: TrailEvent[] = [];
  for (const event of draft.exact) {
    if (event.kind === "role-issued" || event.kind === "portal") continue;
    if (uses.push(event) === FIRST_CALLS) break;
  }
  return uses;
}

function fitOf(vending: Vending, used: readonly TrailEvent[]): Fit {
  if (used.length === 0) return UNUSED;
  if (used.some((event) => isSameProcess(event, vending))) return SAME_PROCESS;
  if (used.some((event) => isAlike(event, vending))) return ALIKE;
  const { sourceIp } = vending;
  const isHere = sourceIp !== null && used.some((event) => event.sourceIp === sourceIp);
  return isHere ? SAME_ADDRESS : UNLIKE;
}

/** The token's chain took the call by being the only one of a like client that was current. */
const CHAIN = 0.99;
/** Shares that were true among links with these grounds, on the simulator's noise (docs/session-model.md, Links). */
const CONFIDENCE: Readonly<Record<Fit, number>> = {
  [SAME_PROCESS]: 0.99,
  [ALIKE]: 0.99,
  [SAME_ADDRESS]: 0.98,
  [UNUSED]: 0.98,
  [UNLIKE]: 0.95,
};

function inferredLink(
  person: Person,
  draft: Draft,
  claims: readonly Claim[],
  claimants: ReadonlyMap<Vending, readonly { draft: Draft; claim: Claim }[]>,
  origins: Origins,
): SessionLink | null {
  const best = bestOf(claims);
  const first = best[0];
  if (first === undefined) return null;
  const origin = onlyOrigin(best, origins);
  if (origin === null || !isLikeChain(origin, first.vending)) return null;
  if (isMerged(first, claims, origin, origins)) return null;
  // Hardly one in ten of such was true: the call that handed this one out was not seen.
  if (best.every((claim) => isBetterElsewhere(draft, claim, claimants))) return null;
  const confidence = Math.min(CONFIDENCE[first.fit], origin.exact ? 1 : CHAIN);
  return {
    sessionId: draftId(person, origin.draft),
    kind: origin.draft.kind,
    confidence,
    basis: "inferred",
    reasons: reasonsOf(first, claims, origin),
  };
}

/** Those that fit best, the nearest first. */
function bestOf(claims: readonly Claim[]): Claim[] {
  const most = claims.reduce((fit, claim) => Math.max(fit, claim.fit), 0);
  return claims
    .filter((claim) => claim.fit === most)
    .toSorted((left, right) => left.apart - right.apart);
}

/** The one session in which all of the calls were made; null when there are two, or one that is not known. */
function onlyOrigin(claims: readonly Claim[], origins: Origins): Origin | null {
  let only: Origin | null = null;
  for (const { vending } of claims) {
    const origin = vending.credentialId === null ? undefined : origins.get(vending.credentialId);
    if (origin === undefined) return null;
    if (only !== null && only.draft !== origin.draft) return null;
    if (only === null || !origin.exact) only = origin;
  }
  return only;
}

/**
 * Two sessions of one role that were issued in the same second share principal and creation date, and so one row. Use by two clients,
 * or with two access keys outside of the console, tells it where calls from two sessions handed them out.
 */
function isMerged(
  first: Claim,
  claims: readonly Claim[],
  origin: Origin,
  origins: Origins,
): boolean {
  const others = claims.filter(({ vending }) => {
    const other = vending.credentialId === null ? undefined : origins.get(vending.credentialId);
    return other?.draft !== origin.draft;
  });
  if (others.length === 0) return false;
  const keys = new Set(first.used.flatMap((event) => ownKeyOf(event) ?? []));
  if (keys.size > 1) return true;
  return others.some(({ vending }) =>
    first.used.some((event) => isAlike(event, vending) && !isAlike(event, first.vending)),
  );
}

/** The console takes another key for every request: its keys tell nothing. */
function ownKeyOf(event: TrailEvent): string | null {
  return event.kind === "role-call" && event.isConsole !== true ? event.accessKeyId : null;
}

/** One call hands out one session: the one whose use fits best, then the one issued nearest to it. */
function isBetterElsewhere(
  draft: Draft,
  claim: Claim,
  claimants: ReadonlyMap<Vending, readonly { draft: Draft; claim: Claim }[]>,
): boolean {
  return (claimants.get(claim.vending) ?? []).some(
    (other) =>
      other.draft !== draft &&
      (other.claim.fit > claim.fit ||
        (other.claim.fit === claim.fit && other.claim.apart < claim.apart)),
  );
}

function reasonsOf(first: Claim, claims: readonly Claim[], origin: Origin): string[] {
  const others = new Set(claims.map(({ vending }) => vending.credentialId)).size > 1;
  return [
    "same account and permission set",
    `issued ${first.apart / SECOND} s apart`,
    ...(first.fit === SAME_PROCESS ? ["same process of the command line"] : []),
    ...(first.fit >= SAME_ADDRESS ? ["same address"] : []),
    ...(first.fit >= ALIKE ? ["same client"] : []),
    ...(first.fit === SAME_ADDRESS ? ["used by another client"] : []),
    ...(first.fit === UNLIKE ? ["used from another address"] : []),
    ...(first.fit === UNUSED ? ["no use was seen"] : []),
    others ? "the other calls then came from other clients" : "only candidate",
    ...(origin.exact ? [] : ["the token's chain is itself inferred"]),
  ];
}
