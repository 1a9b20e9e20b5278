/**
 * How much an account matters: the management account, those that the reader's own patterns call production, and the others. Pure. The
 * patterns decide and nothing else; every answer names the pattern and what it matched, so that a wrong one can be mended.
 */
import type { Account, AccountTier } from "../access.ts";

/** What is called production while nobody said otherwise. */
export const DEFAULT_PRODUCTION_PATTERNS: readonly string[] = Object.freeze([
  "*prod*",
  "!*nonprod*",
  "!*non-prod*",
  "!*preprod*",
  "!*pre-prod*",
]);

export interface TierVerdict {
  readonly tier: AccountTier;
  /** One sentence. */
  readonly why: string;
}

type Placed = Pick<Account, "accountId" | "name" | "organizationalUnitPath" | "isManagement">;

/**
 * @param patterns matched against the whole of an account's id, its name and its path of organisational units, whatever the case; `*`
 * stands for any text, also across the slashes of a path. A pattern after `!` takes away what it matches, wherever it stands in the list.
 */
export function accountTier(account: Placed, patterns: readonly string[]): TierVerdict {
  if (account.isManagement) {
    return { tier: "management", why: "It is the organisation's management account." };
  }
  const places = [
    ["id", account.accountId],
    ["name", account.name],
    ["organisational unit", account.organizationalUnitPath],
  ] as const;
  const hitOf = (pattern: string): string | null => {
    const wanted = pattern.replace(/^!/, "");
    const hit = places.find(([, text]) => matchesPattern(text, wanted));
    return hit === undefined
      ? null
      : `Its ${hit[0]} ${JSON.stringify(hit[1])} matches ${JSON.stringify(pattern)}.`;
  };
  const [takenAway, named] = [true, false].map((isExcluding) =>
    patterns
      .filter((pattern) => pattern.startsWith("!") === isExcluding)
      .reduce<string | null>((why, pattern) => why ?? hitOf(pattern), null),
  );
  if (named && !takenAway) return { tier: "production", why: named };
  return {
    tier: "other",
    why: (named && takenAway) ?? "No pattern of production accounts matches it.",
  };
}

/** The tier of any account by its id; one that the snapshot does not hold is matched by its id alone. */
export function tiersOf(
  accounts: readonly Account[],
  patterns: readonly string[],
): (accountId: string) => TierVerdict {
  const known = new Map<string, TierVerdict>(
    accounts.map((account) => [account.accountId, accountTier(account, patterns)]),
  );
  return (accountId) => {
    const verdict = known.get(accountId);
    if (verdict !== undefined) return verdict;
    const unknown = { accountId, name: "", organizationalUnitPath: "", isManagement: false };
    const fresh = accountTier(unknown, patterns);
    known.set(accountId, fresh);
    return fresh;
  };
}

/** Takes time in proportion to the text for each part of the pattern, whatever the pattern. */
function matchesPattern(text: string, pattern: string): boolean {
  const [first, ...rest] = pattern.toLowerCase().split("*");
  const subject = text.toLowerCase();
  if (rest.length === 0) return subject === first;
  const last = rest.pop()!;
  if (!subject.startsWith(first!)) return false;
  let from = first!.length;
  for (const part of rest) {
    const at = subject.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return subject.length - last.length >= from && subject.endsWith(last);
}
