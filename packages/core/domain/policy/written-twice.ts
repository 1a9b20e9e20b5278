/**
 * Finds a key that an object of a JSON text has twice. `JSON.parse` keeps the last one without a word, and a reader of the text would
 * see another policy than the one that is judged. Expects text that `JSON.parse` takes.
 */

/** The first key that stands twice in one object; null where none does. */
export function keyWrittenTwice(json: string): string | null {
  const open: (Set<string> | null)[] = [];
  let keyExpected = false;
  for (let at = 0; at < json.length; at += 1) {
    const char = json[at];
    if (char === '"') {
      const end = endOfText(json, at);
      const keys = open.at(-1);
      if (keyExpected && keys) {
        const key = JSON.parse(json.slice(at, end + 1)) as string;
        if (keys.has(key)) return key;
        keys.add(key);
        keyExpected = false;
      }
      at = end;
    } else if (char === "{" || char === "[") {
      open.push(char === "{" ? new Set() : null);
      keyExpected = char === "{";
    } else if (char === "}" || char === "]") {
      open.pop();
      keyExpected = false;
    } else if (char === ",") {
      keyExpected = open.at(-1) !== null;
    }
  }
  return null;
}

/** Where the text that begins at `start` has its closing quote. */
function endOfText(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
  return at;
}
