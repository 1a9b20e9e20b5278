/**
 * Whether a caller is one that a pattern of ARNs names. Pure. A caller in a role session is compared by its session and by its role,
 * because people write down the role; CloudTrail names a session without the role's path, so the role is compared without it.
 */

/** `*` stands for any text; everything else for itself. Takes time in proportion to the text for each part of the pattern. */
export function matchesArn(arn: string, pattern: string): boolean {
  return spellings(arn).some((text) => matches(text, pattern));
}

function spellings(arn: string): string[] {
  const session = /^(arn:[^:]*):sts::(\d{12}):assumed-role\/([^/]+)\//.exec(arn);
  if (session === null) return [arn];
  const [, partition, account, role] = session;
  return [arn, `${partition}:iam::${account}:role/${role}`];
}

function matches(text: string, pattern: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let from = first.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
}
