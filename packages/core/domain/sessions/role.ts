/**
 * Role sessions of permission sets. Their key is principalId and creation date, which every record of the session repeats;
 * AssumeRoleWithSAML shows the same pair, while the access key it logs is not the one that is used later.
 * Credentials that were handed out without any record of the member account form a session whose use is unknown.
 */
import type { RoleSessionRef, TrailEvent } from "../event.ts";
import { personKey, type PersonKey } from "../person.ts";
import { epoch, HOUR, plus, SECOND } from "../time.ts";
import { roleSessionKey } from "../trail/identity.ts";
import { newDraft, type Draft } from "./draft.ts";

/** GetRoleCredentials or Federate, answered. */
export type Vending = Extract<TrailEvent, { kind: "portal" }>;

/** AWS: a permission set's session lasts at most 12 hours. */
export const LONGEST_ROLE_SESSION = 12 * HOUR;

/** Seconds between the portal's call and the role it assumes. */
const BEFORE = 2 * SECOND;
const AFTER = 5 * SECOND;

export interface RoleSessions {
  readonly drafts: Draft[];
  /** For each session the portal events that may have handed it out. */
  readonly vendings: ReadonlyMap<Draft, readonly Vending[]>;
}

/** `events` are in order. */
export function roleSessions(events: readonly TrailEvent[], person: PersonKey): RoleSessions {
  const byKey = new Map<string, Draft>();
  const others = othersKeys(events, person);
  for (const event of events) {
    const session = sessionOf(event);
    if (session === null) continue;
    const key = roleSessionKey(session);
    if (others.has(key)) continue;
    const draft = byKey.get(key);
    if (draft === undefined) byKey.set(key, opened(session, key, event));
    else draft.exact.push(event);
  }
  const drafts = [...byKey.values()];
  for (const draft of drafts) draft.endsAt = hardEnd(draft);
  return withVendings(drafts, events.filter(isVending));
}

/**
 * Keys of other people's sessions: what was done about the person from there is in their history, and no session of theirs.
 * Where no event of a session names its actor it may be the person's own, and stays.
 */
function othersKeys(events: readonly TrailEvent[], person: PersonKey): Set<string> {
  return new Set(
    events.flatMap((event) => {
      const session = sessionOf(event);
      return session !== null && namesAnother(event, person) ? [roleSessionKey(session)] : [];
    }),
  );
}

function namesAnother(event: TrailEvent, person: PersonKey): boolean {
  return event.person !== null && personKey(event.person) !== personKey(person);
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

/** AWS: AssumeRoleWithSAML, DurationSeconds, 900 to 43,200. Anything else states no end. */
function isRoleDuration(seconds: number | null): boolean {
  return seconds !== null && seconds >= 900 && seconds * SECOND <= LONGEST_ROLE_SESSION;
}

function hardEnd(draft: Draft): Draft["endsAt"] {
  const issued = draft.exact.find(
    (event) => event.kind === "role-issued" && isRoleDuration(event.durationSeconds),
  );
  if (issued?.kind === "role-issued") {
    return {
      at: plus(draft.startedAt, issued.durationSeconds! * SECOND),
      limitedBy: "durationSeconds of AssumeRoleWithSAML",
      certainty: "exact",
    };
  }
  return {
    at: plus(draft.startedAt, LONGEST_ROLE_SESSION),
    limitedBy: "longest role session of a permission set (12 h)",
    certainty: "at-most",
  };
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

interface Placed {
  readonly at: number;
  readonly draft: Draft;
}

function withVendings(drafts: Draft[], vendings: readonly Vending[]): RoleSessions {
  const found = new Map<Draft, Vending[]>();
  const places = placed(drafts);
  for (const vending of vendings) {
    const place = places.get(`${vending.targetAccountId}/${vending.permissionSetName}`) ?? [];
    const nearest = nearestSession(place, epoch(vending.occurredAt));
    if (nearest !== null) {
      found.set(nearest, [...(found.get(nearest) ?? []), vending]);
      continue;
    }
    const unseen = unseenSession(vending);
    drafts.push(unseen);
    found.set(unseen, [vending]);
  }
  return { drafts, vendings: found };
}

/** The sessions of each account and permission set, by the second they were issued. */
function placed(drafts: readonly Draft[]): Map<string, Placed[]> {
  const places = new Map<string, Placed[]>();
  for (const draft of drafts) {
    const place = `${draft.accountId}/${draft.permissionSetName}`;
    const known = places.get(place);
    const entry = { at: epoch(draft.startedAt), draft };
    if (known === undefined) places.set(place, [entry]);
    else known.push(entry);
  }
  for (const place of places.values()) place.sort((left, right) => left.at - right.at);
  return places;
}

/** Of the sessions issued within the window around the call, the nearest; the earlier one of two as near. */
function nearestSession(place: readonly Placed[], vendedAt: number): Draft | null {
  let low = 0;
  let high = place.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (place[middle]!.at < vendedAt - BEFORE) low = middle + 1;
    else high = middle;
  }
  let best: Placed | null = null;
  for (let index = low; index < place.length && place[index]!.at <= vendedAt + AFTER; index += 1) {
    const entry = place[index]!;
    if (best === null || Math.abs(entry.at - vendedAt) < Math.abs(best.at - vendedAt)) best = entry;
  }
  return best?.draft ?? null;
}

function unseenSession(vending: Vending): Draft {
  const account = vending.targetAccountId!;
  const draft = newDraft("role", ["vended", vending.eventId], vending, {
    accountId: account,
    permissionSetName: vending.permissionSetName!,
  });
  draft.endsAt = {
    at: plus(draft.startedAt, LONGEST_ROLE_SESSION),
    limitedBy: "longest role session of a permission set (12 h)",
    certainty: "at-most",
  };
  draft.unknownReason = `no record of account ${account} shows this session; read the organisation trail to know its use and end`;
  return draft;
}
