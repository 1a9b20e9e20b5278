/**
 * A value that must not be printed. Every way of turning it into text, JSON or a debugger's view gives `[secret]`; only `reveal()` gives the value,
 * so that the places which use a secret can be found. It is not wiped from memory.
 */
import { inspect } from "node:util";

const SHOWN = "[secret]";

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself: hand it to the library that needs it and to nothing else. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
