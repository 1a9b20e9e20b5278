/**
 * Takes every secret out of a record before it is written, logged or sent anywhere, and gives the record its canonical text in
 * the same walk: keys sorted, so that equal records have equal text. Redacting twice gives the same record.
 * Not removed: access key ids, workflow ids and portal session ids, which are names and not secrets.
 */
import { hash } from "node:crypto";
import { canonicalJson } from "../ids.ts";
import {
  beginsSecret,
  HIDDEN,
  mayHoldSecretForms,
  REDACTED,
  withoutSecretForms,
  withoutSecretPairs,
  type KeyKind,
} from "./secret-forms.ts";
import { sortedKeys } from "./redact/sorted-keys.ts";

export { HIDDEN, REDACTED } from "./secret-forms.ts";

/** Deeper nesting than any AWS record has; Postgres refuses it at some depth (54001) and recursion would too. */
export const DEEPEST = 200;

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/**
 * An access token's id, hashed; a portal session's id (a UUID) as it is, because it is shown in the console and opens nothing.
 * AWS: "credentialId" of bearer-token callers, IAM Identity Center User Guide, CloudTrail use cases.
 */
export function hashedCredentialId(id: string): string {
  if (id === "" || id === HIDDEN || id === REDACTED) return id;
  return UUID.test(id) || HASHED.test(id)
    ? id.toLowerCase()
    : `sha256:${hash("sha256", id, "hex")}`;
}

const HASHED = /^sha256:[0-9a-f]{64}$/i;

/** True for a portal session's id, false for an access token's. */
export function isPortalCredential(id: string): boolean {
  return UUID.test(id);
}

type Members = Record<string, unknown>;

export interface RedactedRecord {
  readonly record: Members;
  /** The record as JSON: keys sorted at every level, no spaces. */
  readonly text: string;
}

/** A copy without secrets, and its text; null when it is nested deeper than `DEEPEST`. The input is plain JSON. */
export function redacted(record: Readonly<Members>): RedactedRecord | null {
  const walk: Walk = { codeIsSecret: isOauth(record), tooDeep: false };
  const copy = copyOf(record, "plain", walk, DEEPEST);
  if (walk.tooDeep) return null;
  const text = JSON.stringify(copy);
  if (!mayHoldSecretForms(text)) return { record: copy, text };
  const clean = scrubbed(copy, walk.codeIsSecret) as Members;
  return { record: clean, text: JSON.stringify(clean) };
}

/** A copy without secrets. Throws `RangeError` when it is nested deeper than `DEEPEST`. */
export function redactRecord(record: Readonly<Members>): Members {
  const done = redacted(record);
  if (done === null) throw new RangeError(`nested deeper than ${DEEPEST} levels`);
  return done.record;
}

interface Walk {
  readonly codeIsSecret: boolean;
  tooDeep: boolean;
}

/** Sources in which a parameter named `code` is an authorization code. */
const OAUTH = /^(?:sso|sso-oauth|signin|identitystore-auth)\./i;

function isOauth(record: Readonly<Members>): boolean {
  const source = record["eventSource"];
  return typeof source === "string" && OAUTH.test(source);
}

const DATA = { enumerable: true, configurable: true, writable: true } as const;

function put(copy: Members, key: string, value: unknown): void {
  // Assigned, it would become the prototype instead of a key.
  if (key === "__proto__") Object.defineProperty(copy, key, { ...DATA, value });
  else copy[key] = value;
}

/** `kind` is what the key above says of everything below it. */
function copyOf(value: object, kind: KeyKind, walk: Walk, levels: number): Members {
  const source = value as Members;
  const copy: Members = {};
  const { keys, kinds } = sortedKeys(source);
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at]!;
    const inner = source[key];
    if (inner === null || typeof inner === "boolean") put(copy, key, inner);
    else put(copy, key, valueOf(inner, kind === "secret" ? kind : kinds[at]!, walk, levels));
  }
  return copy;
}

