/** Stored sessions, for whoever shows them. Their state is derived by the reader, from an instant. */
import type { PersonKey } from "../../domain/person.ts";
import type { Session } from "../../domain/session.ts";
import type { Instant } from "../../domain/time.ts";

export interface SessionStore {
  byId(id: string): Promise<Session | null>;
  /** Newest first; an id of no session is left out. */
  byIds(ids: readonly string[]): Promise<Session[]>;
  /** Sessions of the person whose links name the session, oldest first, at most `limit`. */
  linkedTo(session: Session, limit: number): Promise<Session[]>;
  /** The person's sessions that begin before `to` and are used, end or run out at or after `from`; by start. */
  touching(person: PersonKey, from: Instant, to: Instant): Promise<Session[]>;
}
