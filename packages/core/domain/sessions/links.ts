/**
 * Which earlier session a session came from. No id of AWS's joins them, so a link is an inference with a score and named
 * reasons, or there is none: two possible origins make no link.
 */
import { between, SECOND } from "../time.ts";
import type { Person } from "../person.ts";
import type { SessionLink } from "../session.ts";
import { isPortalCredential } from "../trail/redact.ts";
import { draftId, lastSeen, type Draft } from "./draft.ts";
import type { RoleSessions, Vending } from "./role.ts";
import type { TokenSessions } from "./token.ts";

interface Origin {
  readonly draft: Draft;
  readonly exact: boolean;
}

/** Puts the links on the drafts: role → token or portal, token → portal. */
export function linkSessions(
  person: Person,
  portals: readonly Draft[],
  tokens: TokenSessions,
  roles: RoleSessions,
): void {
  const portalByCredential = new Map(
    portals.flatMap((draft) => [...draft.keys].map((key) => [key, draft] as const)),
  );
  const originOf = (vending: Vending): Origin | null => {
    if (vending.credentialId === null) return null;
    if (!isPortalCredential(vending.credentialId)) {
      return tokens.byCredential.get(vending.credentialId) ?? null;
    }
    const draft = portalByCredential.get(vending.credentialId);
    return draft === undefined ? null : { draft, exact: true };
  };
  for (const [draft, vendings] of roles.vendings) {
    const link = roleLink(person, draft, vendings, originOf);
    if (link !== null) draft.links.push(link);
  }
  for (const draft of tokens.drafts) {
    const link = tokenLink(person, draft, portals);
    if (link !== null) draft.links.push(link);
  }
}

function roleLink(
  person: Person,
  draft: Draft,
  vendings: readonly Vending[],
  originOf: (vending: Vending) => Origin | null,
): SessionLink | null {
  const origins = vendings.map(originOf);
  const origin = origins[0];
  if (origin === undefined || origin === null) return null;
  if (origins.some((other) => other?.draft !== origin.draft)) return null;
  const sessionId = draftId(person, origin.draft);
  const kind = origin.draft.kind;
  // The session is known only by this very event, which carries the origin's key.
  if (draft.key[0] === "vended" && origin.exact) {
    return { sessionId, kind, confidence: 1, basis: "exact", reasons: ["same credentialId"] };
  }
  const apart = Math.min(
    ...vendings.map((vending) => Math.abs(between(vending.occurredAt, draft.startedAt))),
  );
  const near = apart <= 2 * SECOND ? 0.97 : 0.85;
  return {
    sessionId,
    kind,
    confidence: origin.exact ? near : Math.min(near, 0.9),
    basis: "inferred",
    reasons: [
      "same account and permission set",
      `issued ${apart / SECOND} s apart`,
      "only candidate",
      ...(origin.exact ? [] : ["the token's chain is itself inferred"]),
    ],
  };
}

/** The portal session in which the token was granted: alive then, from the same address, and the only one. */
function tokenLink(person: Person, draft: Draft, portals: readonly Draft[]): SessionLink | null {
  if (draft.kind !== "token" || draft.startBasis !== "event") return null;
  const address = draft.exact[0]!.sourceIp;
  if (address === null) return null;
  const candidates = portals.filter(
    (portal) =>
      portal.startedAt <= draft.startedAt &&
      (portal.ended === null || portal.ended.at > draft.startedAt) &&
      (portal.endsAt.at === null || portal.endsAt.at > draft.startedAt) &&
      portal.exact.some((event) => event.sourceIp === address),
  );
  const only = candidates.length === 1 ? candidates[0]! : null;
  if (only === null) return null;
  const seconds = Math.abs(between(lastSeenBefore(only, draft), draft.startedAt)) / SECOND;
  return {
    sessionId: draftId(person, only),
    kind: "portal",
    confidence: seconds <= 300 ? 0.9 : 0.75,
    basis: "inferred",
    reasons: ["same address", `portal used ${seconds} s before`, "only portal session then alive"],
  };
}

function lastSeenBefore(portal: Draft, token: Draft) {
  const before = portal.exact.filter((event) => event.occurredAt <= token.startedAt);
  return before.at(-1)?.occurredAt ?? lastSeen(portal);
}
