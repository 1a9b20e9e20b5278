/**
 * Links by a record that two sessions share, or by an id that both show. Exact, because the record carries the keys of both: the call
 * that assumes a further role is its parent's, `aws login` is authorised by a call of the role session, and credentials that such
 * a login minted repeat its sign-in session.
 */
import type { Person } from "../../person.ts";
import type { TrailEvent } from "../../event.ts";
import type { SessionLink } from "../../session.ts";
import { draftId, type Draft } from "../draft.ts";
import { isAlike } from "./clients.ts";

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

/**
 * Roles that a login minted: their calls repeat its sign-in session. Two clients that signed in out of one console session share that
 * name, and then the client alone tells, as far as a client's text does.
 */
function linkToLogins(person: Person, roles: readonly Draft[], logins: readonly Draft[]): void {
  const byArn = loginsByArn(logins);
  if (byArn.size === 0) return;
  for (const draft of roles) {
    const used = draft.exact.filter((event) => event.isConsole !== true && isNamed(event));
    const named = used[0]?.signInSessionArn;
    const all = named === undefined ? [] : (byArn.get(named) ?? []);
    // The session that authorised a login repeats the name as well.
    if (all.length === 0 || draft.links.length > 0 || isCaller(person, draft, all)) continue;
    const clients = all.filter((login) => isClient(login, used));
    const [login] = all.length === 1 ? all : clients.length === 1 ? clients : [];
    if (login !== undefined) draft.links.push(linkTo(person, login, all, clients));
  }
}

function linkTo(
  person: Person,
  login: Draft,
  all: readonly Draft[],
  clients: readonly Draft[],
): SessionLink {
  const target = { sessionId: draftId(person, login), kind: login.kind };
  const same = "same sign-in session";
  if (all.length > 1) {
    const reasons = [same, "same address", "same client", "the other logins had other clients"];
    return { ...target, confidence: BY_CLIENT, basis: "inferred", reasons };
  }
  if (clients.length === 1) return { ...target, confidence: 1, basis: "exact", reasons: [same] };
  // Another client of the console session may have signed in unseen.
  const reasons = [same, "only candidate", "used by another client"];
  return { ...target, confidence: BY_ANOTHER, basis: "inferred", reasons };
}

/** Shares that were true among links with these grounds, on the simulator's noise (docs/session-model.md, Links). */
const BY_CLIENT = 0.99;
const BY_ANOTHER = 0.98;

function isNamed(event: TrailEvent): boolean {
  return event.kind !== "aws-login" && event.signInSessionArn !== undefined;
}

function loginsByArn(logins: readonly Draft[]): Map<string, Draft[]> {
  const byArn = new Map<string, Draft[]>();
  for (const login of logins) {
    const arn = login.exact[0]?.signInSessionArn;
    if (arn === undefined) continue;
    const known = byArn.get(arn);
    if (known === undefined) byArn.set(arn, [login]);
    else known.push(login);
  }
  return byArn;
}

function isCaller(person: Person, draft: Draft, logins: readonly Draft[]): boolean {
  const id = draftId(person, draft);
  return logins.some((login) => login.links.some((link) => link.sessionId === id));
}

function isClient(login: Draft, used: readonly TrailEvent[]): boolean {
  return login.exact.some(
    (grant) =>
      grant.kind === "aws-login" && grant.issued && used.some((event) => isAlike(event, grant)),
  );
}
