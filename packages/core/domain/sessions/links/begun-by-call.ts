/**
 * Links by a record that two sessions share, or by an id that both show. Exact, because the record carries the keys of both: the call
 * that assumes a further role is its parent's, `aws login` is authorised by a call of the role session, and credentials that such
 * a login minted repeat its sign-in session.
 */
import type { Person } from "../../person.ts";
import type { TrailEvent } from "../../event.ts";
import { draftId, type Draft } from "../draft.ts";

/** Puts the links on chained roles, on `aws login` sessions and on the roles that such a login handed out. */
export function linkBegun(person: Person, roles: readonly Draft[], logins: readonly Draft[]): void {
  const chained = roles.filter(isChained);
  const callers = callersOf(roles, [...chained, ...logins]);
  for (const draft of chained) linkToCaller(person, draft, callers, ["issued by its call"]);
  for (const draft of logins) linkToCaller(person, draft, callers, ["authorised by its call"]);
  linkToLogins(person, roles, logins);
}

/** A role that no permission set made. */
export function isChained(draft: Draft): boolean {
  return draft.kind === "role" && draft.permissionSetName === null;
}

/** The role sessions that made the calls by which others began. */
function callersOf(
  roles: readonly Draft[],
  begun: readonly Draft[],
): ReadonlyMap<string, readonly Draft[]> {
  const callers = new Map<string, Draft[]>();
  for (const draft of begun) {
    for (const event of draft.exact) if (begins(event, draft)) callers.set(event.eventId, []);
  }
  if (callers.size === 0) return callers;
  for (const draft of roles) {
    for (const event of draft.exact) {
      if (!begins(event, draft)) callers.get(event.eventId)?.push(draft);
    }
  }
  return callers;
}

function linkToCaller(
  person: Person,
  draft: Draft,
  callers: ReadonlyMap<string, readonly Draft[]>,
  reasons: readonly string[],
): void {
  for (const event of draft.exact) {
    const caller = begins(event, draft) ? callers.get(event.eventId)?.[0] : undefined;
    if (caller === undefined) continue;
    const sessionId = draftId(person, caller);
    const named = [...reasons, ...(isUsed(draft, event) ? ["same issued access key"] : [])];
    draft.links.push({
      sessionId,
      kind: caller.kind,
      confidence: 1,
      basis: "exact",
      reasons: named,
    });
    return;
  }
}

/** Whether the event hands this very session out: a child's own calls may begin grandchildren. */
function begins(event: TrailEvent, draft: Draft): boolean {
  if (draft.kind === "aws-login") return event.kind === "aws-login";
  if (event.kind !== "role-call" && event.kind !== "person-role-call") return false;
  const { issuedAccessKeyId: key, issuedRoleArn: arn } = event;
  return key === null ? arn !== null && draft.keys.has(arn) : draft.keys.has(key);
}

function issuedKeyOf(event: TrailEvent): string | null {
  return event.kind === "role-call" || event.kind === "person-role-call"
    ? event.issuedAccessKeyId
    : null;
}

function isUsed(draft: Draft, event: TrailEvent): boolean {
  const key = issuedKeyOf(event);
  if (key === null) return false;
  return draft.exact.some(
    (call) =>
      (call.kind === "person-role-call" || call.kind === "role-call") && call.accessKeyId === key,
  );
}

function linkToLogins(person: Person, roles: readonly Draft[], logins: readonly Draft[]): void {
  const byArn = new Map<string, Draft>();
  for (const login of logins) {
    for (const { signInSessionArn } of login.exact) {
      if (signInSessionArn !== undefined) byArn.set(signInSessionArn, login);
    }
  }
  if (byArn.size === 0) return;
  for (const draft of roles) {
    const arn = draft.exact.find((event) => event.signInSessionArn !== undefined)?.signInSessionArn;
    const login = arn === undefined ? undefined : byArn.get(arn);
    // The session that authorised the login may name it too; it came first.
    if (login === undefined || login.startedAt > draft.startedAt || draft.links.length > 0)
      continue;
    const sessionId = draftId(person, login);
    const reasons = ["same sign-in session"];
    draft.links.push({ sessionId, kind: login.kind, confidence: 1, basis: "exact", reasons });
  }
}
