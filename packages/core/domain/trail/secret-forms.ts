/**
 * What a secret looks like: by the name of the key that holds it, and by its own form wherever it stands. A secret that has
 * neither a telling name nor a known form is not found here; nobody could tell it from other text.
 */

/** Stands where a secret stood. */
export const REDACTED = "[redacted]";

/** What CloudTrail itself puts in place of a secret: it stays. */
export const HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS";

export type KeyKind = "secret" | "credential" | "login" | "code" | "plain";

/** Ends of key names, without `_`, `-` and `:` and in lower case, whose values are secrets: `refreshToken`, `client_secret`. */
const SECRET_ENDINGS = [
  "token secret password passwd passphrase passcode otp assertion verifier cookie authorization",
  "secretkey secretaccesskey privatekey apikey seed samlresponse signature secretstring secretbinary",
  "devicecode usercode authcode authorizationcode mfacode tokencode verificationcode onetimecode totpcode",
]
  .join(" ")
  .split(" ");

const SECRET_NAME = new RegExp(`(?:${SECRET_ENDINGS.join("|")})s?$`);

/** Keys that hold ids of sessions or access tokens. */
const CREDENTIAL_NAME = /^(?:identitycenter)?(?:credential|session)ids?$/;

/** What a value under this key is. `code` is an authorization code in OAuth requests and a mere word elsewhere. */
export function kindOfKey(key: string): KeyKind {
  const name = key.toLowerCase().replace(/[_:.\s-]/g, "");
  if (SECRET_NAME.test(name)) return "secret";
  if (CREDENTIAL_NAME.test(name)) return "credential";
  if (name === "loginto") return "login";
  return name === "code" ? "code" : "plain";
}

/**
 * Text that is a secret by its form: JSON web tokens, STS session tokens, Identity Center's access and refresh tokens and the ids
 * of access tokens, SAML in base64, private keys, and what follows `Bearer` or `Basic`.
 */