function valueOf(value: unknown, kind: KeyKind, walk: Walk, levels: number): unknown {
  if (typeof value === "string") return kind === "plain" ? value : stringOf(value, kind, walk);
  if (value === null || typeof value !== "object") {
    return kind === "secret" && typeof value === "number" ? REDACTED : value;
  }
  if (levels === 0) {
    walk.tooDeep = true;
    return null;
  }
  if (!Array.isArray(value)) return copyOf(value, kind, walk, levels - 1);
  return value.map((inner) => valueOf(inner, kind, walk, levels - 1));
}

function stringOf(text: string, kind: KeyKind, walk: Walk): string {
  if (text === "" || text === HIDDEN || text === REDACTED) return text;
  if (kind === "secret" || (kind === "code" && walk.codeIsSecret)) return REDACTED;
  if (kind === "credential") return hashedCredentialId(text);
  return kind === "login" ? text.split(/[?#]/, 1)[0]! : text;
}

/** A copy whose strings and keys hold no secret by form. Not deeper than `DEEPEST`. */
function scrubbed(value: unknown, codeIsSecret: boolean): unknown {
  if (typeof value === "string") return scrubbedText(value, codeIsSecret);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((inner) => scrubbed(inner, codeIsSecret));
  const members = Object.entries(value).map(
    ([key, inner]) => [scrubbedText(key, codeIsSecret), inner] as const,
  );
  const copy: Members = {};
  for (const [key, inner] of members.toSorted(([left], [right]) => (left < right ? -1 : 1))) {
    put(copy, key, scrubbed(inner, codeIsSecret));
  }
  return copy;
}

function scrubbedText(text: string, codeIsSecret: boolean): string {
  if (text.length < 8 || text === HIDDEN) return text;
  const nested = /^\s*[[{"]/.test(text) ? nestedJson(text, codeIsSecret) : null;
  if (nested !== null) return nested;
  const plain = text.includes('"') ? withoutSecretPairs(text, hashedCredentialId) : text;
  return withoutSecretForms(plain);
}

/** JSON that stands as text in a record, redacted like a record; as it was when it holds no secret. Null when it is not JSON. */
function nestedJson(text: string, codeIsSecret: boolean): string | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const walk: Walk = { codeIsSecret, tooDeep: false };
  const copy = valueOf(value, "plain", walk, DEEPEST);
  if (walk.tooDeep) return REDACTED;
  const clean = canonicalJson(scrubbed(copy, codeIsSecret));
  return clean === canonicalJson(value) ? text : clean;
}

/**
 * For text that is not JSON: secrets are found by pattern, and long words without a space, which no name has, are taken for
 * secrets. Cut to `limit` characters, after the redaction, because a secret that is cut shows its form no more.
 */
export function redactText(text: string, limit = 8_192): string {
  const plain = text
    .slice(0, limit + SLACK)
    // Text in UTF-16 that was read as bytes, and letters written as escapes, would hide the names of keys.
    .replaceAll("\u0000", "")
    .replaceAll(/\\u00([2-7][0-9a-f])/gi, (escape, hex: string) =>
      /[\w]/.test(String.fromCharCode(parseInt(hex, 16)))
        ? String.fromCharCode(parseInt(hex, 16))
        : escape,
    );
  const clean = withoutSecretForms(withoutSecretPairs(plain, hashedCredentialId));
  return withoutCutWord(clean.replace(/[\w+/-]{60,}={0,2}/g, REDACTED)).slice(0, limit);
}

const SLACK = 4_096;

/** The last word may have been cut where it began to show its form. */
function withoutCutWord(text: string): string {
  let start = text.length;
  while (start > 0 && !WORD_END.has(text[start - 1]!)) start -= 1;
  return beginsSecret(text.slice(start)) ? text.slice(0, start) + REDACTED : text;
}

const WORD_END: ReadonlySet<string> = new Set([" ", "\t", "\n", "\r", '"', "{", "}", "[", "]"]);
