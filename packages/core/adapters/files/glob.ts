/**
 * Patterns of file names: `*` and `?` within a name, `**` for any folders. A shell expands them before Curfew sees them; this is for
 * patterns in quotes, and for more files than a command line holds.
 */
import { readdir } from "node:fs/promises";
import { join, sep } from "node:path";

const WILD = /[*?]/;

export function isPattern(path: string): boolean {
  return WILD.test(path);
}

/** The files that a pattern stands for, in the order of their names; links are not followed. Fails when its folder is not there. */
export async function filesMatching(pattern: string): Promise<string[]> {
  const parts = pattern.split(sep);
  const fixed = parts.findIndex((part) => isPattern(part));
  const folder = parts.slice(0, fixed).join(sep) || (pattern.startsWith(sep) ? sep : ".");
  const matching = expressionOf(parts.slice(fixed));
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => matching.test(folder === "." ? path : path.slice(join(folder, sep).length)))
    .toSorted();
}

function expressionOf(parts: readonly string[]): RegExp {
  const source = parts
    .map((part, at) => {
      if (part === "**") return at === parts.length - 1 ? ".*" : "(?:.*/)?";
      const name = part
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replaceAll("*", "[^/]*")
        .replaceAll("?", "[^/]");
      return at === parts.length - 1 ? name : `${name}/`;
    })
    .join("");
  return new RegExp(`^${source}$`);
}
