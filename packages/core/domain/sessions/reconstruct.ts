/**
 * The sessions and links of one person from their events. Pure: any order, any duplication and any split of the same events
 * gives the same sessions. What the events do not say stays unknown.
 */
import { hash } from "node:crypto";
import type { TrailEvent } from "../event.ts";
import type { Person } from "../person.ts";
import type { Session, SessionSettings } from "../session.ts";
import { corrected, merged } from "./copies.ts";
import { compareText, finished, isOwn } from "./draft.ts";
import { setEndings } from "./ends.ts";
import { setHardEnds } from "./hard-ends.ts";
import { linkSessions } from "./links.ts";
import { portalSessions } from "./portal.ts";
import { roleSessions } from "./role.ts";
import { loginSessions } from "./roles/login.ts";
import { takenRoles } from "./roles/taken.ts";
import { tokenSessions } from "./token.ts";

/**
 * @param events everything that is this person's, and nothing else's; see `PersonHistory.eventsOf`.
 * @returns sessions by (startedAt, id).
 */
export function reconstruct(
  person: Person,
  events: readonly TrailEvent[],
  settings: SessionSettings,
): Session[] {
  const { events: ordered, copies } = merged(corrected(events));
  const roles = roleSessions(ordered, person, settings);
  const telling = ordered.filter(isTelling);
  const own = telling.filter((event) => isOwn(event, person));
  const portals = portalSessions(own);
  const tokens = tokenSessions(own);
  const taken = takenRoles(own, roles.drafts);
  const logins = loginSessions(own);
  const interactive = [...portals, ...tokens.drafts];
  setHardEnds(interactive, settings, person);
  setEndings(interactive, telling, person);
  linkSessions(person, portals, tokens, roles, [...taken, ...logins]);
  return [...interactive, ...roles.drafts, ...taken, ...logins]
    .map((draft) => finished(person, draft, copies))
    .toSorted((left, right) =>
      left.startedAt === right.startedAt
        ? compareText(left.id, right.id)
        : compareText(left.startedAt, right.startedAt),
    );
}

/** All but the calls that tell nothing beyond their own role session: a million of them are looked at there alone. */
function isTelling(event: TrailEvent): boolean {
  return (
    event.kind !== "role-call" ||
    event.issuedRoleArn !== null ||
    event.signInSessionArn !== undefined
  );
}

/** Text that is equal exactly when the session is, its links included and its state left out. */
export function sessionDigest(session: Session): string {
  return hash("sha256", JSON.stringify(inOrderOfKeys(session)), "hex");
}

/**
 * The same plain JSON with the keys of each object in one order, so that equal values give equal text whether they were just made or read
 * from a database. One pass of the runtime's own writer over it costs half of putting canonical text together piece by piece.
 */
function inOrderOfKeys(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) {
    // Most lists are of ids, a million of them perhaps.
    return value.some((one) => typeof one === "object") ? value.map(inOrderOfKeys) : value;
  }
  const ordered: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) {
    ordered[key] = inOrderOfKeys((value as Record<string, unknown>)[key]);
  }
  return ordered;
}
