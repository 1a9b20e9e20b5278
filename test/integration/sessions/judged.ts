/**
 * Compares reconstructed sessions with what the simulator says really happened. Sessions are matched by kind and person and by
 * the events they share, each with one at most; what is matched is then compared, and never repaired.
 */
import type { Session } from "#core/domain/session";
import type { GroundTruth, TrueSession } from "#simulator/truth";

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
  /** Ends that are called exact, and by how many milliseconds at most they lie behind the real one. */
  readonly exactEnds: number;
  readonly exactEndsLateBy: number;
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
  // The simulator's truth calls a role that a role session took by another kind.
  const rebuilt = sessions.filter(
    (session) => session.kind === kind && (kind !== "role" || session.permissionSetName !== null),
  ).length;
  const matched = pairs.filter((pair) => pair.truth.kind === kind);
  const exact = matched.filter(({ session }) => session.endsAt.certainty === "exact");
  return {
    real,
    rebuilt,
    recall: share(matched.length, real),
    precision: share(matched.length, rebuilt),
    sameEvidence: share(matched.filter(hasSameEvidence).length, matched.length),
    exactEnds: exact.length,
    exactEndsLateBy: exact.reduce(
      (most, { truth: one, session }) =>
        Math.max(most, Date.parse(session.endsAt.at!) - one.hardEndAt),
      0,
    ),
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

/** `origins` are all the sessions there were: what a judged one came from may have begun before the judgement does. */
export function linkFigures(
  truth: GroundTruth,
  origins: ReadonlyMap<string, string>,
  pairs: readonly Pair[],
): LinkFigures {
  const linkOf = new Map(truth.links.map((link) => [link.session, link]));
  const judged = pairs.flatMap(({ truth: child, session }) =>
    session.links.map((link) => ({
      confidence: link.confidence,
      real: linkOf.get(child.key)?.from === origins.get(link.sessionId),
      child: child.key,
    })),
  );
  const sure = judged.filter((link) => link.confidence >= 0.9);
  const sureAndTrue = sure.filter((link) => link.real).length;
  const children = new Set(
    truth.sessions
      .filter((one) => one.kind === "token" || one.kind === "role")
      .map((one) => one.key),
  );
  const decidable = truth.links.filter((link) => link.decidable && children.has(link.session));
  const foundAmong = (links: readonly { real: boolean; child: string }[]) => {
    const found = new Set(links.filter((link) => link.real).map((link) => link.child));
    return share(decidable.filter((link) => found.has(link.session)).length, decidable.length);
  };
  return {
    sure: sure.length,
    sureAndTrue,
    precision: share(sureAndTrue, sure.length),
    decidable: decidable.length,
    found: foundAmong(judged),
    foundSurely: foundAmong(sure),
  };
}

/** The real session that most of a rebuilt one's events belong to: a part of a session leads to the same origin as the whole. */
export function originsOf(truth: GroundTruth, sessions: readonly Session[]): Map<string, string> {
  const owners = new Map<string, TrueSession[]>();
  for (const one of truth.sessions) {
    for (const id of one.eventIds) owners.set(id, [...(owners.get(id) ?? []), one]);
  }
  return new Map(
    sessions.flatMap((session): [string, string][] => {
      const counts = new Map<string, number>();
      for (const one of session.eventIds.flatMap((id) => owners.get(id) ?? [])) {
        if (one.kind === session.kind) counts.set(one.key, (counts.get(one.key) ?? 0) + 1);
      }
      const [most] = [...counts].toSorted((left, right) => right[1] - left[1]);
      return most === undefined ? [] : [[session.id, most[0]]];
    }),
  );
}

function share(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}
