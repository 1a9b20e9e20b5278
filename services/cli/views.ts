/**
 * What commands show, as of now (from the stored rows) or as of an earlier instant (judged again from the events before it, with
 * nothing written). The two give the same answer for the same instant.
 */
import type { Finding } from "#core/domain/finding";
import type { Person } from "#core/domain/person";
import { reconcileFindings } from "#core/domain/reconcile-findings";
import type { Session, SessionView } from "#core/domain/session";
import { Fault } from "#core/domain/fault";
import type { Instant } from "#core/domain/time";
import { RoleUses } from "#core/domain/access/proposal/role-use";
import { organisationAt } from "#core/flows/judge-organisation";
import { judgeEverybody } from "#core/flows/judge-people";
import { selected, type SessionSelection } from "#core/flows/session-views";
import type { FindingPage } from "#core/ports/finding-store";
import type { Runtime } from "./runtime.ts";

/** The persons that a text names; a refusal when it names nobody. */
export async function personsNamed(runtime: Runtime, text: string): Promise<Person[]> {
  const persons = await runtime.stores.history.resolve(text);
  if (persons.length > 0) return persons;
  throw new Fault(
    "input.unknown-person",
    `Nobody called ${JSON.stringify(text)} is known; give a userId, a userName or an e-mail address, and run sync or ingest first.`,
  );
}

export interface SessionsAsked extends SessionSelection {
  readonly at: Instant;
  /** True: judged from the events before `at` alone. */
  readonly past: boolean;
  readonly persons: readonly Person[] | null;
}

/**
 * One by one, in bounded memory. What is stored comes newest first; of several people, and of the past, person by person and newest
 * first within each.
 */
export async function* sessionsAt(
  runtime: Runtime,
  asked: SessionsAsked,
): AsyncGenerator<SessionView> {
  for await (const session of asked.past ? rebuilt(runtime, asked) : stored(runtime, asked)) {
    const view = selected(session, asked, asked.at);
    if (view !== null) yield view;
  }
}

async function* rebuilt(runtime: Runtime, { at, persons }: SessionsAsked): AsyncGenerator<Session> {
  for await (const { sessions } of judgeEverybody(runtime.judgePorts, at, persons ?? undefined)) {
    yield* sessions.toReversed();
  }
}

async function* stored(
  { stores }: Runtime,
  { persons, kind, accountId, activeAt }: SessionsAsked,
): AsyncGenerator<Session> {
  for (const person of persons ?? [null]) {
    yield* stores.sessions.matching({
      ...(person === null ? {} : { person }),
      ...(kind === null ? {} : { kind }),
      ...(accountId === null ? {} : { accountId }),
      ...(activeAt === null ? {} : { aliveAt: activeAt }),
    });
  }
}

/** What the rules hold at an instant: every finding is open then. */
export async function findingsHeldAt(runtime: Runtime, at: Instant): Promise<Finding[]> {
  const findings: Finding[] = [];
  const uses = new RoleUses();
  for await (const { person, usage, rules } of judgeEverybody(runtime.judgePorts, at)) {
    findings.push(...reconcileFindings([], rules.detections, person, at).opened);
    uses.add(usage.values());
  }
  const whole = await organisationAt(runtime.organisationPorts, at, uses.all());
  if (whole !== null) {
    const { organisation, rules } = whole;
    findings.push(...reconcileFindings([], rules.detections, organisation, at).opened);
  }
  return findings;
}

/** Every finding that is stored, newest first. */
export async function storedFindings(runtime: Runtime): Promise<Finding[]> {
  const findings: Finding[] = [];
  let cursor: string | null = null;
  do {
    const page: FindingPage = await runtime.stores.findings.list({}, { limit: 500, cursor });
    findings.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return findings;
}
