/**
 * Policy documents from files and standard input: plain, URL-encoded as IAM's API answers them, or within an AWS answer. Guarantees one
 * sentence that names the file for whatever cannot be judged; reads nothing else.
 */
import { readFile } from "node:fs/promises";
import { text as allOf } from "node:stream/consumers";
import { Fault } from "../../domain/fault.ts";
import { parsePolicy } from "../../domain/policy/document.ts";
import type { NamedPolicy } from "../../domain/policy/access/statements.ts";

/** `-` is standard input. */
export async function readPolicyFile(path: string): Promise<NamedPolicy> {
  const name = path === "-" ? "standard input" : path;
  const text = documentIn(await textOf(path, name));
  const { policy, problem } = parsePolicy(text);
  if (policy === null) throw new Fault("policy.unreadable", `${name}: ${problem}`);
  return { name, policy };
}

async function textOf(path: string, name: string): Promise<string> {
  if (path === "-") return allOf(process.stdin);
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT") {
      throw new Fault("input.no-such-file", `${name} does not exist; name a policy document.`);
    }
    const why = code === "EISDIR" ? "it is a folder" : (code ?? "unknown");
    throw new Fault(
      "input.unreadable-file",
      `${name} cannot be read (${why}); name a policy document.`,
      { cause },
    );
  }
}

/**
 * Where AWS's answers hold a document: GetPolicyVersion, GetRolePolicy and the like, GetInlinePolicyForPermissionSet, and a role's trust.
 * Text that is none of them is answered as it is, for the grammar to judge.
 */
function documentIn(text: string): string {
  const plain = decoded(text);
  let value: unknown;
  try {
    value = JSON.parse(plain);
  } catch {
    return plain;
  }
  for (const path of ANSWERS) {
    const found = path.reduce<unknown>(
      (at, key) => (at as Record<string, unknown> | null | undefined)?.[key],
      value,
    );
    if (typeof found === "string") return decoded(found);
    if (found !== undefined && found !== null) return rewritten(found) ?? plain;
  }
  return plain;
}

/** Null for a value that is nested too deep to be written out. */
function rewritten(value: unknown): string | null {
  try {
    return JSON.stringify(value);
  } catch {
    return null;
  }
}

const ANSWERS: readonly (readonly string[])[] = [
  ["PolicyVersion", "Document"],
  ["PolicyDocument"],
  ["Document"],
  ["InlinePolicy"],
  ["Role", "AssumeRolePolicyDocument"],
  ["AssumeRolePolicyDocument"],
  ["Policy"],
];

/** IAM's API answers documents as RFC 3986 text: a first brace that is `%7B` tells. */
function decoded(text: string): string {
  if (!/^\s*%7B/i.test(text)) return text;
  try {
    return decodeURIComponent(text.trim());
  } catch {
    return text;
  }
}
