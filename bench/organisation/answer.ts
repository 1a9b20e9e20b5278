/**
 * The question of P13: for each person when they were first and last seen, how many distinct events of which name, and from how many
 * addresses. A person is the user id that a record names, else the name of the role session of a permission set's role.
 */
import { createHash } from "node:crypto";

export interface Seen {
  readonly person: string;
  readonly eventId: string;
  readonly eventName: string;
  /** `YYYY-MM-DDTHH:mm:ssZ`. */
  readonly at: string;
  readonly address: string;
}

interface Person {
  first: string;
  last: string;
  readonly names: Map<string, number>;
  readonly addresses: Set<string>;
}

/** One line a person, sorted: equal answers are equal text. */
export class Answer {
  readonly #people = new Map<string, Person>();
  readonly #seen = new Set<string>();

  add({ person, eventId, eventName, at, address }: Seen): void {
    if (this.#seen.has(eventId)) return;
    this.#seen.add(eventId);
    let one = this.#people.get(person);
    if (one === undefined) {
      one = { first: at, last: at, names: new Map(), addresses: new Set() };
      this.#people.set(person, one);
    }
    if (at < one.first) one.first = at;
    if (at > one.last) one.last = at;
    one.names.set(eventName, (one.names.get(eventName) ?? 0) + 1);
    one.addresses.add(address);
  }

  lines(): string[] {
    return [...this.#people]
      .map(([person, { first, last, names, addresses }]) => {
        const counts = [...names].map(([name, count]) => `${name}=${count}`).toSorted();
        return `${person} ${first} ${last} ${counts.join(",")} ${addresses.size}`;
      })
      .toSorted();
  }
}

export function digestOfLines(lines: readonly string[]): string {
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}
