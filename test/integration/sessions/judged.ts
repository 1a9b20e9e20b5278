/**
 * Compares reconstructed sessions with what the simulator says really happened. Sessions are matched by kind and person and by
 * the events they share, each with one at most; what is matched is then compared, and never repaired.
 */
import type { Session } from "#core/domain/session";
import type { GroundTruth, TrueLink, TrueSession } from "#simulator/truth";

export const JUDGED_KINDS = ["portal", "token", "role"] as const;
export type JudgedKind = (typeof JUDGED_KINDS)[number];

export interface Pair {
  readonly truth: TrueSession;
  readonly session: Session;
}

export interface KindFigures {
  readonly real: number;
  readonly rebuilt: number;
  /** Share of the real ones that were rebuilt. */
  readonly recall: number;
  /** Share of the rebuilt ones that are real. */
  readonly precision: number;
  /** Of the pairs, the share whose evidence is exactly the events of the real one. */
  readonly sameEvidence: number;
  /** Ends that are called exact, and how many of them are not the real one. */
  readonly exactEnds: number;
  readonly wrongExactEnds: number;
  /** Bounds that lie before the real end. */
  readonly boundsTooEarly: number;
}

export interface LinkFigures {
  readonly sure: number;
  readonly sureAndTrue: number;
  /** Of the sure ones, those whose session really came from there. */
  readonly precision: number;
  readonly decidable: number;
  /** Of the decidable ones, the share that was found, at any confidence. */
  readonly found: number;
  /** … at confidence 0.9 or more. */
  readonly foundSurely: number;
}

/** Each real session with the rebuilt one that is its best match both ways. */
export function pairsOf(truth: GroundTruth, sessions: readonly Session[]): Pair[] {
  const ofEvent = new Map<string, Session[]>();
  for (const session of sessions) {
    for (const id of session.eventIds) ofEvent.set(id, [...(ofEvent.get(id) ?? []), session]);
  }
  const best = new Map<string, { truth: TrueSession; shared: number }>();
  const candidates = truth.sessions.flatMap((one) => {
    const counts = new Map<Session, number>();
    for (const session of one.eventIds.flatMap((id) => ofEvent.get(id) ?? [])) {
      if (session.kind !== one.kind || session.user.userId !== one.userId) continue;
      counts.set(session, (counts.get(session) ?? 0) + 1);
    }
    const [first] = [...counts].toSorted((left, right) => right[1] - left[1]);
    return first === undefined ? [] : [{ truth: one, session: first[0], shared: first[1] }];
  });
  for (const { truth: one, session, shared } of candidates) {
    const known = best.get(session.id);
    if (known === undefined || known.shared < shared) best.set(session.id, { truth: one, shared });
  }
  return candidates.filter(({ truth: one, session }) => best.get(session.id)?.truth === one);
}

export function kindFigures(
  kind: JudgedKind,
  truth: GroundTruth,
  sessions: readonly Session[],
  pairs: readonly Pair[],
): KindFigures {
  const real = truth.sessions.filter((one) => one.kind === kind).length;
  const rebuilt = sessions.filter((session) => session.kind === kind).length;
  const matched = pairs.filter((pair) => pair.truth.kind === kind);
  const exact = matched.filter(({ session }) => session.endsAt.certainty === "exact");
  return {
    real,
    rebuilt,
    recall: share(matched.length, real),
    precision: share(matched.length, rebuilt),
    sameEvidence: share(matched.filter(hasSameEvidence).length, matched.length),
    exactEnds: exact.length,
    wrongExactEnds: exact.filter(
      (pair) => Date.parse(pair.session.endsAt.at!) !== pair.truth.hardEndAt,
    ).length,
    boundsTooEarly: matched.filter(boundTooEarly).length,
  };
}

export function hasSameEvidence({ truth, session }: Pair): boolean {
  const real = new Set(truth.eventIds);
  const known = new Set([...session.eventIds, ...(session.signIn ? [session.signIn.eventId] : [])]);
  // What others did to end the session is evidence, and nobody's own event.
  if (session.endedBy !== null) known.delete(session.endedBy.eventId);
  return [...known].every((id) => real.has(id));
}

export function boundTooEarly({ truth, session }: Pair): boolean {
  return session.endsAt.at !== null && Date.parse(session.endsAt.at) < truth.hardEndAt;
}

export function linkFigures(truth: GroundTruth, pairs: readonly Pair[]): LinkFigures {
  const realOf = new Map(pairs.map((pair) => [pair.session.id, pair.truth.key]));
  const linkOf = new Map(truth.links.map((link) => [link.session, link]));
  const judged = pairs.flatMap(({ truth: child, session }) =>
    session.links.map((link) => ({
      confidence: link.confidence,
      real: linkOf.get(child.key)?.from === realOf.get(link.sessionId),
      child: child.key,
    })),
  );
  const sure = judged.filter((link) => link.confidence >= 0.9);
  const sureAndTrue = sure.filter((link) => link.real).length;
  const decidable = truth.links.filter((link) => link.decidable && isJudged(link, truth));
  const found = new Set(judged.filter((link) => link.real).map((link) => link.child));
  const foundSurely = new Set(sure.filter((link) => link.real).map((link) => link.child));
  return {
    sure: sure.length,
    sureAndTrue,
    precision: share(sureAndTrue, sure.length),
    decidable: decidable.length,
    found: share(decidable.filter((link) => found.has(link.session)).length, decidable.length),
    foundSurely: share(
      decidable.filter((link) => foundSurely.has(link.session)).length,
      decidable.length,
    ),
  };
}

function isJudged(link: TrueLink, truth: GroundTruth): boolean {
  const kind = truth.sessions.find((one) => one.key === link.session)?.kind;
  return kind === "token" || kind === "role";
}

function share(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}
