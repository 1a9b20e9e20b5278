/** What the stored snapshot and events say of an organisation, in the form in which rules read it. Pure. */
import type { AccessSnapshot } from "../domain/access.ts";
import { assignmentKey, membershipKey } from "../domain/access/facts.ts";
import type { TrailEvent } from "../domain/event.ts";
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

/** One verdict a set, for every account in which it is provisioned. */
export function verdictsOf({ permissionSets, provisionings }: AccessSnapshot): SetVerdict[] {
  const accounts = new Map<string, string[]>();
  for (const { accountId, permissionSetArn } of provisionings) {
    const known = accounts.get(permissionSetArn);
    if (known === undefined) accounts.set(permissionSetArn, [accountId]);
    else known.push(accountId);
  }
  return permissionSets.map(({ arn, administrator }) => ({
    permissionSetArn: arn,
    accountIds: accounts.get(arn) ?? [],
    administrator,
    findings: [],
    services: null,
  }));
}
