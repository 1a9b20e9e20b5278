/**
 * What a removal must know of a person's other sessions: which ones it ended, what hangs on them, and of which application and role a
 * session is. It goes by links, by events, and by what cannot be: nothing hangs on a session that began after it.
 */
import type { TrailEvent } from "../../event.ts";
import type { Session, SessionKind } from "../../session.ts";
import { plus, SECOND } from "../../time.ts";
import { actsInAccount } from "../../revocation/lifetime.ts";
import type { Surroundings } from "./effects.ts";
import type { Taken } from "./removals.ts";

/** Two records of one act may be written by clocks that differ. */
const CLOCK_SKEW = 5 * SECOND;

/** What a session of a kind can be granted by. A background session depends on none. */
const GRANTED_BY: Readonly<Partial<Record<SessionKind, readonly SessionKind[]>>> = {
  token: ["portal"],
  application: ["portal", "token"],
  role: ["portal", "token", "application"],
  "entitlement-role": ["portal", "token", "application"],
};

export class Evidence {
  readonly #byId: ReadonlyMap<string, Session>;
  readonly #byKey = new Map<string, Session[]>();
  readonly #byEnding = new Map<string, Session[]>();
  readonly #applications = new Map<string, string>();
  readonly #roles = new Map<string, string>();

  constructor(sessions: readonly Session[], events: readonly TrailEvent[]) {
    this.#byId = new Map(sessions.map((session) => [session.id, session]));
    for (const session of sessions) {
      for (const key of session.keys) put(this.#byKey, key, session);
      if (session.endedBy !== null) put(this.#byEnding, session.endedBy.eventId, session);
    }
    for (const event of events) {
      if (event.kind === "token-with-iam" || event.kind === "entitlement-role-issued") {
        const { eventId, applicationArn } = event;
        if (applicationArn !== null) this.#applications.set(eventId, applicationArn);
      }
      if (event.kind === "entitlement-role-issued" && event.roleArn !== null)
        this.#roles.set(event.eventId, event.roleArn);
    }
  }

  around({ removal, credentialIds }: Taken): Surroundings {
    const named = new Set([
      ...(this.#byEnding.get(removal.eventId) ?? []),
      ...credentialIds.flatMap((id) => this.#byKey.get(id) ?? []),
    ]);
    return {
      isNamed: (session) => named.has(session),
      hangsOn: (session) => this.#hangsOn(session, named),
      applicationOf: (session) => first(session.eventIds, this.#applications),
      roleOf: (session) => first(session.eventIds, this.#roles),
      chainOf: (session) => this.#above(session, (one) => actsInAccount(one.kind)).slice(1),
    };
  }

  #hangsOn(session: Session, named: ReadonlySet<Session>): "yes" | "perhaps" | "no" {
    const chain = this.#above(session, () => true);
    if (chain.slice(1).some((one) => named.has(one))) return "yes";
    // A way that leads up to another portal session is another sign-in; one that leads nowhere may be one of these.
    if (chain.slice(1).some((one) => one.kind === "portal")) return "no";
    const tops = chain.filter((one) => one.links.length === 0);
    const open = tops.some(
      (top) => named.size === 0 || [...named].some((one) => mayHold(one, top)),
    );
    return open || tops.length === 0 ? "perhaps" : "no";
  }

  /** The session and all that it leads up to over the links that are followed, each once. */
  #above(session: Session, follow: (above: Session) => boolean): Session[] {
    const found = new Set([session]);
    for (const one of found) {
      for (const link of one.links) {
        const above = this.#byId.get(link.sessionId);
        if (above !== undefined && follow(above)) found.add(above);
      }
    }
    return [...found];
  }
}

function mayHold(above: Session, below: Session): boolean {
  if (below.kind !== "background" && below.kind !== "aws-login") {
    if (GRANTED_BY[below.kind]?.includes(above.kind) !== true) return false;
  }
  const began = plus(above.startedAt, -CLOCK_SKEW);
  return (
    above.startBasis === "first-seen" ||
    began <= below.startedAt ||
    below.startBasis === "first-seen"
  );
}

function first(ids: readonly string[], values: ReadonlyMap<string, string>): string | null {
  for (const id of ids) {
    const value = values.get(id);
    if (value !== undefined) return value;
  }
  return null;
}

function put<V>(map: Map<string, V[]>, key: string, value: V): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}
