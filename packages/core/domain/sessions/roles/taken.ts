/**
 * Sessions of roles that are no permission set's: taken by AssumeRole from another of the person's sessions (role chaining), handed
 * out for an entitlement, or known only by their calls. Their key is the one every call repeats (account, role id, session name and
 * second), which the issuing record shows as well; the issued access key joins calls whose clock was another second.
 */
import type { PersonRoleCall, RoleCall } from "../../event/activity.ts";
import type { EventBase, TrailEvent } from "../../event.ts";
import type { SessionEnd } from "../../session.ts";
import { plus, SECOND, type Instant } from "../../time.ts";
import { permissionSetOfRole, roleSessionKey } from "../../trail/identity.ts";
import { eventKey, newDraft, type Draft } from "../draft.ts";
import {
  isRoleDuration,
  LONGEST_CHAINED_SESSION,
  LONGEST_OTHER_ROLE,
  LONGEST_ROLE_SESSION,
  setRoleEnd,
} from "./ends.ts";

type Chained = EventBase & (RoleCall | PersonRoleCall);
type Entitled = Extract<TrailEvent, { kind: "entitlement-role-issued" }>;
type Call = Extract<TrailEvent, { kind: "person-role-call" }>;

interface Book {
  readonly byKey: Map<string, Draft>;
  readonly byAccessKey: Map<string, Draft>;
  /** The AssumeRole call of each session that another one took. */
  readonly takenBy: Map<Draft, Chained>;
}

/** @param roles the person's permission set sessions. `events` are the person's, in order. */
export function takenRoles(events: readonly TrailEvent[], roles: readonly Draft[]): Draft[] {
  const book: Book = { byKey: new Map(), byAccessKey: new Map(), takenBy: new Map() };
  const own = new Set(roles.map((draft) => draft.key[0]!));
  const calls: Call[] = [];
  for (const event of events) {
    if (event.kind === "entitlement-role-issued" && event.errorCode === null) entitled(book, event);
    else if (isChained(event)) chained(book, own, event);
    if (event.kind === "person-role-call") calls.push(event);
  }
  joinCalls(book, calls);
  const drafts = [...new Set(book.byKey.values())];
  for (const draft of drafts) setEnd(draft, book.takenBy.get(draft) ?? null);
  return drafts;
}

function isChained(event: TrailEvent): event is Chained {
  if (event.kind !== "role-call" && event.kind !== "person-role-call") return false;
  if (event.errorCode !== null || event.issuedRoleArn === null) return false;
  return permissionSetOfRole(event.issuedRoleArn.split("/").at(-1)!) === null;
}

function chained(book: Book, own: ReadonlySet<string>, event: Chained): void {
  // From another person's session; what a session of nobody took is nobody's.
  if (event.kind === "role-call" && !own.has(roleSessionKey(event.session))) return;
  const accountId = event.issuedRoleArn!.split(":")[4] || event.accountId;
  const { issuedRoleId: roleId, issuedSessionName: name, issuedAccessKeyId: accessKey } = event;
  const draft = bookedAs(book, event, {
    kind: "role",
    key:
      roleId && name
        ? `${accountId}/${roleId}:${name}@${event.occurredAt}`
        : (accessKey ?? eventKey(event)),
    accountId,
    accessKey,
    roleArn: event.issuedRoleArn,
  });
  if (!book.takenBy.has(draft)) book.takenBy.set(draft, event);
}

function entitled(book: Book, event: Entitled): void {
  const { session, issuedAccessKeyId: accessKey, roleArn } = event;
  bookedAs(book, event, {
    kind: "entitlement-role",
    key: session === null ? (accessKey ?? eventKey(event)) : roleSessionKey(session),
    accountId: session?.accountId ?? (roleArn?.split(":")[4] || event.accountId),
    accessKey,
    roleArn,
  });
}

interface Issue {
  readonly kind: "role" | "entitlement-role";
  readonly key: string;
  readonly accountId: string;
  readonly accessKey: string | null;
  readonly roleArn: string | null;
}

function bookedAs(book: Book, event: TrailEvent, issue: Issue): Draft {
  let draft = book.byKey.get(issue.key);
  if (draft === undefined) {
    draft = newDraft(issue.kind, [issue.key], event, { accountId: issue.accountId });
    draft.keys.add(issue.key);
    book.byKey.set(issue.key, draft);
  } else draft.exact.push(event);
  if (issue.roleArn !== null) draft.keys.add(issue.roleArn);
  if (issue.accessKey !== null) {
    draft.keys.add(issue.accessKey);
    book.byAccessKey.set(issue.accessKey, draft);
  }
  return draft;
}

/** First the calls that an issued access key joins, which may show another second of issue, then all others by their own key. */
function joinCalls(book: Book, calls: readonly Call[]): void {
  const left: Call[] = [];
  for (const call of calls) {
    const draft = call.accessKeyId === null ? undefined : book.byAccessKey.get(call.accessKeyId);
    if (draft === undefined) {
      left.push(call);
      continue;
    }
    draft.exact.push(call);
    const key = roleSessionKey(call.session);
    if (!book.byKey.has(key)) book.byKey.set(key, draft);
  }
  for (const call of left) {
    const key = roleSessionKey(call.session);
    const draft = book.byKey.get(key);
    if (draft === undefined) book.byKey.set(key, calledOnly(call, key));
    else draft.exact.push(call);
  }
}

function calledOnly(call: Call, key: string): Draft {
  const { session, roleArn } = call;
  const draft = newDraft("role", [key], call, {
    startedAt: session.issuedAt,
    accountId: session.accountId,
  });
  draft.keys.add(key);
  if (roleArn !== null) draft.keys.add(roleArn);
  return draft;
}

function setEnd(draft: Draft, takenBy: Chained | null): void {
  const chain = takenBy !== null;
  setRoleEnd(draft, {
    stated: statedEnd(draft, takenBy),
    longest: chain ? LONGEST_CHAINED_SESSION : LONGEST_ROLE_SESSION,
    limitedBy: chain ? "longest session of role chaining (1 h)" : LONGEST_OTHER_ROLE,
  });
}

function statedEnd(draft: Draft, takenBy: Chained | null): SessionEnd | null {
  if (takenBy !== null) return expiry(takenBy, takenBy.issuedExpiresAt ?? null);
  for (const event of draft.exact) {
    if (event.kind !== "entitlement-role-issued") continue;
    const stated = expiry(event, event.expiresAt);
    if (stated !== null) return stated;
    if (isRoleDuration(event.durationSeconds)) {
      return {
        at: plus(event.occurredAt, event.durationSeconds * SECOND),
        limitedBy: "durationSeconds of AssumeRole",
        certainty: "exact",
      };
    }
  }
  return null;
}

/** AWS: AssumeRole, Credentials.Expiration. One that AWS could not have issued states nothing. */
function expiry(event: TrailEvent, at: Instant | null): SessionEnd | null {
  if (at === null || at <= event.occurredAt) return null;
  if (at > plus(event.occurredAt, LONGEST_ROLE_SESSION + SECOND)) return null;
  return { at, limitedBy: "expiration of the issued credentials", certainty: "exact" };
}
