/**
 * What really happened, told by the simulator's own labels: sessions with their exact bounds, the true links between them and the
 * attacks. Guarantees that it follows callers' changes as the records do. It is for judging Curfew, never for Curfew to read.
 */
import { deliver, LONGEST_DELIVERY } from "./lives/delivery.ts";
import type { Consequences } from "./lives/effects/consequences.ts";
import type { Lives } from "./lives.ts";
import type { Attack, Draft, Plan, Session, SessionKind } from "./lives/stage.ts";
import { REFRESH_EVERY } from "./lives/tokens.ts";
import { DAY, HOUR } from "./random.ts";

export interface TrueSession {
  key: string;
  kind: SessionKind;
  userId: string;
  startAt: number;
  /** When it really ends, and why. */
  endAt: number;
  endsBy: "hard-end" | "sign-out" | "disabled" | "role-removed";
  hardEndAt: number;
  accountId: string | null;
  permissionSetName: string | null;
  /** Events that carry this session's credential or made it, in order of time. */
  eventIds: string[];
}

export interface TrueLink {
  /** The later session. */
  session: string;
  /** The one it came from. */
  from: string;
  /** Whether an honest observer of the records could tell; false where several answers fit or an id was lost. */
  decidable: boolean;
}

export interface TrueAttack {
  kind: Attack["kind"];
  userId: string;
  from: number;
  to: number;
  eventIds: string[];
}

export interface GroundTruth {
  from: number;
  to: number;
  sessions: TrueSession[];
  links: TrueLink[];
  attacks: TrueAttack[];
}

/** Days before the window in which a session of it may have begun: portal sessions last a week. */
const LONGEST_SESSION_DAYS = 7;

function endOf(
  session: Session,
  consequences: Consequences,
): Pick<TrueSession, "endAt" | "endsBy"> {
  const isRole = session.kind === "role" || session.kind === "chained-role";
  const ends: [number, TrueSession["endsBy"]][] = [
    [session.hardEndAt, "hard-end"],
    [session.signsOutAt ?? Infinity, "sign-out"],
    isRole
      ? [consequences.removedAt(session), "role-removed"]
      : [consequences.disabledAt(session.person.userId), "disabled"],
  ];
  const [endAt, endsBy] = ends.reduce((first, next) => (next[0] < first[0] ? next : first));
  return { endAt, endsBy };
}

/** Whether an event is a session's own: it carries its credential, or it made it. */
function owners(draft: Draft): string[] {
  if (draft.session === null) return [];
  const { session } = draft;
  return draft.step === "vend" && session.parent !== null
    ? [session.key, session.parent.key]
    : [session.key];
}

/** Whether a trail file shows an event only after an instant; what is long past has been shown, without working out when. */
const deliveredAfter = (lives: Lives, draft: Draft, by: number): boolean =>
  draft.at + LONGEST_DELIVERY > by && deliver(lives.stage, draft).deliveredAt > by;

interface Known {
  session: Session;
  truth: TrueSession;
  /** Whether the event that vended it shows the parent's credential; null: no such event. */
  showsCredential: boolean | null;
}

/** Whether the parent of a session can be told from the records alone. */
function isDecidable(child: Known, parent: Known, ofPerson: Known[]): boolean {
  const at = child.session.startAt;
  const alive = (kind: SessionKind): Known[] =>
    ofPerson.filter(
      (other) => other.session.kind === kind && other.truth.startAt <= at && at < other.truth.endAt,
    );
  if (child.session.kind === "chained-role") return true;
  if (child.session.kind === "token")
    return alive("portal").length === 1 && parent.session.ip === child.session.ip;
  const hasCredential = child.showsCredential === true;
  if (parent.session.kind !== "token") return hasCredential;
  // A token's credential joins to no CreateToken: the chain is told by being the only one that was current.
  return (
    hasCredential &&
    alive("token").filter((other) => at - other.session.lastUseAt <= REFRESH_EVERY + HOUR)
      .length === 1
  );
}

