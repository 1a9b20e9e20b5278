/**
 * Takes every secret out of a record before it is written, logged or sent anywhere. Redacting twice gives the same record.
 * Not removed: access key ids, workflow ids and portal session ids, which are names and not secrets.
 */
import { sha256 } from "../ids.ts";

/** Stands where a secret stood. */
export const REDACTED = "[redacted]";

/** What CloudTrail itself puts in place of a secret: it stays. */
export const HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS";

/** Keys whose text is a secret wherever they stand. */
const SECRET_KEYS = new Set(
  [
    "accessToken refreshToken idToken sessionToken bearerToken subjectToken actorToken assertion",
    "secretAccessKey clientSecret secret password newPassword oneTimePassword deviceCode userCode",
    "codeVerifier authCode auth_code authorizationCode samlResponse sAMLAssertion csrfToken",
  ]
    .join(" ")
    .toLowerCase()
    .split(" "),
);

/** Keys that hold ids of sessions or access tokens. */
const CREDENTIAL_KEYS = /^(?:identitycenter:)?(?:credential|session)ids?$/i;

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Text that is a secret by its form: JSON web tokens, STS session tokens, Identity Center access tokens. */
const SECRET_TEXT =
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|\b(?:IQoJ|FwoG|FQoG)[\w+/=-]{60,}|\baoa[A-Za-z0-9_-]{3,}:[\w+/=-]{20,}/g;
const TOKEN_ID = /^[A-Za-z0-9_-]{60,}={0,2}$/;
const URL_WITH_QUERY = /(\bhttps?:\/\/[^\s"'<>?#]*)[?#][^\s"'<>]*/g;

/**
 * An access token's id, hashed; a portal session's id (a UUID) as it is, because it is shown in the console and opens nothing.
 * AWS: "credentialId" of bearer-token callers, IAM Identity Center User Guide, CloudTrail use cases.
 */
export function hashedCredentialId(id: string): string {
  if (id === "" || id === HIDDEN || id === REDACTED) return id;
  return UUID.test(id) || id.startsWith("sha256:") ? id.toLowerCase() : `sha256:${sha256(id)}`;
}

/** True for a portal session's id, false for an access token's. */
export function isPortalCredential(id: string): boolean {
  return UUID.test(id);
}

/** A copy without secrets. The input is plain JSON. */
export function redactRecord(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const oauthCode =
    record["eventName"] === "CreateToken" || record["eventName"] === "CreateTokenWithIAM";
  return redactObject(record, oauthCode);
}

const DATA = { enumerable: true, configurable: true, writable: true } as const;

function redactObject(value: object, oauthCode: boolean): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const inner = redactValue(key, (value as Record<string, unknown>)[key], oauthCode);
    // Assigned, it would become the prototype instead of a key.
    if (key === "__proto__") Object.defineProperty(copy, key, { ...DATA, value: inner });
    else copy[key] = inner;
  }
  return copy;
}

function redactValue(key: string, value: unknown, oauthCode: boolean): unknown {
  if (typeof value === "string") return redactString(key, value, oauthCode);
  if (Array.isArray(value)) return value.map((inner) => redactValue(key, inner, oauthCode));
  if (value !== null && typeof value === "object") return redactObject(value, oauthCode);
  return value;
}

function redactString(key: string, text: string, oauthCode: boolean): string {
  if (text === "" || text === HIDDEN || text === REDACTED) return text;
  const kind = kindOfKey(key);
  if (kind === "secret" || (oauthCode && key.toLowerCase() === "code")) return REDACTED;
  if (kind === "credential") return hashedCredentialId(text);
  if (kind === "login") return text.split(/[?#]/, 1)[0]!;
  if (text.length < 16) return text;
  const tokenLike = text.length >= 25 && /eyJ|IQoJ|FwoG|FQoG|aoa/.test(text);
  const plain = tokenLike ? text.replace(SECRET_TEXT, REDACTED) : text;
  return plain.includes("://") ? plain.replace(URL_WITH_QUERY, "$1") : plain;
}

type KeyKind = "secret" | "credential" | "login" | "plain";

function kindOfKey(key: string): KeyKind {
  const lower = key.toLowerCase();
  if (SECRET_KEYS.has(lower)) return "secret";
  if (CREDENTIAL_KEYS.test(key)) return "credential";
  return lower === "loginto" ? "login" : "plain";
}

const SECRET_PAIR = new RegExp(
  `("(?:${[...SECRET_KEYS].join("|")})"\\s*:\\s*")(?!HIDDEN_)(?:[^"\\\\]|\\\\.)*`,
  "gi",
);
const CREDENTIAL_PAIR = /("(?:identitycenter:)?(?:credential|session)ids?"\s*:\s*\[?\s*")([^"]*)/gi;

/** For text that is not JSON: secrets are found by pattern. Cut to `limit` characters. */
export function redactText(text: string, limit = 8_192): string {
  return text
    .slice(0, limit)
    .replace(SECRET_PAIR, `$1${REDACTED}`)
    .replace(CREDENTIAL_PAIR, (_all, head: string, id: string) => head + hashedCredentialId(id))
    .replace(SECRET_TEXT, REDACTED)
    .replace(URL_WITH_QUERY, "$1")
    .replace(/[A-Za-z0-9_-]{60,}={0,2}/g, (word) => (TOKEN_ID.test(word) ? REDACTED : word));
}
