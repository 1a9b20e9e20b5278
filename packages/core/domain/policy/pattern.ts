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