/** What a plan's sessions really were, in as far as they touch the window. */
function remember(
  known: Map<string, Known>,
  lives: Lives,
  plan: Plan,
  from: number,
  to: number,
): void {
  const consequences = lives.consequences();
  for (const session of plan.sessions) {
    const begun = session.startAt >= lives.stage.organisation.anchor && session.startAt < to;
    if (!begun || consequences.isBlocked(session)) continue;
    const end = endOf(session, consequences);
    if (end.endAt <= from) continue;
    const { role } = session;
    const truth: TrueSession = {
      key: session.key,
      kind: session.kind,
      userId: session.person.userId,
      startAt: session.startAt,
      ...end,
      hardEndAt: session.hardEndAt,
      accountId: role?.accountId ?? null,
      permissionSetName: session.kind === "role" ? (role?.name ?? null) : null,
      eventIds: [],
    };
    known.set(session.key, { session, truth, showsCredential: null });
  }
}

/** Adds an event to the sessions that own it. */
function attribute(known: Map<string, Known>, lives: Lives, draft: Draft): void {
  const { eventID } = draft.record;
  for (const key of owners(draft)) known.get(key)?.truth.eventIds.push(eventID);
  const vended =
    draft.step === "vend" && draft.session !== null ? known.get(draft.session.key) : undefined;
  if (vended === undefined) return;
  const identity = deliver(lives.stage, draft).record["userIdentity"] as object;
  vended.showsCredential = "credentialId" in identity;
}

/**
 * The truth about `[from, to)`: every session alive in it with its events up to `to`. With `deliveredBy`, only events that a trail
 * file held by then are named, so that a history which ends there can be judged.
 */
export function groundTruth(
  lives: Lives,
  from: number,
  to: number,
  deliveredBy = Infinity,
): GroundTruth {
  const { anchor } = lives.stage.organisation;
  const first = Math.floor(from / DAY) - LONGEST_SESSION_DAYS;
  const last = Math.ceil(to / DAY);
  const known = new Map<string, Known>();
  const attacks: Attack[] = [];
  const shown = new Set<string>();
  remember(known, lives, lives.plan(first - 1), from, to);
  remember(known, lives, lives.plan(first), from, to);
  for (let day = first; day < last; day++) {
    // People east of Greenwich begin the next day's work before it is that day here.
    remember(known, lives, lives.plan(day + 1), from, to);
    attacks.push(...lives.plan(day).attacks);
    for (const draft of lives.drafts(day).sort((a, b) => a.at - b.at)) {
      if (draft.at >= to || draft.at < anchor || deliveredAfter(lives, draft, deliveredBy))
        continue;
      shown.add(draft.record.eventID);
      attribute(known, lives, draft);
    }
  }
  const seen = [...known.values()].filter((candidate) => candidate.truth.eventIds.length > 0);
  const sessions = seen.map(({ truth }) => truth);
  return {
    from,
    to,
    sessions,
    links: linksOf(known, seen),
    attacks: attacksOf(attacks, from, to, shown),
  };
}

function linksOf(known: Map<string, Known>, seen: Known[]): TrueLink[] {
  const byPerson = new Map<string, Known[]>();
  for (const one of seen) {
    const others = byPerson.get(one.truth.userId) ?? [];
    others.push(one);
    byPerson.set(one.truth.userId, others);
  }
  return seen.flatMap((child) => {
    const parent = child.session.parent === null ? undefined : known.get(child.session.parent.key);
    if (parent === undefined) return [];
    const decidable = isDecidable(child, parent, byPerson.get(child.truth.userId) ?? []);
    return [{ session: child.truth.key, from: parent.truth.key, decidable }];
  });
}

function attacksOf(attacks: Attack[], from: number, to: number, shown: Set<string>): TrueAttack[] {
  return attacks
    .filter((attack) => attack.from < to && attack.to >= from)
    .map(({ kind, person, from: began, to: ended, eventIds }) => ({
      kind,
      userId: person.userId,
      from: began,
      to: ended,
      eventIds: eventIds.filter((id) => shown.has(id)),
    }))
    .filter((attack) => attack.eventIds.length > 0);
}
