/**
 * The truth about a crowd's links, and whether an honest observer of what was shown could tell each of them. Guarantees that the
 * labels come from the simulator's own sessions and use no code of what they judge; that no guess is asked for: where two origins
 * fit equally, or what would tell was never shown, the link is undecidable and says why.
 */
import { eventIdOf } from "../lives/record.ts";
import type { Session, Stage } from "../lives/stage.ts";
import { HOUR, MINUTE } from "../random.ts";
import type { TrueLink, TrueSession } from "../truth.ts";
import { AROUND, isOpen, wasSeenBefore, type Histories, type Life } from "./observed.ts";
import { createdAt, type Shown } from "./shown.ts";
import type { NoiseProfile } from "./profile.ts";

export type Undecidable =
  | "the record that began it was not seen"
  | "the call that handed it out was not seen"
  | "the call that handed it out lost its credential id"
  | "another call could have handed it out"
  | "the same role was issued twice in the same second"
  | "several token chains of like clients were current"
  | "no record of the origin was seen before"
  | "approved from another address"
  | "several portal sessions fit"
  | "several sign-ins fit";

export interface CrowdLink extends TrueLink {
  kind: "role" | "chained-role" | "token" | "sign-in";
  why: Undecidable | null;
}

export interface CrowdTruth {
  sessions: TrueSession[];
  /** `from` is a session's key; of kind `sign-in` the id of the event. */
  links: CrowdLink[];
}

/** A sign-in and what its session shows first. */
const SIGN_IN = 5 * MINUTE;

export function crowdTruth(
  stage: Stage,
  profile: NoiseProfile,
  sessions: readonly Session[],
  shown: readonly Shown[],
): CrowdTruth {
  const lives = new Map(
    sessions.map((session): [string, Life] => [session.key, { session, own: [], vend: null }]),
  );
  for (const one of shown) attribute(lives, one);
  attributeChains(stage, lives, shown);
  const seen = [...lives.values()].filter((life) => life.own.length > 0);
  const byPerson = new Map<string, Life[]>();
  for (const life of seen) {
    const { userId } = life.session.person;
    const theirs = byPerson.get(userId);
    if (theirs === undefined) byPerson.set(userId, [life]);
    else theirs.push(life);
  }
  const links = [...byPerson.values()].flatMap((own) => {
    const byKey = new Map(own.map((life) => [life.session.key, life]));
    const histories = { stage, profile, lives: own, byKey };
    return own.flatMap((life) => linksOf(histories, life));
  });
  return { sessions: seen.map(asTruth), links };
}

function attribute(lives: ReadonlyMap<string, Life>, shown: Shown): void {
  const { session, step } = shown.draft;
  const life = session === null ? undefined : lives.get(session.key);
  if (life === undefined) return;
  life.own.push(shown);
  const parent = session?.parent ?? null;
  if (step !== "vend" || parent === null) return;
  life.vend = shown;
  lives.get(parent.key)?.own.push(shown);
}

/** The AssumeRole of a chained session is its parent's call, and the only record that tells of the child. */
function attributeChains(stage: Stage, lives: ReadonlyMap<string, Life>, shown: readonly Shown[]) {
  const byEvent = new Map(shown.map((one) => [one.record.eventID, one]));
  for (const life of lives.values()) {
    if (life.session.kind !== "chained-role") continue;
    life.vend = byEvent.get(eventIdOf(stage, `${life.session.key}/AssumeRole`)) ?? null;
    if (life.vend !== null) life.own.unshift(life.vend);
  }
}

function asTruth({ session, own }: Life): TrueSession {
  return {
    key: session.key,
    kind: session.kind,
    userId: session.person.userId,
    startAt: session.startAt,
    endAt: session.hardEndAt,
    endsBy: "hard-end",
    hardEndAt: session.hardEndAt,
    accountId: session.role?.accountId ?? null,
    permissionSetName: session.kind === "role" ? (session.role?.name ?? null) : null,
    eventIds: own.map((one) => one.record.eventID),
  };
}

function linksOf(histories: Histories, life: Life): CrowdLink[] {
  const { session } = life;
  const { kind } = session;
  if (kind === "portal") return signInLink(histories, life);
  if (kind !== "role" && kind !== "chained-role" && kind !== "token") return [];
  if (session.parent === null) return [];
  const why =
    kind === "role"
      ? whyNotRole(histories, life)
      : kind === "token"
        ? whyNotToken(histories, life)
        : life.vend === null
          ? ("the call that handed it out was not seen" as const)
          : null;
  return [{ session: session.key, from: session.parent.key, decidable: why === null, kind, why }];
}

