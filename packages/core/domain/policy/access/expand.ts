/**
 * Which actions of the catalogue a statement's patterns stand for. Guarantees the same as trying every action against every pattern, and
 * names the patterns that stand for nothing the catalogue knows.
 */
import { complement, include, noBits, union, type Bits } from "../bits.ts";
import type { ActionCatalogue } from "../catalogue.ts";
import type { PatternList } from "../document.ts";
import { covers, isEveryAction } from "../pattern.ts";

/** Expansions of one catalogue; patterns repeat from policy to policy, so each is expanded once. */
export class Expander {
  readonly #catalogue: ActionCatalogue;
  readonly #known = new Map<string, readonly number[]>();
  readonly #every: Bits;

  constructor(catalogue: ActionCatalogue) {
    this.#catalogue = catalogue;
    this.#every = complement(noBits(catalogue.actions.length), catalogue.actions.length);
  }

  /** The actions of a list, `NotAction` turned round. */
  expand({ patterns, inverted }: PatternList): Bits {
    const named = patterns.some(isEveryAction)
      ? this.#every
      : patterns.reduce(
          (bits, pattern) => include(bits, this.#of(pattern)),
          noBits(this.#catalogue.actions.length),
        );
    return inverted ? complement(named, this.#catalogue.actions.length) : union(named, named);
  }

  /** Patterns that stand for no action which the data knows: newer than it, or misspelt. */
  unknown({ patterns }: PatternList): readonly string[] {
    return patterns.filter((pattern) => !isEveryAction(pattern) && this.#of(pattern).length === 0);
  }

  #of(pattern: string): readonly number[] {
    const key = pattern.toLowerCase();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = this.#search(key);
    // Patterns come from outside: a flood of different ones must not fill the memory.
    if (this.#known.size >= MOST_KEPT) this.#known.clear();
    this.#known.set(key, found);
    return found;
  }

  #search(pattern: string): readonly number[] {
    if (!/[*?]/.test(pattern)) {
      const at = this.#catalogue.indexOf(pattern);
      return at === null ? [] : [at];
    }
    const { actions } = this.#catalogue;
    // Without a colon, or with a wildcard before it, a pattern may cross services.
    const service = pattern.split(":", 1)[0]!;
    const [from, to] = /[*?]/.test(service)
      ? [0, actions.length]
      : (this.#catalogue.rangeOf(service) ?? [0, 0]);
    const found: number[] = [];
    for (let at = from; at < to; at += 1) {
      if (covers(pattern, actions[at]!.name)) found.push(at);
    }
    return found;
  }
}

const MOST_KEPT = 50_000;
