/**
 * Token sessions (an initial grant and the refreshes of the same client) and application sessions (CreateTokenWithIAM).
 * A portal call made with an access token carries that token's id, which no grant shows: it joins the one chain that was
 * current, by inference; without one it forms a session that is only known from its first call on.
 */
import type { TrailEvent } from "../event.ts";
import { isPortalCredential } from "../trail/redact.ts";
import { currentChains } from "./current-chain.ts";
import { addAll, eventKey, newDraft, type Draft } from "./draft.ts";

type PortalEvent = Extract<TrailEvent, { kind: "portal" }>;

/** In the place of a grant that was not read. */
const FIRST_SEEN = "first-seen";

export interface TokenSessions {
  readonly drafts: Draft[];
  /** Session of each access token's id, and whether a key or an inference says so. */
  readonly byCredential: ReadonlyMap<string, { readonly draft: Draft; readonly exact: boolean }>;
}

/** `events` are in order. */
export function tokenSessions(events: readonly TrailEvent[]): TokenSessions {
  const applications = applicationSessions(events);
  const chains = grantChains(events);
  const byCredential = new Map(
    applications.map((draft) => [draft.key[0]!, { draft, exact: true }]),
  );
  const firstSeen: Draft[] = [];
  const groups = callsByToken(events);
  const current = currentChains(
    chains,
    [...groups.values()].map((calls) => calls[0]!),
  );
  for (const [credentialId, calls] of groups) {
    const application = byCredential.get(credentialId)?.draft;
    if (application !== undefined) {
      addAll(application.exact, calls);
      application.takenUp.push(firstSeenCall(credentialId));
      continue;
    }
    const chain = current.get(calls[0]!) ?? null;
    if (chain !== null) {
      addAll(chain.inferred, calls);
      chain.takenUp.push(firstSeenCall(credentialId));
      byCredential.set(credentialId, { draft: chain, exact: false });
      continue;
    }
    if (calls.every((call) => call.errorCode !== null)) continue;
    const draft = newDraft("token", firstSeenCall(credentialId), calls[0]!, {
      startBasis: "first-seen",
    });
    addAll(draft.exact, calls.slice(1));
    draft.keys.add(credentialId);
    firstSeen.push(draft);
    byCredential.set(credentialId, { draft, exact: true });
  }
  return { drafts: [...chains, ...applications, ...firstSeen], byCredential };
}

/** Key of a token that its calls alone show. */
function firstSeenCall(credentialId: string): readonly string[] {
  return [FIRST_SEEN, credentialId];
}

/**
 * The chains of all clients. One whose first grant was not read has a key of its own, the same whichever refresh was read first; the
 * chain that holds those refreshes once their grant was read names it. A pending poll issues nothing and starts nothing.
 */
function grantChains(events: readonly TrailEvent[]): Draft[] {
  const current = new Map<string, Draft>();
  const chains: Draft[] = [];
  /** Clients with a chain whose first grant was not read. */
  const unseen = new Set<string>();
  for (const event of events) {
    if (event.kind !== "token" || !event.issued || event.person === null) continue;
    const client = event.clientId ?? eventKey(event);
    const chain = current.get(client);
    const isRefresh = event.grant === "refresh";
    if (isRefresh && chain !== undefined) {
      chain.exact.push(event);
      if (chain.takenUp.length === 0 && !unseen.has(client)) {
        chain.takenUp.push([client, FIRST_SEEN]);
      }
      continue;
    }
    if (isRefresh) unseen.add(client);
    const draft = newDraft("token", [client, isRefresh ? FIRST_SEEN : eventKey(event)], event, {
      startBasis: isRefresh ? "first-seen" : "event",
      grant: event.grant,
    });
    current.set(client, draft);
    chains.push(draft);
  }
  return chains;
}

function applicationSessions(events: readonly TrailEvent[]): Draft[] {
  const byCredential = new Map<string, Draft>();
  for (const event of events) {
    if (event.kind !== "token-with-iam" || !event.issued || event.person === null) continue;
    const key = event.credentialId ?? eventKey(event);
    const draft = byCredential.get(key);
    if (draft !== undefined) {
      draft.exact.push(event);
      continue;
    }
    // A background session's grant names the job it is for (AWS: user background sessions).
    const made = newDraft(
      event.resourceArn === null ? "application" : "background",
      [key],
      event,
      {},
    );
    made.keys.add(key);
    if (event.resourceArn !== null) made.keys.add(event.resourceArn);
    byCredential.set(key, made);
  }
  return [...byCredential.values()];
}

function callsByToken(events: readonly TrailEvent[]): Map<string, PortalEvent[]> {
  const groups = new Map<string, PortalEvent[]>();
  for (const event of events) {
    if (event.kind !== "portal" || event.credentialId === null) continue;
    if (isPortalCredential(event.credentialId)) continue;
    const group = groups.get(event.credentialId);
    if (group === undefined) groups.set(event.credentialId, [event]);
    else group.push(event);
  }
  return groups;
}
