/**
 * The files of the working tree as the architecture tests see them: text files with their path from the root, in a fixed order.
 * What git ignores (installed packages, builds, data directories) is left out by folder name; git itself is not needed.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** A file and its text; the rules take these, so that each can be shown to fail on an example that is no file. */
export interface Source {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

const LEFT_OUT = new Set([".git", "node_modules", "dist", "cdk.out", "coverage", ".curfew"]);
const BINARY = /\.(?:gz|png|ico|woff2?|mmdb|pdf|zip)$/;

/** Names at the root that are neither ours to judge nor part of a checkout; `report` is where the README's example writes. */
const LEFT_OUT_AT_ROOT = new Set([...LEFT_OUT, "report"]);

/** Every name at the root. */
export function topLevelNames(): string[] {
  return readdirSync(ROOT)
    .filter((name) => !LEFT_OUT_AT_ROOT.has(name) && !/\.(?:log|tsbuildinfo)$/.test(name))
    .sort();
}

/** Paths of all files, binary ones included. */
export function listPaths(folder = ""): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => !(folder === "" ? LEFT_OUT_AT_ROOT : LEFT_OUT).has(entry.name))
    .flatMap((entry) => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return listPaths(path);
      return entry.isFile() ? [path] : [];
    })
    .sort();
}

/** The text of a file; none when it went away since it was listed, as drafts do. */
function textOf(path: string): string | null {
  try {
    return readFileSync(join(ROOT, path), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** All text files. */
export function readSources(): Source[] {
  return listPaths()
    .filter((path) => !BINARY.test(path) && !/\.(?:log|tsbuildinfo)$/.test(path))
    .flatMap((path) => {
      const text = textOf(path);
      return text === null ? [] : [{ path, text }];
    });
}

export const isCode = (path: string): boolean => /\.(?:ts|tsx|mts|js|mjs)$/.test(path);
export const isTest = (path: string): boolean =>
  path.startsWith("test/") || /\.test\.tsx?$/.test(path);
/** Written by a program: judged where it is made. */
export const isGenerated = (path: string): boolean =>
  /\.gen\.ts$|(?:^|\/)package-lock\.json$|^migrations\/meta\//.test(path);
