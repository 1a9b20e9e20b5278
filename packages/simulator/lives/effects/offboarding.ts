/**
 * What others do about a person who is denied everywhere: the help desk ends every session of theirs in the console and disables
 * them, then the identity provider deactivates them and takes them out of its groups. Guarantees the instants of the state. Which
 * ids AWS names is not documented: each deletion names every credential that the session's records have shown.
 */
import type { Person } from "../../model.ts";
import { DAY, SECOND } from "../../random.ts";
import { byScim, leaveGroup, switchOff } from "../control-plane/scim.ts";
import { centerDraft, roleIdentity } from "../record.ts";
import { emptyPlan, type Draft, type Plan, type Session, type Stage } from "../stage.ts";
import { credentialAt } from "../tokens.ts";
import { administratorAt, calledIn, helpDeskAt } from "../watch.ts";
import type { Consequences } from "./consequences.ts";

/** The records of a window. `plans` are those of the days in which a session that is alive at an instant may have begun. */
export function offboarding(
  stage: Stage,
  consequences: Consequences,
  plans: (around: number) => Plan[],
  from: number,
  to: number,
): Draft[] {
  const out: Draft[] = [];
  for (const [userId, at] of consequences.helpDesk) {
    if (at < from - DAY || at >= to) continue;
    const person = stage.organisation.people.find((candidate) => candidate.userId === userId);
    if (person === undefined) continue;
    const around = plans(at);
    const ended = living(consequences, around, person, at).map((session) => ({
      session,
      ids: credentialsOf(stage, around, session, at),
    }));
    const desk = staff(stage, consequences, at);
    out.push(...desk.drafts, ...helpDeskActs(stage, desk.session, person, at, ended));
    out.push(...providerActs(stage, consequences, person));
  }
  return out.filter((made) => made.at >= from && made.at < to);
}

/**
 * What the console lists of a person. A portal session leaves the list when they sign out; that anything else does before its hard
 * end is nowhere documented, so it is listed until then.
 */
function living(
  consequences: Consequences,
  plans: readonly Plan[],
  person: Person,
  at: number,
): Session[] {
  const listed = plans
    .flatMap((plan) => plan.sessions)
    .filter((session) => session.person.userId === person.userId && session.role === null)
    .filter((session) => session.startAt <= at && at < session.hardEndAt)
    .filter((session) => session.kind !== "portal" || at < (session.signsOutAt ?? Infinity))
    .filter((session) => !consequences.isBlocked(session));
  return [...new Map(listed.map((session) => [session.key, session])).values()];
}

/** The credentials that a session's records have shown by then, the current one first. */
function credentialsOf(
  stage: Stage,
  plans: readonly Plan[],
  session: Session,
  at: number,
): string[] {
  const own = plans
    .flatMap((plan) => plan.drafts)
    .filter((draft) => draft.at <= at && draft.step !== "sign-in" && isOf(draft, session))
    .map((draft) => (draft.record["userIdentity"] as Record<string, unknown>)["credentialId"])
    .filter((id): id is string => typeof id === "string");
  return [...new Set([credentialAt(stage, session, at), ...own])];
}

/** Whether a record carries the session's credential: its own, and the handing out of a role session from it. */
function isOf(draft: Draft, session: Session): boolean {
  const carrier = draft.step === "vend" ? draft.session?.parent : draft.session;
  return carrier?.key === session.key;
}

/**
 * Who acts at an instant: the administrator on watch, or, where they are cut off themselves, another one who is called in and whose
 * way to the console is recorded too.
 */
function staff(
  stage: Stage,
  consequences: Consequences,
  at: number,
): { session: Session; drafts: Draft[] } {
  const plan = emptyPlan();
  const { people, breakGlassUserId } = stage.organisation;
  // Who is cut off later was free then: a change alters nothing that occurred before it.
  const isFree = ({ userId }: Person): boolean => consequences.disabledAt(userId) > at;
  const colleague = people.find(
    (one) =>
      one.profile === "platform-admin" &&
      one.userId !== breakGlassUserId &&
      stage.isHere(one, at) &&
      isFree(one),
  );
  // Where nobody else is left, the one on watch does what they were told to do to themselves.
  if (colleague === undefined || isFree(administratorAt(stage, at)))
    return { session: helpDeskAt(stage, plan, at), drafts: [] };
  return { session: calledIn(stage, plan, colleague, at), drafts: plan.drafts };
}

function helpDeskActs(
  stage: Stage,
  desk: Session,
  person: Person,
  at: number,
  sessions: { session: Session; ids: string[] }[],
): Draft[] {
  // Not before its session: somebody who is called in has to sign in first.
  const begins = Math.max(at, desk.startAt + 2 * SECOND);
  const named = { identityStoreId: stage.organisation.identityStoreId, userId: person.userId };
  const act = (what: string, name: string, source: string, second: number, more: object): Draft => {
    const key = `help-desk/${person.userId}/${at}/${what}`;
    const accessKeyId = `ASIA${stage.dice("help-desk", key).base32(16)}`;
    return centerDraft(stage, {
      key,
      at: begins + second * SECOND,
      step: "outside",
      session: null,
      source,
      name,
      identity: roleIdentity(stage, desk, accessKeyId, true),
      ip: desk.ip,
      userAgent: desk.userAgent,
      readOnly: false,
      request: { ...named, ...more },
      more: { sessionCredentialFromConsole: "true" },
    });
  };
  const ended = sessions.map(({ session, ids }, i) => {
    const more = stage.switches.batchDeleteNamesSession ? { sessionIds: ids } : {};
    return act(session.key, "BatchDeleteSession", "sso.amazonaws.com", i, more);
  });
  return [...ended, act("disable", "DisableUser", "sso-directory.amazonaws.com", ended.length, {})];
}

/** Deactivated first, then out of one group after the other. */
function providerActs(stage: Stage, consequences: Consequences, person: Person): Draft[] {
  const departure = consequences.departure(person.userId);
  if (departure === null) return [];
  const { deactivated, leavings } = departure;
  const plan = emptyPlan();
  const key = `identity-provider/${person.userId}/${deactivated}`;
  byScim(stage, plan, key, deactivated, "PatchUser", switchOff(person.userId));
  for (const { groupId, membershipId, at } of leavings)
    byScim(
      stage,
      plan,
      `${key}/${membershipId}`,
      at,
      "PatchGroup",
      leaveGroup(groupId, person.userId),
    );
  return plan.drafts;
}
