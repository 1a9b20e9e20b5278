/**
 * What one removal leaves of one session that was alive then: AWS's table of what ends what, as code. Pure. Null: the removal does
 * not touch the session, or leaves nothing of it.
 */
import { actsInAccount } from "../../revocation/lifetime.ts";
import type { Certainty, Session, SessionKind } from "../../session.ts";
import { MINUTE, plus, type Instant } from "../../time.ts";
import type { Target } from "./access-history.ts";
import type { Taken } from "./removals.ts";
import { RULES } from "./rules.ts";

/** AWS: IAM Identity Center User Guide, authconcept: existing application sessions end within 30 minutes. */
export const APPLICATION_GRACE = 30 * MINUTE;

export interface Effect {
  readonly keeps: string;
  readonly until: Instant | null;
  readonly certainty: Certainty;
  readonly rule: string;
  readonly unknown: string | null;
}

/** What the effect needs to know of the person's other sessions and of the evidence. */
export interface Surroundings {
  /** Whether the session hangs on one that the removal ended. */
  hangsOn(session: Session): "yes" | "perhaps" | "no";
  /** The removal names the session, or the session says that it ended it. */
  isNamed(session: Session): boolean;
  /** Of an application or entitlement session; null when no record says. */
  applicationOf(session: Session): string | null;
  roleOf(session: Session): string | null;
  /** The role sessions that it was taken from by chaining. */
  chainOf(session: Session): readonly Session[];
}

export function effectOf(taken: Taken, session: Session, around: Surroundings): Effect | null {
  const effect = undoubted(taken, session, around);
  return effect === null || taken.doubt === null
    ? effect
    : { ...effect, unknown: joined(taken.doubt, effect.unknown) };
}

function undoubted(taken: Taken, session: Session, around: Surroundings): Effect | null {
  switch (taken.removal.what) {
    case "sign-out":
    case "session-ended":
      return afterEnding(taken, session, around);
    case "user-disabled":
    case "user-deleted":
      return afterDisabling(taken, session);
    case "assignment-deleted":
      return afterAssignment(taken, session, around);
    case "membership-removed":
    case "group-deleted":
      return afterGroup(taken, session, around);
    case "permission-set-deleted":
    case "permission-set-changed":
      return afterSet(taken, session, around);
    case "application-access-removed":
      return afterApplication(taken, session, around);
    case "entitlement-deleted":
      return afterEntitlement(taken, session, around);
  }
}

function afterEnding(taken: Taken, session: Session, around: Surroundings): Effect | null {
  const { kind } = session;
  if (around.isNamed(session)) {
    // What was named is over at once, but for what applications took from it.
    const lingers = kind === "application" || kind === "background";
    return lingers ? halfHour(taken, session) : null;
  }
  if (taken.removal.what === "session-ended" && taken.credentialIds.length === 0) {
    if (!actsInAccount(kind)) {
      return goesOn(
        session,
        stillOf(kind),
        ruleOf(session),
        "the event names no session: it may have ended this one",
      );
    }
  }
  const hangs = around.hangsOn(session);
  if (kind === "portal" || hangs === "no") return null;
  if (kind === "background") return goesOn(session, stillOf(kind), RULES.background);
  if (actsInAccount(kind)) return goesOn(session, stillOf(kind), ruleOf(session));
  if (hangs === "yes") return halfHour(taken, session);
  return goesOn(
    session,
    stillOf(kind),
    RULES.applicationHalfHour,
    "which session it hangs on is not known; if on the one that ended, it ends within 30 minutes",
  );
}

function afterDisabling(taken: Taken, session: Session): Effect | null {
  const { kind } = session;
  // A change that may have been none leaves everything possible.
  if (taken.doubt !== null && !actsInAccount(kind)) {
    return goesOn(
      { ...session, endsAt: { ...session.endsAt, certainty: "unknown" } },
      stillOf(kind),
      ruleOf(session),
    );
  }
  if (kind === "portal") return null;
  if (kind === "token" || kind === "application") return halfHour(taken, session);
  return goesOn(session, stillOf(kind), ruleOf(session));
}

const TAKES_ROLES: ReadonlySet<SessionKind> = new Set(["portal", "token", "application"]);

function afterAssignment(taken: Taken, session: Session, around: Surroundings): Effect | null {
  // In doubt, what a person may still take is not worth a row: they may never have had it.
  if (TAKES_ROLES.has(session.kind)) return taken.doubt === null ? signedIn(session) : null;
  return roleOfTargets(taken, session, around);
}

function afterGroup(taken: Taken, session: Session, around: Surroundings): Effect | null {
  const { kind } = session;
  if (kind === "portal" || kind === "token") return signedIn(session);
  if (kind === "application") {
    return goesOn(
      session,
      stillOf(kind),
      RULES.notDocumented,
      "whether the group gave the application is not known; if it did, the session ends within 30 minutes",
    );
  }
  if (kind === "background") return goesOn(session, stillOf(kind), RULES.background);
  return roleOfTargets(taken, session, around);
}

function afterSet(taken: Taken, session: Session, around: Surroundings): Effect | null {
  const effect = roleOfTargets(taken, session, around);
  if (effect === null) return null;
  if (taken.removal.what === "permission-set-changed") {
    const keeps = `its credentials work in ${session.accountId} with what the permission set allows once it is provisioned, and with what it allowed until then`;
    return { ...effect, keeps, rule: RULES.policyChanges };
  }
  return { ...effect, rule: RULES.setDeleted };
}

