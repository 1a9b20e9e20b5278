/**
 * Role sessions of permission sets. Their key is principalId and creation date, which every record of the session repeats;
 * AssumeRoleWithSAML shows the same pair, while the access key it logs is not the one that is used later.
 * Credentials that were handed out without any record of the member account form a session whose use is unknown.
 */
import type { RoleSessionRef, TrailEvent } from "../event.ts";
import type { PersonKey } from "../person.ts";
import type { SessionSettings } from "../session.ts";
import { plus, SECOND } from "../time.ts";
import { roleSessionKey } from "../trail/identity.ts";
import { isOwn, newDraft, type Draft } from "./draft.ts";
import { isRoleDuration, longestOfSet, setRoleEnd } from "./roles/ends.ts";
import { withVendings } from "./roles/vended.ts";

/** GetRoleCredentials or Federate, answered. */
export type Vending = Extract<TrailEvent, { kind: "portal" }>;

export interface RoleSessions {
  readonly drafts: Draft[];
  /** For each session the portal events that may have handed it out. */
  readonly vendings: ReadonlyMap<Draft, readonly Vending[]>;
}

/** `events` are in order. */
export function roleSessions(
  events: readonly TrailEvent[],
  person: PersonKey,
  settings: SessionSettings,
): RoleSessions {
  const byKey = new Map<string, Draft>();
  const keyOf = keysOnce();
  const others = othersKeys(events, person, keyOf);
  const vendings: Vending[] = [];
  for (const event of events) {
    if (isVending(event) && isOwn(event, person)) vendings.push(event);
    const session = sessionOf(event);
    if (session === null) continue;
    const key = keyOf(session);
    if (others.has(key)) continue;
    const draft = byKey.get(key);
    if (draft === undefined) byKey.set(key, opened(session, key, event));
    else draft.exact.push(event);
  }
  const drafts = [...byKey.values()];
  for (const draft of drafts) setEnd(draft, settings);
  return withVendings(drafts, vendings, settings);
}

/** `roleSessionKey`, made once for each object: a store gives the calls of a session one and the same. */
function keysOnce(): (session: RoleSessionRef) => string {
  const keys = new Map<RoleSessionRef, string>();
  return (session) => {
    let key = keys.get(session);
    if (key === undefined) keys.set(session, (key = roleSessionKey(session)));
    return key;
  };
}

/**
 * Keys of other people's sessions: what was done about the person from there is in their history, and no session of theirs.
 * Where no event of a session names its actor it may be the person's own, and stays.
 */
function othersKeys(
  events: readonly TrailEvent[],
  person: PersonKey,
  keyOf: (session: RoleSessionRef) => string,
): Set<string> {
  const keys = new Set<string>();
  for (const event of events) {
    const session = isOwn(event, person) ? null : sessionOf(event);
    if (session !== null) keys.add(keyOf(session));
  }
  return keys;
}

/** AWS: CreatePermissionSet, Name; AssignmentTarget, TargetId. Anything else names no session that could be kept or ended. */
const PERMISSION_SET_NAME = /^[\w+=,.@-]{1,32}$/;
const ACCOUNT_ID = /^\d{12}$/;

function isPermissionSetName(name: string | null | undefined): boolean {
  return name !== null && name !== undefined && PERMISSION_SET_NAME.test(name);
}

function sessionOf(event: TrailEvent): RoleSessionRef | null {
  const session =
    event.kind === "role-issued" || event.kind === "role-call"
      ? event.session
      : (event.callerSession ?? null);
  return isPermissionSetName(session?.permissionSetName) ? session : null;
}

function opened(session: RoleSessionRef, key: string, event: TrailEvent): Draft {
  const draft = newDraft("role", [key], event, {
    startedAt: session.issuedAt,
    accountId: session.accountId,
    permissionSetName: session.permissionSetName,
  });
  draft.keys.add(key);
  return draft;
}

/** Two sessions of one second share a key: then the longer one bounds both. */
function setEnd(draft: Draft, settings: SessionSettings): void {
  const stated = new Set<number>();
  for (const event of draft.exact) {
    if (event.kind === "role-issued" && isRoleDuration(event.durationSeconds)) {
      stated.add(event.durationSeconds);
    }
  }
  const seconds = [...stated].toSorted((left, right) => right - left)[0];
  setRoleEnd(draft, {
    stated:
      seconds === undefined
        ? null
        : {
            at: plus(draft.startedAt, seconds * SECOND),
            limitedBy: "durationSeconds of AssumeRoleWithSAML",
            certainty: stated.size === 1 ? "exact" : "at-most",
          },
    ...longestOfSet(draft, settings),
  });
}

function isVending(event: TrailEvent): event is Vending {
  return (
    event.kind === "portal" &&
    (event.action === "get-role-credentials" || event.action === "federate") &&
    event.errorCode === null &&
    event.targetAccountId !== null &&
    ACCOUNT_ID.test(event.targetAccountId) &&
    isPermissionSetName(event.permissionSetName)
  );
}
