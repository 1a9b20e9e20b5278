/**
 * Which earlier session each session came from. A link stands on the later session and points back. What a key joins is exact; where
 * AWS gives no key a link is an inference with named reasons and a confidence, the share of such links that is true; where two
 * origins fit equally there is none.
 */
import type { Person } from "../person.ts";
import type { Draft } from "./draft.ts";
import { linkEntitlements } from "./links/entitlement-origin.ts";
import { originsOf, type Vending } from "./links/origin.ts";
import { linkRoles } from "./links/role-origin.ts";
import { isChained, linkBegun } from "./links/begun-by-call.ts";
import { linkTokens } from "./links/token-origin.ts";

/** Role sessions with the portal calls that may have handed them out. */
interface HandedOut {
  readonly drafts: readonly Draft[];
  readonly vendings: ReadonlyMap<Draft, readonly Vending[]>;
}

/**
 * Puts the links on the drafts of one person: token → portal, role → portal, token, application or background, chained role → role,
 * `aws login` → role, role → `aws login`, entitlement role → portal. Hard ends and endings are set before.
 * @param others sessions of every other kind.
 */
export function linkSessions(
  person: Person,
  portals: readonly Draft[],
  tokens: { readonly drafts: readonly Draft[] },
  roles: HandedOut,
  others: readonly Draft[] = [],
): void {
  const origins = originsOf([...portals, ...tokens.drafts, ...others]);
  const issued = roles.drafts.filter((draft) => draft.kind === "role");
  linkTokens(person, portals, tokens.drafts);
  const rest = [...others, ...roles.drafts];
  const entitled = rest.filter((draft) => draft.kind === "entitlement-role");
  // First what a key joins: no inference may take its place.
  linkBegun(
    person,
    [...rest.filter((draft) => draft.kind === "role"), ...entitled],
    rest.filter((draft) => draft.kind === "aws-login"),
  );
  linkRoles(
    person,
    issued.filter((draft) => !isChained(draft) && draft.links.length === 0),
    vendingsOf(roles),
    origins,
  );
  linkEntitlements(person, entitled, portals);
}

/** Each call once, in order. */
function vendingsOf({ vendings }: HandedOut): Vending[] {
  const once = new Map<string, Vending>();
  for (const list of vendings.values()) for (const one of list) once.set(one.eventId, one);
  return [...once.values()];
}