const FORMS: readonly RegExp[] = [
  /\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g,
  /\b(?:IQoJ|FwoG|FQoG|AQoD|AQoE)[\w+/=%-]{8,}/g,
  /\bao[ar]AAAA[\w:+/=-]{6,}/g,
  /\bAAAAAG[\w-]{8,}={0,2}/g,
  /\b(?:PHNhbW|PD94bW)[\w+/=%-]{8,}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

const BEGINNING = /:\/\/|eyJ|IQoJ|FwoG|FQoG|AQo[DE]|AAAAA|PHNhbW|PD94bW/;

/** Whether a word holds the beginning of a secret form, however short what follows is. */
export function beginsSecret(word: string): boolean {
  return BEGINNING.test(word);
}

const SCHEME =
  /\b(Bearer|BEARER|bearer|Basic|BASIC|basic|Digest|DIGEST|digest|SSOToken|ssotoken)([ +]|%20)+(?!\[redacted\])[^\s"',;<>\\]{6,}/g;

const NAME_IN_TEXT = SECRET_ENDINGS.flatMap((name) => [
  name,
  ...(name.endsWith("code") ? [`${name.slice(0, -4)}[_-]code`] : []),
]).join("|");

/** `password=…`, `auth_code=…`, also percent-encoded: in a query without a host, a form, a command line. */
const ASSIGNED = new RegExp(
  `((?:${NAME_IN_TEXT}|secret[_-]access[_-]key|[?&]code|[?&]state|credential_?id)s?(?:=|%3D))(?!\\[redacted\\])[^\\s"'&,;<>\\\\]+`,
  "gi",
);

/** What follows `://` in a URL. */
const URL_REST = /[^\s"'<>\\]*/y;

/** One of these stands in every text with a secret form. Rare first letters are found fast, in a whole record at once. */
const HINTS =
  /* JSON web tokens, STS, Identity Center, SAML, keys, JSON in text, schemes */
  'yJ IQoJ FwoG FQoG AQo AAAA PHNhbW PD94bW PRIVATE \\" BEARER BASIC DIGEST'.split(" ");
const SCHEME_HINT = /(?:earer|asic|igest|[oO]Token|otoken)[ +%]/;

/** False only when `withoutSecretForms` would change no string of this JSON text. */
export function mayHoldSecretForms(json: string): boolean {
  for (const hint of HINTS) if (json.includes(hint)) return true;
  if (hasQuery(json)) return true;
  if ((json.includes("=") || json.includes("%3")) && hasAssigned(json)) return true;
  return SCHEME_HINT.test(json);
}

/** Whether a URL has more than an address; looks at no letter twice, because a record may be all of `://`. */
function hasQuery(text: string): boolean {
  for (let at = text.indexOf("://"); at !== -1;) {
    URL_REST.lastIndex = at + 3;
    const rest = URL_REST.exec(text)?.[0] ?? "";
    if (/[?#@]/.test(rest)) return true;
    at = text.indexOf("://", at + 3 + rest.length);
  }
  return false;
}

function hasAssigned(text: string): boolean {
  ASSIGNED.lastIndex = 0;
  return ASSIGNED.test(text);
}

/** Replaces every secret that shows by its form. */
export function withoutSecretForms(text: string): string {
  let plain = text;
  for (const form of FORMS) plain = plain.replace(form, REDACTED);
  return withoutQueries(plain)
    .replace(SCHEME, `$1$2${REDACTED}`)
    .replace(ASSIGNED, `$1${REDACTED}`);
}

/** Takes query and fragment off every URL, and the name and password before its host. One pass, however long the text. */
function withoutQueries(text: string): string {
  let plain = "";
  let done = 0;
  for (let at = text.indexOf("://"); at !== -1; at = text.indexOf("://", done)) {
    URL_REST.lastIndex = at + 3;
    const rest = URL_REST.exec(text)?.[0] ?? "";
    const address = rest.split(/[?#]/, 1)[0]!;
    const slash = address.indexOf("/");
    const host = slash === -1 ? address : address.slice(0, slash);
    plain += text.slice(done, at + 3) + address.slice(host.lastIndexOf("@") + 1);
    done = at + 3 + rest.length;
  }
  return done === 0 ? text : plain + text.slice(done);
}

const KEY_IN_TEXT = `[\\w:.-]{0,60}?(?:${NAME_IN_TEXT}|secret[_-]access[_-]key)s?`;
const KEPT = `(?!${HIDDEN}|\\[redacted\\])`;

/** Values of telling keys in text that only looks like JSON: quoted, quoted within a string, listed, nested, bare; cut short too. */
const PAIR_QUOTED = new RegExp(
  `("${KEY_IN_TEXT}"\\s{0,16}:\\s{0,16}")${KEPT}(?:[^"\\\\]|\\\\[\\s\\S])*`,
  "gi",
);
const PAIR_ESCAPED = new RegExp(
  `(\\\\{1,16}"${KEY_IN_TEXT}\\\\{1,16}"\\s{0,16}:\\s{0,16}\\\\{1,16}")${KEPT}[\\s\\S]*?(?=\\\\{1,16}"\\s{0,16}[,}\\]]|$)`,
  "gi",
);
const PAIR_SINGLE = new RegExp(`('${KEY_IN_TEXT}'\\s{0,16}:\\s{0,16}')${KEPT}[^']*`, "gi");
const PAIR_NESTED = new RegExp(
  `(["']${KEY_IN_TEXT}\\\\{0,16}["']\\s{0,16}:\\s{0,16})(?:\\[[^\\]]*|\\{[^}]*|[\\d.]+)`,
  "gi",
);
const LOGIN = /("LoginTo\\*"\s*:\s*\\*"[^"?#\\]*)[?#][^"\\]*/gi;
const CREDENTIALS =
  /("(?:identitycenter:)?(?:credential|session)ids?\\*"\s*:\s*\[?\s*\\*")([^"\\]*)/gi;
const CODE = /("code\\*"\s*:\s*\\*")(?!HIDDEN_|\[redacted\])[^"\\]{16,}/gi;

/** Replaces the values of telling keys in text that could not be parsed. `hashed` stands for a credential's id. */
export function withoutSecretPairs(text: string, hashed: (id: string) => string): string {
  return text
    .replace(CREDENTIALS, (_all, head: string, id: string) => head + hashed(id))
    .replace(PAIR_QUOTED, `$1${REDACTED}`)
    .replace(PAIR_ESCAPED, `$1${REDACTED}`)
    .replace(PAIR_SINGLE, `$1${REDACTED}`)
    .replace(PAIR_NESTED, `$1"${REDACTED}"`)
    .replace(CODE, `$1${REDACTED}`)
    .replace(LOGIN, "$1");
}