function whyNotRole(histories: Histories, life: Life): Undecidable | null {
  const { vend, session } = life;
  if (vend === null) return "the call that handed it out was not seen";
  if (vend.credentialId === null) return "the call that handed it out lost its credential id";
  const { stage, profile } = histories;
  // Known by that very call alone, which names its origin.
  const calls = life.own.filter((one) => one !== vend);
  if (calls.length === 0) return whyNotChain(histories, life, vend);
  const created = createdAt(stage, profile, session);
  const alike = histories.lives.filter(
    (other) =>
      other !== life &&
      other.session.kind === "role" &&
      other.session.role?.roleId === session.role?.roleId,
  );
  if (alike.some((other) => isSameRow(histories, other, created) && differs(other, life)))
    return "the same role was issued twice in the same second";
  const rivals = alike.filter(
    (other) =>
      other.vend !== null && Math.abs(other.vend.at - created) <= AROUND && differs(other, life),
  );
  const used = calls.filter(({ draft }) => draft.step === "call" || isConsoleLogin(draft.record));
  const told = rivals.every(
    (rival) => rival.vend !== null && isOtherClient(used, vend, rival.vend),
  );
  if (!told) return "another call could have handed it out";
  return whyNotChain(histories, life, vend);
}

const isConsoleLogin = (record: Record<string, unknown>): boolean =>
  record["eventName"] === "ConsoleLogin";

const differs = (one: Life, other: Life): boolean => one.session.parent !== other.session.parent;

/** Records of both carry one principal and creation date. */
function isSameRow({ stage, profile }: Histories, other: Life, created: number): boolean {
  const row = other.own.some((one) => one !== other.vend);
  return row && createdAt(stage, profile, other.session) === created;
}

/** Whether the session's own use tells the one call from the other. */
function isOtherClient(used: Shown[], vend: Shown, rival: Shown): boolean {
  return used.some((one) => isAlike(one, vend) && !isAlike(one, rival));
}

/** Same address and client; the same process where both name one. */
function isAlike(one: Shown, other: Shown): boolean {
  return addressOf(one) === addressOf(other) && clientOf(one) === clientOf(other);
}

const addressOf = ({ record }: Shown): string => String(record["sourceIPAddress"]);

/** Client and system, without what changes from command to command. */
function clientOf({ record }: Shown): string {
  return String(record["userAgent"]).replace(/ md\/command#.*$/, "");
}

/** A token's credential is in no grant: like clients with current tokens cannot be told apart. */
function whyNotChain(histories: Histories, life: Life, vend: Shown): Undecidable | null {
  if (life.session.parent?.kind !== "token") return null;
  const current = histories.lives.filter(
    (other) =>
      other.session.kind === "token" &&
      other.own.some((one) => {
        const age = vend.at - one.at;
        return isGrant(one) && isAlike(one, vend) && age >= -AROUND && age <= HOUR + MINUTE;
      }),
  );
  const isTold =
    current.length === 0 || (current.length === 1 && current[0]?.session === life.session.parent);
  return isTold ? null : "several token chains of like clients were current";
}

const isGrant = ({ record }: Shown): boolean =>
  record["eventName"] === "CreateToken" && record["responseElements"] !== null;

function whyNotToken(histories: Histories, life: Life): Undecidable | null {
  const { session } = life;
  const first = life.own.find(isGrant);
  if (first === undefined || first.draft.at > session.startAt)
    return "the record that began it was not seen";
  const parent = histories.byKey.get(session.parent?.key ?? "");
  if (parent === undefined || !wasSeenBefore(parent, first))
    return "no record of the origin was seen before";
  if (parent.session.ip !== session.ip) return "approved from another address";
  const grantType = (first.record["requestParameters"] as { grantType?: string }).grantType;
  const candidates = histories.lives.filter(
    (other) =>
      other.session.kind === "portal" &&
      other.session.ip === session.ip &&
      wasSeenBefore(other, first) &&
      isOpen(histories, other, first.at) &&
      (grantType !== "authorization_code" || systemOf(other.session) === systemOf(session)),
  );
  return candidates.length === 1 && candidates[0] === parent ? null : "several portal sessions fit";
}

/** The two clients of one device name one system. */
function systemOf({ userAgent }: Session): string {
  return (/macos|macintosh|windows|linux/i.exec(userAgent)?.[0] ?? "")
    .toLowerCase()
    .replace("macintosh", "macos");
}

function signInLink({ lives }: Histories, life: Life): CrowdLink[] {
  const done = life.own.find(({ record }) => record["eventName"] === "UserAuthentication");
  if (done === undefined) return [];
  const session = life.session.key;
  const link = { session, from: done.record.eventID, kind: "sign-in" as const };
  const first = life.own.find(({ record }) => record["eventName"] === "Authenticate");
  if (first === undefined)
    return [{ ...link, decidable: false, why: "the record that began it was not seen" }];
  if (first.credentialId === null)
    return [
      { ...link, decidable: false, why: "the call that handed it out lost its credential id" },
    ];
  const rival = lives.some(
    (other) =>
      other !== life &&
      other.session.ip === life.session.ip &&
      other.session.userAgent === life.session.userAgent &&
      other.own.some(
        (one) =>
          one.record["eventName"] === "UserAuthentication" &&
          first.at - one.at >= -AROUND &&
          first.at - one.at <= SIGN_IN,
      ),
  );
  return [{ ...link, decidable: !rival, why: rival ? "several sign-ins fit" : null }];
}
