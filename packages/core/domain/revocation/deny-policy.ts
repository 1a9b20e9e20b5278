/**
 * The text of a deny policy: rendered whole from the leases, never merged with what stands in AWS.
 * Parsing accepts exactly the shape that rendering gives and names the first difference otherwise, so that a policy that somebody
 * else edited is never overwritten. It does not know whether the policy is attached anywhere.
 */
import { isUserId } from "../person.ts";

/** AWS: Organizations quotas, maximum size of a service control policy, in characters. */
export const DENY_POLICY_CAPACITY = 10_240;

/** Keeps the list from being empty, which IAM refuses; it is nobody's id. */
export const PLACEHOLDER_USER_ID = "00000000-0000-0000-0000-000000000000";

export const DENY_POLICY_SID = "CurfewDeny";

const CONDITION_KEY = "identitystore:userId";

export type ParsedDenyPolicy =
  | { readonly ok: true; readonly userIds: readonly string[] }
  /** One clause that completes the sentence "the policy was edited elsewhere: …". */
  | { readonly ok: false; readonly reason: string };

/** Sorted and unique, without the placeholder. */
function normalised(userIds: Iterable<string>): string[] {
  return [...new Set(userIds)].filter((id) => id !== PLACEHOLDER_USER_ID).sort();
}

/**
 * The policy text that denies exactly these persons everything. The same ids give the same text, whatever their order.
 * Throws `RangeError` for text that is no userId: a policy with it would deny nobody while looking as if it did.
 */
export function renderDenyPolicy(userIds: Iterable<string>): string {
  const ids = normalised(userIds);
  const wrong = ids.find((id) => !isUserId(id));
  if (wrong !== undefined) throw new RangeError(`${JSON.stringify(wrong)} is no userId`);
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: DENY_POLICY_SID,
        Effect: "Deny",
        Action: "*",
        Resource: "*",
        Condition: {
          StringEquals: { [CONDITION_KEY]: ids.length === 0 ? [PLACEHOLDER_USER_ID] : ids },
        },
      },
    ],
  });
}

/** Characters in use and free when these persons are denied; `remaining` below zero does not fit. */
export function denyPolicyRoom(userIds: Iterable<string>): { used: number; remaining: number } {
  const used = renderDenyPolicy(userIds).length;
  return { used, remaining: DENY_POLICY_CAPACITY - used };
}

/** The ids that a text denies, or why it is not Curfew's text. */
export function parseDenyPolicy(text: string): ParsedDenyPolicy {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return refused("its text is no JSON");
  }
  // JSON.parse keeps the last of two equal keys: a text that says more than what was parsed is not ours.
  if (JSON.stringify(document).replace(/\s/g, "") !== text.replace(/\s/g, "")) {
    return refused("its text repeats a key or is written in an unusual form");
  }
  const statement = onlyStatement(document);
  if (typeof statement === "string") return refused(statement);
  const fixed = differingField(statement);
  if (fixed !== null) return refused(fixed);
  return idsOf(statement["Condition"]);
}

function refused(reason: string): ParsedDenyPolicy {
  return { ok: false, reason };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function hasExactly(value: Readonly<Record<string, unknown>>, keys: readonly string[]): boolean {
  return (
    Object.keys(value).length === keys.length && keys.every((key) => Object.hasOwn(value, key))
  );
}

function onlyStatement(document: unknown): Readonly<Record<string, unknown>> | string {
  if (!isObject(document) || !hasExactly(document, ["Version", "Statement"])) {
    return "it has other elements than Version and Statement";
  }
  if (document["Version"] !== "2012-10-17") return "its Version is not 2012-10-17";
  const statements = document["Statement"];
  if (!Array.isArray(statements) || statements.length !== 1 || !isObject(statements[0])) {
    return "it has not exactly one statement";
  }
  return statements[0];
}

const FIXED = { Sid: DENY_POLICY_SID, Effect: "Deny", Action: "*", Resource: "*" } as const;

function differingField(statement: Readonly<Record<string, unknown>>): string | null {
  if (!hasExactly(statement, [...Object.keys(FIXED), "Condition"])) {
    return "its statement has other elements than Sid, Effect, Action, Resource and Condition";
  }
  for (const [key, value] of Object.entries(FIXED)) {
    if (statement[key] !== value) return `the ${key} of its statement is not ${value}`;
  }
  return null;
}

function idsOf(condition: unknown): ParsedDenyPolicy {
  const equals = isObject(condition) ? condition["StringEquals"] : undefined;
  if (!isObject(condition) || !hasExactly(condition, ["StringEquals"]) || !isObject(equals)) {
    return refused("its condition is not StringEquals alone");
  }
  if (!hasExactly(equals, [CONDITION_KEY])) {
    return refused(`its condition is not on ${CONDITION_KEY} alone`);
  }
  const value = equals[CONDITION_KEY];
  // IAM reads one text and a list of one alike.
  const ids: unknown[] = Array.isArray(value) ? value : [value];
  if (ids.length === 0) return refused("its list of user ids is empty");
  const wrong = ids.find((id) => !isUserId(id));
  if (wrong !== undefined) return refused(`it lists ${JSON.stringify(wrong)}, which is no userId`);
  return { ok: true, userIds: normalised(ids as string[]) };
}

/** A deny policy as the leases have it. */
export interface DenyPolicyLoad {
  readonly policyId: string;
  /** Of the leases that are not released. */
  readonly userIds: readonly string[];
}

/**
 * Where a person's id goes: the policy that denies them already, else the one with most room, the first by id among equals.
 * Null when none has room.
 */
export function choosePolicy(policies: readonly DenyPolicyLoad[], userId: string): string | null {
  const holder = policies.find((policy) => policy.userIds.includes(userId));
  if (holder !== undefined) return holder.policyId;
  const roomy = policies
    .map(({ policyId, userIds }) => ({
      policyId,
      remaining: denyPolicyRoom([...userIds, userId]).remaining,
    }))
    .filter(({ remaining }) => remaining >= 0)
    .sort((a, b) => b.remaining - a.remaining || (a.policyId < b.policyId ? -1 : 1));
  return roomy[0]?.policyId ?? null;
}
