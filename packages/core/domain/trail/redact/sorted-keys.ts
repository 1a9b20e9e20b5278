/**
 * The keys of an object in their order, with what each says of its value. Records repeat the same keys in the same order, so that most
 * objects are told by following their keys and without sorting them. What is remembered is bounded, because whoever writes a record
 * chooses its keys.
 */
import { kindOfKey, type KeyKind } from "../secret-forms.ts";

/** Both lists are as long; they are shared and never changed. */
export interface SortedKeys {
  readonly keys: readonly string[];
  readonly kinds: readonly KeyKind[];
}

/** What keys were met so far, one after the other. */
interface Step {
  /** The key that followed first: most often the only one. */
  key: string | null;
  next: Step | null;
  others: Map<string, Step> | null;
  /** Of an object that ends here. */
  sorted: SortedKeys | null;
}

const MOST_STEPS = 20_000;
const LONGEST_KEY = 64;

const step = (): Step => ({ key: null, next: null, others: null, sorted: null });
const FIRST = step();
let steps = 0;

/** Sorted by code units, as `canonicalJson` sorts them. The object is plain JSON. */
export function sortedKeys(members: Readonly<Record<string, unknown>>): SortedKeys {
  let at: Step | null = FIRST;
  for (const key in members) {
    at = at.key === key ? at.next! : following(at, key);
    if (at === null) return sorted(members);
  }
  return (at.sorted ??= sorted(members));
}

function sorted(members: Readonly<Record<string, unknown>>): SortedKeys {
  const keys = Object.keys(members).sort();
  return { keys, kinds: keys.map(kindOfKey) };
}

/** Null when the object has to be sorted: its key is long, or there was no more room and all was forgotten. */
function following(at: Step, key: string): Step | null {
  const known = at.others?.get(key);
  if (known !== undefined) return known;
  if (key.length > LONGEST_KEY) return null;
  if (steps === MOST_STEPS) {
    Object.assign(FIRST, step());
    steps = 0;
    return null;
  }
  steps += 1;
  const next = step();
  if (at.key === null) {
    at.key = key;
    at.next = next;
  } else (at.others ??= new Map()).set(key, next);
  return next;
}
