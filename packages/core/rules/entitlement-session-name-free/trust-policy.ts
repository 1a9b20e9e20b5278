/**
 * Whether a role's trust policy binds the name of the sessions that it lets begin (AWS: condition key `sts:RoleSessionName`). Pure; it
 * reads only what that question needs, and answers null for a text that is no policy.
 */

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === "object" && !Array.isArray(value);

const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((item) => typeof item === "string");

/** IAM answers a policy's text with percent signs (AWS: GetRole). */
function statementsOf(text: string): Json[] | null {
  try {
    const policy: unknown = JSON.parse(text.startsWith("%7B") ? decodeURIComponent(text) : text);
    if (!isObject(policy)) return null;
    const statements = policy["Statement"];
    return (Array.isArray(statements) ? statements : [statements]).filter(isObject);
  } catch {
    return null;
  }
}

/** The action begins a role session for the account access manager. */
const BEGINS = /^(?:\*|sts:(?:\*|assumerole\*?|assume\*))$/i;

const beginsSession = (statement: Json): boolean =>
  texts(statement["Action"]).some((action) => BEGINS.test(action));

/** Values that the operator holds the name to; a lone star holds it to nothing. */
function heldTo(statement: Json, operator: RegExp): string[] {
  const condition = statement["Condition"];
  if (!isObject(condition)) return [];
  return Object.entries(condition)
    .filter(([name]) => operator.test(name))
    .flatMap(([, keys]) => (isObject(keys) ? Object.entries(keys) : []))
    .filter(([key]) => key.toLowerCase() === "sts:rolesessionname")
    .flatMap(([, values]) => texts(values));
}

const BINDS = /^(?:ForAnyValue:)?String(?:Equals|EqualsIgnoreCase|Like)(?:IfExists)?$/i;
const FORBIDS = /^(?:ForAllValues:)?StringNot(?:Equals|EqualsIgnoreCase|Like)(?:IfExists)?$/i;

const isBinding = (values: readonly string[]): boolean =>
  values.length > 0 && !values.some((value) => /^\*+$/.test(value));

/** True when every allow that lets a session begin names its session, or a deny forbids all other names. */
export function bindsSessionName(text: string): boolean | null {
  const statements = statementsOf(text);
  if (statements === null) return null;
  const begins = statements.filter(beginsSession);
  const allows = begins.filter(({ Effect }) => Effect === "Allow");
  const denies = begins.filter(({ Effect }) => Effect === "Deny");
  return (
    denies.some((deny) => isBinding(heldTo(deny, FORBIDS))) ||
    allows.every((allow) => isBinding(heldTo(allow, BINDS)))
  );
}
