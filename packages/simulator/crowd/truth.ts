/**
 * The truth about a crowd's links, and whether an honest observer of what was shown could tell each of them. Guarantees that the
 * labels come from the simulator's own sessions and use no code of what they judge; that no guess is asked for: where two origins
 * fit equally, or what would tell was never shown, the link is undecidable and says why.
 */
import type { Stage } from "../lives/stage.ts";
import type { TrueLink, TrueSession } from "../truth.ts";
import { attributed } from "./told/attributed.ts";
import type { Histories, Life } from "./told/observed.ts";
import type { CrowdKind, CrowdPlan } from "./plan.ts";
import type { NoiseProfile } from "./profile.ts";
import type { Shown } from "./shown.ts";
import { whyNotChained, whyNotEntitled, whyNotLogin, whyNotMinted } from "./told/others.ts";
import { whyNotRole } from "./told/role.ts";
import { signInLink, whyNotToken } from "./told/token.ts";
import type { Undecidable } from "./told/undecidable.ts";

/** What is linked, and to what: later first. */
export const LINK_KINDS = [
  "portal → sign-in",
  "token → portal",
  "role → portal",
  "role → token",
  "role → application",
  "role → background",
  "role → aws login",
  "chained role → role",
  "aws login → role",
  "entitlement role → portal",
] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

export interface CrowdLink extends TrueLink {
  kind: LinkKind;
  why: Undecidable | null;
}

export interface CrowdSession extends Omit<TrueSession, "kind"> {
  kind: CrowdKind;
  /** `<role id>:<session name>`, as records repeat it; null for sessions without a role. */
  principalId: string | null;
}

export interface CrowdTruth {
  sessions: CrowdSession[];
  /** `from` is the key of a session, or the id of the sign-in event. */
  links: CrowdLink[];
}

export function crowdTruth(
  stage: Stage,
  profile: NoiseProfile,
  plan: CrowdPlan,
  shown: readonly Shown[],
): CrowdTruth {
  const { lives, unkept } = attributed(stage, plan, shown);
  const seen = [...lives.values()].filter((life) => life.own.length > 0);
  const byPerson = new Map<string, Life[]>();
  for (const life of seen) {
    const { userId } = life.session.person;
    const theirs = byPerson.get(userId);
    if (theirs === undefined) byPerson.set(userId, [life]);
    else theirs.push(life);
  }
  const { signInSessions } = plan;
  const links = [...byPerson.values()].flatMap((own) => {
    const byKey = new Map(own.map((life) => [life.session.key, life]));
    const histories = { stage, profile, lives: own, byKey, unkept, signInSessions };
    return own.flatMap((life) => linksOf(histories, life, lives));
  });
  return { sessions: seen.map(asTruth), links };
}

function asTruth({ session, kind, own }: Life): CrowdSession {
  return {
    key: session.key,
    kind,
    userId: session.person.userId,
    startAt: session.startAt,
    endAt: session.hardEndAt,
    endsBy: "hard-end",
    hardEndAt: session.hardEndAt,
    accountId: session.role?.accountId ?? null,
    principalId:
      session.role === null ? null : `${session.role.roleId}:${session.role.sessionName}`,
    permissionSetName: kind === "role" ? (session.role?.name ?? null) : null,
    eventIds: own.map((one) => one.record.eventID),
  };
}

function linksOf(histories: Histories, life: Life, all: ReadonlyMap<string, Life>): CrowdLink[] {
  if (life.kind === "portal") return signInLink(histories, life);
  const { key: session, parent } = life.session;
  const kind = parent === null ? null : linkKindOf(life.kind, all.get(parent.key)?.kind);
  if (parent === null || kind === null) return [];
  const why = whyNot(histories, life, kind);
  return [{ session, from: parent.key, decidable: why === null, kind, why }];
}

function linkKindOf(kind: CrowdKind, parent: CrowdKind | undefined): LinkKind | null {
  switch (kind) {
    case "token":
      return "token → portal";
    case "chained-role":
      return "chained role → role";
    case "aws-login":
      return "aws login → role";
    case "entitlement-role":
      return "entitlement role → portal";
    case "role":
      return LINK_KINDS.find((name) => name === `role → ${parent?.replace("-", " ")}`) ?? null;
    default:
      return null;
  }
}

function whyNot(histories: Histories, life: Life, kind: LinkKind): Undecidable | null {
  switch (kind) {
    case "token → portal":
      return whyNotToken(histories, life);
    case "chained role → role":
      return whyNotChained(histories, life);
    case "aws login → role":
      return whyNotLogin(life);
    case "role → aws login":
      return whyNotMinted(histories, life);
    case "entitlement role → portal":
      return whyNotEntitled(histories, life);
    default:
      return whyNotRole(histories, life);
  }
}
