/**
 * Patterns of IAM: `*` stands for any text, `?` for one character, actions compare without case (AWS: IAM JSON policy reference).
 * Both questions are answered soundly: "covers" is never wrongly yes, "disjoint" is never wrongly yes; either may be wrongly no.
 */

/** Every text that `inner` stands for is one that `outer` stands for. */
export function covers(outer: string, inner: string): boolean {
  return match(outer.toLowerCase(), inner.toLowerCase());
}

/** No text is one that both stand for. Tells only by what stands before the first wildcard of each. */
export function disjoint(left: string, right: string): boolean {
  const [one, other] = [literalStart(left), literalStart(right)];
  return !one.startsWith(other) && !other.startsWith(one);
}

/** Some text is one that both stand for. Exact; `OWN` and other marks are characters. */
export function overlap(left: string, right: string): boolean {
  const [one, other] = [left.toLowerCase(), right.toLowerCase()];
  if (one === "*" || other === "*") return true;
  if (clash(one, other)) return false;
  // Row by row of `one`: whether what is left of both can still stand for the same text.
  let below = Array.from({ length: other.length + 1 }, () => false);
  below[other.length] = true;
  for (let o = other.length - 1; o >= 0 && other[o] === "*"; o -= 1) below[o] = true;
  for (let i = one.length - 1; i >= 0; i -= 1) {
    const row = Array.from({ length: other.length + 1 }, () => false);
    const star = one[i] === "*";
    row[other.length] = star && below[other.length] === true;
    for (let o = other.length - 1; o >= 0; o -= 1) {
      row[o] =
        star || other[o] === "*"
          ? below[o] === true || row[o + 1] === true
          : (one[i] === other[o] || one[i] === "?" || other[o] === "?") && below[o + 1] === true;
    }
    below = row;
  }
  return below[0] === true;
}

/** Different characters before the first wildcard of either, or behind the last: nothing can be both. */
function clash(one: string, other: string): boolean {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at += 1) {
    if (isWildcard(one[at]!) || isWildcard(other[at]!)) break;
    if (one[at] !== other[at]) return true;
  }
  for (let back = 1; back <= length; back += 1) {
    const [left, right] = [one.at(-back)!, other.at(-back)!];
    if (isWildcard(left) || isWildcard(right)) return false;
    if (left !== right) return true;
  }
  return false;
}

const isWildcard = (char: string): boolean => char === "*" || char === "?";

/** Stands for every text. */
export function isEverything(pattern: string): boolean {
  return /^\*+$/.test(pattern);
}

/** Stands for every action: `*`, or `*:*`, because every action has a colon. */
export function isEveryAction(pattern: string): boolean {
  return /^\*+(:\*+)?$/.test(pattern);
}

function literalStart(pattern: string): string {
  return (/^[^*?]*/.exec(pattern)?.[0] ?? "").toLowerCase();
}

/**
 * Glob matching in which the wildcards of `inner` are characters: only a star of `outer` takes them. Walks back to the newest
 * star only, which is enough for stars and keeps the time at the product of the lengths.
 */
function match(outer: string, inner: string): boolean {
  let [o, i] = [0, 0];
  let star = -1;
  let resume = 0;
  while (i < inner.length) {
    if (outer[o] === "*") {
      star = o;
      o += 1;
      resume = i;
    } else if (outer[o] === inner[i] ? inner[i] !== "*" : outer[o] === "?" && inner[i] !== "*") {
      o += 1;
      i += 1;
    } else if (star >= 0) {
      o = star + 1;
      resume += 1;
      i = resume;
    } else {
      return false;
    }
  }
  return /^\**$/.test(outer.slice(o));
}