function afterApplication(taken: Taken, session: Session, around: Surroundings): Effect | null {
  const { kind } = session;
  if (kind !== "application" && kind !== "background") return null;
  const of = around.applicationOf(session);
  const named = taken.applicationArn;
  if (of !== null && named !== null && of !== named) return null;
  const doubt =
    of === null || named === null ? "which application the session is of is not known" : null;
  if (kind === "background") return goesOn(session, stillOf(kind), RULES.background, doubt);
  if (doubt !== null) return goesOn(session, stillOf(kind), RULES.applicationHalfHour, doubt);
  const whole = taken.removal.eventName !== "DeleteApplicationAssignment";
  return whole ? goesOn(session, stillOf(kind), RULES.applicationOwnEnd) : halfHour(taken, session);
}

function afterEntitlement(taken: Taken, session: Session, around: Surroundings): Effect | null {
  if (session.kind !== "entitlement-role") return null;
  const [target] = taken.targets ?? [];
  if (target !== undefined && target.accountId !== null && target.accountId !== session.accountId)
    return null;
  const role = around.roleOf(session);
  if (taken.roleArn !== null && role !== null && role !== taken.roleArn) return null;
  const application = around.applicationOf(session);
  if (taken.applicationArn !== null && application !== null && application !== taken.applicationArn)
    return null;
  const sure = (taken.roleArn ?? taken.applicationArn) !== null && (role ?? application) !== null;
  const doubt = sure ? null : "whether the session is of this entitlement is not known";
  return goesOn(session, stillOf(session.kind), RULES.entitlement, doubt);
}

/** Role sessions of the targets, and what was chained from them; all of them where the targets are not known. */
function roleOfTargets({ targets }: Taken, session: Session, around: Surroundings): Effect | null {
  const chain = around.chainOf(session);
  if (session.kind !== "role" && session.kind !== "aws-login" && chain.length === 0) return null;
  const left = (doubt: string | null) =>
    goesOn(session, stillOf(session.kind), ruleOf(session), doubt);
  if (targets === null) {
    return left(
      "what the group could take is not known: the directory had not been read and no event shows it",
    );
  }
  const from = chain.length === 0 ? [session] : chain;
  const matches = from.flatMap((one) => targets.map((target) => match(target, one)));
  if (matches.includes("yes")) return left(null);
  return matches.includes("perhaps")
    ? left("the name of the permission set, or that of the session, is not known")
    : null;
}

function match(target: Target, session: Session): "yes" | "perhaps" | "no" {
  if (target.accountId !== null && target.accountId !== session.accountId) return "no";
  if (session.permissionSetName === null || target.permissionSetName === null) return "perhaps";
  return target.permissionSetName === session.permissionSetName ? "yes" : "no";
}

function signedIn(session: Session): Effect {
  const keeps =
    "stays signed in and can take everything else; what was removed can no longer be taken";
  return goesOn(session, keeps, RULES.portalStays);
}

function halfHour({ removal }: Taken, session: Session): Effect {
  const limit = plus(removal.at, APPLICATION_GRACE);
  const { at, certainty } = session.endsAt;
  const own = at !== null && at <= limit;
  return {
    keeps: `${stillOf(session.kind)}; no new role session`,
    until: own ? at : limit,
    certainty: own && certainty !== "unknown" ? certainty : "at-most",
    rule: session.kind === "token" ? RULES.tokenHalfHour : RULES.applicationHalfHour,
    unknown: null,
  };
}

function goesOn(
  session: Session,
  keeps: string,
  rule: string,
  doubt: string | null = null,
): Effect {
  const { at, certainty, limitedBy } = session.endsAt;
  const known = at !== null && certainty !== "unknown";
  const why = known ? null : (session.unknownReason ?? `its end is not known: ${limitedBy}`);
  return {
    keeps,
    until: at,
    certainty: at === null ? "unknown" : certainty,
    rule,
    unknown: joined(doubt, why),
  };
}

function joined(...reasons: (string | null)[]): string | null {
  const said = reasons.filter((reason) => reason !== null);
  return said.length === 0 ? null : said.join("; ");
}

/** What of a session goes on working. */
export function stillOf(kind: SessionKind): string {
  switch (kind) {
    case "portal":
      return "the access portal, and every role it offers";
    case "token":
      return "its access token in applications";
    case "application":
      return "the application, as the person";
    case "background":
      return "its job, as the person";
    case "role":
      return "its credentials in the account, whoever holds them";
    case "aws-login":
      return "its credentials, and their renewal";
    case "entitlement-role":
      return "its credentials in the account, whoever holds them";
  }
}

/** The rule by which the session goes on after a removal that does not end it. */
export function ruleOf({ kind, links }: Pick<Session, "kind" | "links">): string {
  if (kind !== "aws-login" && links.some((link) => actsInAccount(link.kind))) return RULES.chained;
  switch (kind) {
    case "portal":
    case "token":
      return RULES.portalStays;
    case "application":
      return RULES.applicationHalfHour;
    case "background":
      return RULES.background;
    case "aws-login":
      return RULES.awsLogin;
    case "entitlement-role":
      return RULES.entitlement;
    case "role":
      return RULES.roleLivesOn;
  }
}
