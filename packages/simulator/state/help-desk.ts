/**
 * The simulated help desk: so many minutes after a person is denied in every member account, somebody ends their sessions and
 * disables them in the console. Guarantees that it acts only if the deny still stands by then, and once a person.
 */
import type { Change, Organisation, ServiceControlPolicy } from "../model.ts";
import { MINUTE } from "../random.ts";
import { textField } from "./parameters.ts";
import { userIdsDeniedBy } from "./denies.ts";

/** People that a policy on the root denies, after each change to a policy: `[instant, ids]` in order of time. */
function deniesOverTime(
  organisation: Organisation,
  changes: readonly Change[],
): [number, Set<string>][] {
  const policies = new Map(
    organisation.policies.map((policy) => [
      policy.id,
      { content: policy.content, onRoot: isOnRoot(organisation, policy) },
    ]),
  );
  const out: [number, Set<string>][] = [];
  const ordered = changes
    .filter((change) => /^(UpdatePolicy|AttachPolicy|DetachPolicy)$/.test(change.eventName))
    .sort((a, b) => a.effectiveAt - b.effectiveAt);
  for (const change of ordered) {
    const policy = policies.get(textField(change.parameters, "PolicyId"));
    if (policy === undefined) continue;
    if (change.eventName === "UpdatePolicy")
      policy.content = textField(change.parameters, "Content") || policy.content;
    else if (textField(change.parameters, "TargetId") === organisation.rootId)
      policy.onRoot = change.eventName === "AttachPolicy";
    const denied = new Set<string>();
    for (const { content, onRoot } of policies.values())
      if (onRoot) for (const id of userIdsDeniedBy(content)) denied.add(id);
    out.push([change.effectiveAt, denied]);
  }
  return out;
}

const isOnRoot = (organisation: Organisation, policy: ServiceControlPolicy): boolean =>
  policy.targets.includes(organisation.rootId);

/** When each denied person is disabled by the help desk; empty where nobody does that (`minutes` null). */
export function disabledByHelpDesk(
  organisation: Organisation,
  changes: readonly Change[],
  minutes: number | null,
): Map<string, number> {
  const out = new Map<string, number>();
  if (minutes === null) return out;
  const known = new Set(organisation.people.map((person) => person.userId));
  const since = new Map<string, number>();
  const act = (until: number): void => {
    for (const [userId, from] of since) {
      const at = from + minutes * MINUTE;
      if (at < until && !out.has(userId)) out.set(userId, at);
    }
  };
  for (const [at, denied] of deniesOverTime(organisation, changes)) {
    act(at);
    for (const userId of since.keys()) if (!denied.has(userId)) since.delete(userId);
    for (const userId of denied) if (known.has(userId) && !since.has(userId)) since.set(userId, at);
  }
  act(Infinity);
  return out;
}
