/** What the stored snapshot and events say of an organisation, in the form in which rules read it. Pure. */
import type { AccessSnapshot, PermissionSet } from "../domain/access.ts";
import { assignmentKey, membershipKey } from "../domain/access/facts.ts";
import type { TrailEvent } from "../domain/event.ts";
import type { ActionCatalogue } from "../domain/policy/catalogue.ts";
import { differsByAccount, verdictOfSet } from "../domain/policy/permission-set.ts";
import type { PolicyVerdict } from "../domain/policy/verdict.ts";
import type { TimedSnapshot } from "../ports/access/access-store.ts";
import type { GrantEvent, SetVerdict } from "../rules/organisation-facts.ts";

/** Grants among changes of access, in their order; refused requests and those that name no complete grant are left out. */
export function grantsIn(events: readonly TrailEvent[]): GrantEvent[] {
  return events.flatMap((event): GrantEvent[] => {
    if (event.errorCode !== null) return [];
    const { eventId, occurredAt, callerArn } = event;
    const base = { eventId, occurredAt, callerArn, isProvisioning: false };
    switch (event.kind) {
      case "assignment": {
        const { change, targetAccountId, permissionSetArn, principalId } = event;
        if (change !== "created") return [];
        if (targetAccountId === null || permissionSetArn === null || principalId === null)
          return [];
        const key = assignmentKey({ accountId: targetAccountId, permissionSetArn, principalId });
        return [{ ...base, kind: "assignment", key }];
      }
      case "membership": {
        const { change, groupId, memberUserId, memberUserIds } = event;
        if (change !== "added" || groupId === null) return [];
        const users = memberUserIds ?? (memberUserId === null ? [] : [memberUserId]);
        const isProvisioning = event.by === "provisioning";
        return users.map((userId) => ({
          ...base,
          isProvisioning,
          kind: "membership",
          key: membershipKey({ groupId, userId }),
        }));
      }
      case "entitlement": {
        const { change, entitlementId } = event;
        if (change !== "created" || entitlementId === null) return [];
        return [{ ...base, kind: "entitlement", key: entitlementId }];
      }
      default:
        return [];
    }
  });
}

/** What the policies of each set together are: one verdict a set, or one for each group of accounts in which they are the same. */
export function verdictsOf(
  snapshot: AccessSnapshot & Pick<TimedSnapshot, "amendments">,
  actions: ActionCatalogue,
): SetVerdict[] {
  const accounts = accountsOfSets(snapshot);
  const policies = new Map(snapshot.policies.map((policy) => [policy.policyArn, policy]));
  return snapshot.permissionSets.flatMap((set) => {
    const accountIds = accounts.get(set.arn) ?? [];
    // Policies that were changed since they were read say nothing of the set as it is.
    if (snapshot.amendments?.unreadSets.has(set.arn) === true) {
      const nothing = { administrator: null, findings: [], services: null };
      return [{ permissionSetArn: set.arn, accountIds, ...nothing }];
    }
    if (!differsByAccount(set) || accountIds.length === 0) {
      return [setVerdict(set, accountIds, verdictOfSet(set, null, policies, actions))];
    }
    // Equal documents give one and the same verdict.
    const same = new Map<PolicyVerdict, string[]>();
    for (const accountId of accountIds) {
      const verdict = verdictOfSet(set, accountId, policies, actions);
      const known = same.get(verdict);
      if (known === undefined) same.set(verdict, [accountId]);
      else known.push(accountId);
    }
    return [...same].map(([verdict, ids]) => setVerdict(set, ids, verdict));
  });
}

/** Accounts in which a set is provisioned or assigned, each once, in order. */
function accountsOfSets({ provisionings, assignments }: AccessSnapshot): Map<string, string[]> {
  const accounts = new Map<string, Set<string>>();
  for (const { accountId, permissionSetArn } of [...provisionings, ...assignments]) {
    const known = accounts.get(permissionSetArn);
    if (known === undefined) accounts.set(permissionSetArn, new Set([accountId]));
    else known.add(accountId);
  }
  return new Map([...accounts].map(([arn, ids]) => [arn, [...ids].toSorted()]));
}

function setVerdict(
  set: PermissionSet,
  accountIds: readonly string[],
  { administrator, findings, unread, allows }: PolicyVerdict,
): SetVerdict {
  return {
    permissionSetArn: set.arn,
    accountIds,
    administrator,
    findings: findings.map(({ id, severity, explanation, actions }) => ({
      id,
      severity,
      explanation,
      actions,
    })),
    services:
      administrator === true || unread.length > 0 ? null : allows.map(({ service }) => service),
  };
}
