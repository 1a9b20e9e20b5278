/** What the terms of stored events say. Many events share a term, so it is taken apart once for all of them: they share its objects too. */
import type { RoleSessionRef } from "../../event.ts";
import type { PersonKey } from "../../person.ts";
import type { Instant } from "../../time.ts";
import { permissionSetOfRole } from "../identity.ts";
import type { EventTerms } from "../stored-event.ts";

export interface ParsedTerms {
  readonly type: EventType;
  readonly person: PersonKey | null;
  readonly agent: string | null;
  readonly session: RoleSessionRef | null;
}

/** The fixed fields of all events of a type, and the names of their other fields. */
export interface EventType {
  readonly kind: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly region: string;
  readonly accountId: string;
  /** Fields that are null. */
  readonly absent: readonly string[];
  /** Fields whose values stand in the body, `@` before those that are the role session, `#process` for a part of the agent. */
  readonly keys: readonly string[];
}

export function parsedTerms({ type, person, agent, roleSession }: EventTerms): ParsedTerms {
  return {
    type: typeOf(type),
    person: person === null ? null : personFrom(person),
    agent,
    session: roleSession === null ? null : sessionFrom(roleSession),
  };
}

export function sessionFrom(term: string): RoleSessionRef {
  const [accountId, roleId, roleName, sessionName, issuedAt] = JSON.parse(term) as [
    string,
    string,
    string,
    string,
    Instant,
  ];
  const permissionSetName = permissionSetOfRole(roleName);
  return { accountId, roleId, roleName, sessionName, permissionSetName, issuedAt };
}

export function personFrom(term: string): PersonKey {
  const space = term.lastIndexOf(" ");
  return { identityStoreArn: term.slice(0, space), userId: term.slice(space + 1) };
}

export function typeOf(term: string): EventType {
  const [kind, eventSource, eventName, region, accountId, absent, ...keys] = JSON.parse(term) as [
    string,
    string,
    string,
    string,
    string,
    string[],
    ...string[],
  ];
  return { kind, eventSource, eventName, region, accountId, absent, keys };
}
