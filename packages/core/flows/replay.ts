/**
 * Rebuilds everybody's sessions, residual access, use and findings from the stored events and sums them up. Writes nothing. What it comes
 * to hangs neither on the order in which people are judged nor on how many lanes share them out; where one lane fails, all do.
 */
import { RoleUses } from "../domain/access/proposal/role-use.ts";
import { DigestOfUsage } from "../domain/access/usage-digest.ts";
import type { Usage } from "../domain/access/usage.ts";
import { sha256 } from "../domain/ids.ts";
import type { PersonKey } from "../domain/person.ts";
import type { Session } from "../domain/session.ts";
import type { Residual } from "../domain/sessions/residual/removal.ts";
import { residualDigest } from "../domain/sessions/residual/residuals.ts";
import { sessionDigest } from "../domain/sessions/reconstruct.ts";
import type { Instant } from "../domain/time.ts";
import type { PeopleRange, SharedHistory } from "../ports/person-history.ts";
import { organisationAt, type OrganisationSources } from "./judge-organisation.ts";
import { judgeEverybody, type JudgePorts } from "./judge-people.ts";

export interface ReplayDigest {
  /** Over every session with its links and every residual, without their states, whatever the order they came in. */
  readonly digest: string;
  readonly sessions: number;
  readonly residuals: number;
}

/** Collects `<id> <digest>` lines: 100 bytes a session, so that memory stays small. */
export class DigestOfSessions {
  readonly #lines: string[] = [];
  #residuals = 0;

  add(session: Session): void {
    this.#lines.push(lineOf(session));
  }

  addResidual(residual: Residual): void {
    this.#lines.push(residualLineOf(residual));
    this.#residuals += 1;
  }

  /** Of sessions and residuals that somebody else summed up. */
  addLines(lines: Pick<ReplayPart, "sessions" | "residuals">): void {
    for (const line of lines.sessions) this.#lines.push(line);
    for (const line of lines.residuals) this.#lines.push(line);
    this.#residuals += lines.residuals.length;
  }

  finish(): ReplayDigest {
    const digest = sha256(this.#lines.toSorted().join("\n"));
    const sessions = this.#lines.length - this.#residuals;
    return { digest, sessions, residuals: this.#residuals };
  }
}

function lineOf(session: Session): string {
  return `${session.id} ${sessionDigest(session)}`;
}

function residualLineOf(residual: Residual): string {
  return `${residual.id} ${residualDigest(residual)}`;
}

/** What some people came to: plain values, which pass from thread to thread. */
export interface ReplayPart {
  /** `<id> <digest>`. */
  readonly sessions: readonly string[];
  readonly residuals: readonly string[];
  readonly findings: number;
  readonly events: number;
  readonly uses: readonly { readonly person: PersonKey; readonly usage: readonly Usage[] }[];
}

/** Gives the next range of people that nobody has taken; null when none is left. */
export type NextRange = () => Promise<PeopleRange | null>;

/** Further threads that judge at the same time. */
export interface ReplayLanes {
  /** They are started where so many events are expected to be left: fewer are judged sooner than threads have started. */
  readonly worthwhile: number;
  /**
   * Judges the people of the ranges that `next` gives and hands over what they come to, until none is left. Rejects when a lane fails. Its
   * threads are gone when the signal is given.
   */
  run(
    at: Instant,
    next: NextRange,
    take: (part: ReplayPart) => void,
    signal: AbortSignal,
  ): Promise<void>;
}

export interface ReplayPorts extends JudgePorts, OrganisationSources {
  readonly history: SharedHistory;
}

/** People that a part holds at most, and that a lane takes at once. */
const PEOPLE_IN_A_PART = 100;

/** Judges the people of the ranges as of an instant, a part after the other. */
export async function* replayParts(
  ports: ReplayPorts,
  at: Instant,
  next: NextRange,
): AsyncGenerator<ReplayPart> {
  const { history } = ports;
  const shared = {
    resolve: (text: string) => history.resolve(text),
    person: (key: PersonKey) => history.person(key),
    eventsOf: (person: PersonKey, before: Instant) => history.eventsOf(person, before),
    everybody: (before: Instant) => history.everybodyIn(next, before),
  };
  let part = emptyPart();
  for await (const judged of judgeEverybody({ ...ports, history: shared }, at)) {
    const { person, events, sessions, residuals, usage, rules } = judged;
    for (const session of sessions) part.sessions.push(lineOf(session));
    for (const residual of residuals) part.residuals.push(residualLineOf(residual));
    part.findings += rules.detections.length;
    part.events += events.length;
    part.uses.push({ person, usage: [...usage.values()] });
    if (part.uses.length < PEOPLE_IN_A_PART) continue;
    yield part;
    part = emptyPart();
  }
  yield part;
}

function emptyPart() {
  return {
    sessions: [] as string[],
    residuals: [] as string[],
    findings: 0,
    events: 0,
    uses: [] as { person: PersonKey; usage: Usage[] }[],
  };
}

/** Sums up parts, in whatever order they come. */
class Sum {
  readonly #digest = new DigestOfSessions();
  readonly #used = new DigestOfUsage();
  readonly uses = new RoleUses();
  findings = 0;
  events = 0;

  add(part: ReplayPart): void {
    this.#digest.addLines(part);
    this.findings += part.findings;
    this.events += part.events;
    for (const { person, usage } of part.uses) {
      for (const one of usage) this.#used.add(person, one);
      this.uses.add(usage);
    }
  }

  finish() {
    return { ...this.#digest.finish(), findings: this.findings, ...this.#used.finish() };
  }
}

/**
 * Everybody and the organisation judged as of an instant: the digest of their sessions, and how many findings the rules hold. With `lanes`
 * others judge at the same time, once it shows that there is enough to do.
 */
export async function replay(
  ports: ReplayPorts,
  at: Instant,
  lanes?: ReplayLanes,
): Promise<ReplayDigest & { findings: number; usages: number; usageDigest: string }> {
  const sum = new Sum();
  const left = await ports.history.ranges(PEOPLE_IN_A_PART);
  const all = left.length;
  const next = () => Promise.resolve(left.shift() ?? null);
  const stop = new AbortController();
  let others: Promise<void> | null = null;
  try {
    for await (const part of replayParts(ports, at, next)) {
      sum.add(part);
      const expected = (sum.events / (all - left.length)) * left.length;
      if (lanes === undefined || others !== null || expected < lanes.worthwhile) continue;
      others = lanes.run(at, next, (one) => sum.add(one), stop.signal);
      // Told by the await below; until then this lane ends what it has.
      others.catch(() => void left.splice(0));
    }
    await others;
  } finally {
    stop.abort();
  }
  const whole = await organisationAt(ports, at, sum.uses.all());
  sum.findings += whole?.rules.detections.length ?? 0;
  return sum.finish();
}
