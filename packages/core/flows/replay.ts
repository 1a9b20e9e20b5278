/** Rebuilds everybody's sessions from the stored events and sums them up in one digest. Writes nothing. */
import { sha256 } from "../domain/ids.ts";
import type { TrailEvent } from "../domain/event.ts";
import type { Person } from "../domain/person.ts";
import type { Session, SessionSettings } from "../domain/session.ts";
import { reconstruct, sessionDigest } from "../domain/sessions/reconstruct.ts";

export interface ReplayDigest {
  /** Over every session with its links and without its state, whatever the order they came in. */
  readonly digest: string;
  readonly sessions: number;
}

/** Collects `<id> <digest>` lines: 100 bytes a session, so that memory stays small. */
export class DigestOfSessions {
  readonly #lines: string[] = [];

  add(session: Session): void {
    this.#lines.push(`${session.id} ${sessionDigest(session)}`);
  }

  finish(): ReplayDigest {
    return { digest: sha256(this.#lines.toSorted().join("\n")), sessions: this.#lines.length };
  }
}

/** `each` sees the sessions of every person as they are rebuilt. */
export async function replay(
  everybody: AsyncIterable<{ person: Person; events: readonly TrailEvent[] }>,
  settings: SessionSettings,
  each: (
    person: Person,
    events: readonly TrailEvent[],
    sessions: readonly Session[],
  ) => void = () => undefined,
): Promise<ReplayDigest> {
  const digest = new DigestOfSessions();
  for await (const { person, events } of everybody) {
    const sessions = reconstruct(person, events, settings);
    for (const session of sessions) digest.add(session);
    each(person, events, sessions);
  }
  return digest.finish();
}
