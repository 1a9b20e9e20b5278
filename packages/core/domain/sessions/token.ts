/**
 * Token sessions (an initial grant and the refreshes of the same client) and application sessions (CreateTokenWithIAM).
 * A portal call made with an access token carries that token's id, which no grant shows: it joins the one chain that was
 * current, by inference; without one it forms a session that is only known from its first call on.
 */
import type { TrailEvent } from "../event.ts";
import { between, MINUTE, SECOND } from "../time.ts";
import { isPortalCredential } from "../trail/redact.ts";
import { newDraft, type Draft } from "./draft.ts";

type Grant = Extract<TrailEvent, { kind: "token" }>;
type PortalEvent = Extract<TrailEvent, { kind: "portal" }>;

/** Access tokens live an hour unless the answer says otherwise (AWS: SDK reference, IAM Identity Center authentication). */
const TOKEN_SECONDS = 3_600;
const CLOCK_SKEW = 5 * SECOND;
const SLACK = MINUTE;

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
  for (const [credentialId, calls] of callsByToken(events)) {
    const application = byCredential.get(credentialId)?.draft;
    if (application !== undefined) {
      application.exact.push(...calls);
      continue;
    }
    const chain = currentChain(chains, calls[0]!);
    if (chain !== null) {
      chain.inferred.push(...calls);
      byCredential.set(credentialId, { draft: chain, exact: false });
      continue;
    }
    if (calls.every((call) => call.errorCode !== null)) continue;
    const draft = newDraft("token", ["first-seen", credentialId], calls[0]!, {
      startBasis: "first-seen",
    });
    draft.exact.push(...calls.slice(1));
    draft.keys.add(credentialId);
    firstSeen.push(draft);
    byCredential.set(credentialId, { draft, exact: true });
  }
  return { drafts: [...chains, ...applications, ...firstSeen], byCredential };
}

/** The chains of all clients. A pending poll issues nothing and starts nothing. */
function grantChains(events: readonly TrailEvent[]): Draft[] {
  const current = new Map<string, Draft>();
  const chains: Draft[] = [];
  for (const event of events) {
    if (event.kind !== "token" || !event.issued || event.person === null) continue;
    const client = event.clientId ?? event.eventId;
    const chain = current.get(client);
    if (event.grant === "refresh" && chain !== undefined) {
      chain.exact.push(event);
      continue;
    }
    const draft = newDraft("token", [client, event.eventId], event, {
      startBasis: event.grant === "refresh" ? "first-seen" : "event",
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
    const key = event.credentialId ?? event.eventId;
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

/** The one chain with a token that was valid at the call; of several, the one from the same address and client, if one is. */
function currentChain(chains: readonly Draft[], call: PortalEvent): Draft | null {
  const valid = chains
    .map((chain) => ({ chain, grant: validGrant(chain, call) }))
    .filter((candidate): candidate is { chain: Draft; grant: Grant } => candidate.grant !== null);
  if (valid.length <= 1) return valid[0]?.chain ?? null;
  const alike = valid.filter(
    ({ grant }) =>
      grant.sourceIp === call.sourceIp && client(grant.userAgent) === client(call.userAgent),
  );
  return alike.length === 1 ? alike[0]!.chain : null;
}

function validGrant(chain: Draft, call: PortalEvent): Grant | null {
  const grants = chain.exact.filter((event): event is Grant => event.kind === "token");
  return (
    grants.findLast((grant) => {
      const age = between(grant.occurredAt, call.occurredAt);
      const life = (grant.expiresInSeconds ?? TOKEN_SECONDS) * SECOND;
      return age >= -CLOCK_SKEW && age <= life + SLACK;
    }) ?? null
  );
}

/** `aws-cli/2.34.30 … md/command#sso.login` and `aws-cli/2.34.30 … md/command#s3.ls` are one client. */
function client(userAgent: string | null): string | null {
  return userAgent === null ? null : userAgent.split(" ", 1)[0]!;
}
