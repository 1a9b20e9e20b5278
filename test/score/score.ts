/**
 * Holds reconstructed links to the simulator's truth. A link is true when its session really came from the one it names; a rebuilt
 * session stands for the real one of its kind that most of its events belong to. Nothing is repaired before it is judged.
 */
import type { Session } from "#core/domain/session";
import { reconstruct } from "#core/domain/sessions/reconstruct";
import { settingsOf } from "#core/domain/sessions/durations";
import { crowdOf, type Crowd } from "#simulator/crowd";
import type { NoiseProfile } from "#simulator/crowd/profile";
import { LINK_KINDS, type CrowdLink, type CrowdSession } from "#simulator/crowd/truth";
import { peopleOf } from "#test/score/people";

const SIGN_IN = "portal → sign-in";

/** From this confidence on a link is called sure. */
export const SURE = 0.9;

export interface JudgedLink {
  /** The later session's kind, and the earlier one's. */
  readonly kind: string;
  readonly confidence: number;
  readonly basis: "exact" | "inferred";
  readonly isTrue: boolean;
  readonly reasons: readonly string[];
  /** The true link of the session, where there is one. */
  readonly truth: CrowdLink | null;
  readonly child: string | null;
}

export interface Score {
  chains: number;
  records: number;
  sessions: number;
  links: JudgedLink[];
  truths: CrowdLink[];
}

export interface Run {
  readonly seed: number;
  readonly days: number;
}

export function emptyScore(): Score {
  return { chains: 0, records: 0, sessions: 0, links: [], truths: [] };
}

/** Adds the crowd of one seed. */
export function addRun(score: Score, profile: NoiseProfile, { seed, days }: Run): void {
  const crowd = crowdOf(seed, profile, days);
  const settings = settingsOf(crowd.organisation.portalSessionMinutes);
  const sessions = peopleOf(crowd).flatMap(({ person, events }) =>
    reconstruct(person, events, settings),
  );
  score.chains += crowd.chains;
  score.records += crowd.records.length;
  score.sessions += sessions.length;
  score.truths.push(...crowd.truth.links);
  for (const link of judged(crowd, sessions)) score.links.push(link);
}

function judged({ truth }: Crowd, sessions: readonly Session[]): JudgedLink[] {
  const rows = rowsOf(truth.sessions, sessions);
  const linkOf = new Map(
    truth.links.filter((link) => link.kind !== SIGN_IN).map((link) => [link.session, link]),
  );
  const signInOf = new Map(
    truth.links.filter((link) => link.kind === SIGN_IN).map((link) => [link.session, link]),
  );
  return sessions.flatMap((session): JudgedLink[] => {
    const child = rows.get(session.id)?.most ?? null;
    const links = session.links.map((link): JudgedLink => {
      const known = child === null ? undefined : linkOf.get(child);
      const origin = rows.get(link.sessionId);
      const { confidence, basis, reasons } = link;
      const isTrue =
        known !== undefined &&
        (known.from === origin?.most ||
          (basis === "exact" && origin?.all.has(known.from) === true));
      const kind = `${session.kind} → ${link.kind}`;
      return { kind, confidence, basis, isTrue, reasons, child, truth: known ?? null };
    });
    if (session.signIn === undefined) return links;
    const { eventId, confidence, reasons } = session.signIn;
    const known = child === null ? undefined : signInOf.get(child);
    const signIn: JudgedLink = {
      kind: SIGN_IN,
      confidence,
      basis: "inferred",
      isTrue: known?.from === eventId,
      reasons,
      child,
      truth: known ?? null,
    };
    return [...links, signIn];
  });
}

interface Row {
  /** The real session that most of its events belong to. */
  readonly most: string;
  /** All that it stands for: two of one role and second have one key in every record, and an exact link leads to both. */
  readonly all: ReadonlySet<string>;
}

/** For each rebuilt session the real ones, of its kind, that its events belong to. */
function rowsOf(truth: readonly CrowdSession[], sessions: readonly Session[]): Map<string, Row> {
  const owners = new Map<string, CrowdSession[]>();
  for (const one of truth) {
    for (const id of one.eventIds) {
      const known = owners.get(id);
      if (known === undefined) owners.set(id, [one]);
      else known.push(one);
    }
  }
  const rows = new Map<string, Row>();
  for (const session of sessions) {
    const counts = new Map<CrowdSession, number>();
    for (const one of session.eventIds.flatMap((id) => owners.get(id) ?? [])) {
      if (classOf(one.kind) === kindOf(session)) counts.set(one, (counts.get(one) ?? 0) + 1);
    }
    let most: CrowdSession | null = null;
    for (const [one, count] of counts) {
      const more = count - (most === null ? 0 : counts.get(most)!);
      if (more > 0 || (more === 0 && hasPrincipal(session, one))) most = one;
    }
    if (most === null) continue;
    rows.set(session.id, {
      most: most.key,
      all: new Set([...counts.keys()].map((one) => one.key)),
    });
  }
  return rows;
}

/** The one record of an AssumeRole tells of the session that called it and of the one that it began; the keys say which is which. */
function hasPrincipal(session: Session, { principalId }: CrowdSession): boolean {
  return principalId !== null && session.keys.some((key) => key.includes(`/${principalId}@`));
}

/** The simulator calls a role that was assumed from another one by a kind of its own. */
function kindOf(session: Session): string {
  return session.kind === "role" && session.permissionSetName === null
    ? "chained-role"
    : classOf(session.kind);
}

/** An application's token whose exchange was lost looks like any token: a link to it leads to the right session all the same. */
function classOf(kind: string): string {
  // So does a role of the account access manager whose issue was lost: like one that another role took.
  if (kind === "entitlement-role") return "chained-role";
  return kind === "application" || kind === "background" ? "token" : kind;
}

export interface Figures {
  readonly links: number;
  readonly sure: number;
  readonly sureAndTrue: number;
  readonly precision: number;
  readonly decidable: number;
  readonly found: number;
  readonly recall: number;
  readonly undecidable: number;
  readonly undecidableShare: number;
}

/** @param kind of the later session in the truth; absent: all. */
export function figuresOf(score: Score, kind?: CrowdLink["kind"]): Figures {
  const truths = score.truths.filter((link) => kind === undefined || link.kind === kind);
  const links = score.links.filter((link) => kind === undefined || kindOfLink(link) === kind);
  const sure = links.filter((link) => link.confidence >= SURE);
  const found = new Set(
    sure.filter((link) => link.isTrue && link.truth !== null).map((link) => link.truth),
  );
  const decidable = truths.filter((link) => link.decidable);
  const hits = decidable.filter((link) => found.has(link)).length;
  const sureAndTrue = sure.filter((link) => link.isTrue).length;
  const undecidable = truths.length - decidable.length;
  return {
    links: links.length,
    sure: sure.length,
    sureAndTrue,
    precision: share(sureAndTrue, sure.length),
    decidable: decidable.length,
    found: hits,
    recall: share(hits, decidable.length),
    undecidable,
    undecidableShare: share(undecidable, truths.length),
  };
}

/** A link of a session that is none in truth counts for what it claims to be. */
function kindOfLink(link: JudgedLink): CrowdLink["kind"] {
  if (link.truth !== null) return link.truth.kind;
  if (link.kind === "role → role") return "chained role → role";
  const named = link.kind
    .replace("entitlement-role", "entitlement role")
    .replace("aws-login", "aws login");
  return LINK_KINDS.find((kind) => kind === named) ?? "role → portal";
}

export function share(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}
