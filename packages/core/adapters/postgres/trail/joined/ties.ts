/**
 * What ties role sessions whose calls may name nobody to those that do: the sign-in session that calls repeat, and the call that issued
 * a session. Kept beside the terms, so that either end is found from the other, whichever was stored first. It says what records show,
 * and never whose a session is.
 */
import type { RoleSessionRef, TrailEvent } from "../../../../domain/event.ts";
import { epoch, instant, plus, SECOND, type Instant } from "../../../../domain/time.ts";
import { permissionSetOfRole } from "../../../../domain/trail/identity.ts";
import { sessionTerm, type StoredEvent } from "../../../../domain/trail/stored-event.ts";
import type { Term } from "../terms.ts";

/** Clocks of AWS's services differ by seconds: a session's calls may show another second than the call that issued it. */
const APART = 5 * SECOND;

/** A longer one, or one with other letters, is no ARN that AWS wrote. */
const SIGN_IN_ARN = /^[\x21-\x7e]{1,512}$/;

/** One end of a tie. */
export interface Tie {
  /** Term of the role session at this end. */
  readonly roleSession: string | null;
  readonly signInSessionArn: string | null;
  /** Term of the person whom the record names. */
  readonly person: string | null;
}

/** An answered AssumeRole: the session that it issued, which is no permission set's. */
export interface Issue {
  readonly accountId: string;
  readonly roleId: string;
  readonly roleName: string;
  readonly sessionName: string;
  readonly issuedAt: Instant;
  readonly accessKeyId: string | null;
}

/** What is stored of an event's ties: none for most events. */
export function* tiesOf(event: TrailEvent, stored: StoredEvent): Generator<Term> {
  const { signInSessionArn: arn } = event;
  const issue = issueOf(event);
  if (arn === undefined && issue === null) return;
  const tie: Tie = {
    roleSession: stored.roleSession,
    signInSessionArn: arn === undefined || !SIGN_IN_ARN.test(arn) ? null : arn,
    person: stored.person,
  };
  if (tie.signInSessionArn !== null) {
    yield term(signInName(tie.signInSessionArn), tie);
    if (event.kind === "person-role-call") yield term(sessionNames(event.session)[0]!, tie);
  }
  if (issue !== null) yield term(sessionNames(issue)[0]!, tie);
}

/** The name is said in the value too, because values are unique. */
function term(name: string, { roleSession, signInSessionArn, person }: Tie): Term {
  const value = JSON.stringify([name, roleSession, signInSessionArn, person]);
  return { kind: "role-session", value, name };
}

/** Of a term's value. */
export function tieFrom(value: string): Tie {
  const [, roleSession, signInSessionArn, person] = JSON.parse(value) as [
    string,
    string | null,
    string | null,
    string | null,
  ];
  return { roleSession, signInSessionArn, person };
}

/** Names of these ties hold a space at a place where no user's name has one, so that none is taken for the other. */
export function signInName(arn: string): string {
  return `sign-in session ${arn}`;
}

/** By the minute of the issue, the session's own first; a second one where the other record may show another minute. */
export function sessionNames(
  session: Pick<Issue, "accountId" | "roleId" | "sessionName" | "issuedAt">,
): string[] {
  const { accountId, roleId, sessionName, issuedAt } = session;
  const minutes = [issuedAt, plus(issuedAt, -APART), plus(issuedAt, APART)].map((at) =>
    at.slice(0, 16),
  );
  return [...new Set(minutes)].map(
    (minute) => `role session ${accountId}/${roleId}:${sessionName}@${minute}`,
  );
}

export function issueOf(event: TrailEvent): Issue | null {
  if (event.kind !== "role-call" && event.kind !== "person-role-call") return null;
  const { issuedRoleArn: arn, issuedRoleId: roleId, issuedSessionName: sessionName } = event;
  if (event.errorCode !== null || arn === null || !roleId || !sessionName) return null;
  const roleName = arn.split("/").at(-1)!;
  if (permissionSetOfRole(roleName) !== null) return null;
  return {
    accountId: arn.split(":")[4] || event.accountId,
    roleId,
    roleName,
    sessionName,
    issuedAt: event.occurredAt,
    accessKeyId: event.issuedAccessKeyId,
  };
}

/** Terms under which the calls of an issued session may be kept: of each second that their records may show. */
export function termsOfIssued({
  accountId,
  roleId,
  roleName,
  sessionName,
  issuedAt,
}: Issue): string[] {
  const terms: string[] = [];
  for (let at = epoch(issuedAt) - APART; at <= epoch(issuedAt) + APART; at += SECOND) {
    terms.push(
      sessionTerm({
        accountId,
        roleId,
        roleName,
        sessionName,
        issuedAt: instant(at),
        permissionSetName: null,
      }),
    );
  }
  return terms;
}

/**
 * Whether a call of such a session is of this very issue. Exact by the access key; the console makes a key for each request, so there
 * the second decides (AWS shows no other key).
 */
export function isOfIssue(event: TrailEvent, session: RoleSessionRef, issue: Issue): boolean {
  const key = event.kind === "person-role-call" ? event.accessKeyId : null;
  if (key !== null && key === issue.accessKeyId) return true;
  const hasOtherKey = key !== null && issue.accessKeyId !== null && event.isConsole !== true;
  return !hasOtherKey && session.issuedAt === issue.issuedAt;
}
