/**
 * Changes of assignments, permission sets and entitlements, applied to the facts of a snapshot. AWS answers a request for an assignment
 * before it is carried out (sso-admin API reference, CreateAccountAssignment: asynchronous), so that one is asked for, and not done.
 */
import type { TrailEvent } from "../../event.ts";
import { assignmentKey } from "../facts.ts";
import type { FactsByKey } from "./facts-by-key.ts";

type Of<K extends TrailEvent["kind"]> = Extract<TrailEvent, { kind: K }>;

export function applyAssignment(facts: FactsByKey, event: Of<"assignment">): void {
  const { targetAccountId: accountId, permissionSetArn, principalType, principalId } = event;
  if (accountId === null || permissionSetArn === null || principalId === null) return;
  const key = assignmentKey({ accountId, permissionSetArn, principalId });
  if (event.change === "deleted") return facts.remove("assignment", key, event, true);
  if (principalType !== "USER" && principalType !== "GROUP") return;
  facts.add("assignment", { accountId, permissionSetArn, principalType, principalId }, event, true);
}

/** Those that change what the set allows; a request to provision it changes no definition. */
const POLICY_CHANGES: ReadonlySet<string> = new Set([
  "policy-attached",
  "policy-detached",
  "inline-policy-put",
  "inline-policy-removed",
  "boundary-put",
  "boundary-removed",
]);

export function applyPermissionSet(facts: FactsByKey, event: Of<"permission-set">): void {
  const { permissionSetArn: arn, permissionSetName: name, sessionDuration } = event;
  if (arn === null) return;
  if (event.change === "created") {
    facts.add(
      "permission-set",
      {
        arn,
        name: name ?? arn.split("/").at(-1) ?? arn,
        description: null,
        // AWS: CreatePermissionSet, SessionDuration: one hour unless the request says otherwise.
        sessionDuration: sessionDuration ?? "PT1H",
        managedPolicyArns: [],
        customerManagedPolicies: [],
        inlinePolicy: null,
        boundary: null,
        relayState: null,
        createdAt: event.occurredAt,
        tags: {},
      },
      event,
    );
  } else if (event.change === "deleted") {
    for (const one of facts.all("assignment")) {
      if (one.permissionSetArn === arn) facts.remove("assignment", assignmentKey(one), event);
    }
    facts.remove("permission-set", arn, event);
  } else if (POLICY_CHANGES.has(event.change)) {
    // What it allows now is known when a crawl has read it again.
    facts.change("permission-set", arn, {}, event);
  } else if (event.change === "updated" && sessionDuration !== null) {
    facts.change("permission-set", arn, { sessionDuration }, event);
  }
}

export function applyEntitlement(facts: FactsByKey, event: Of<"entitlement">): void {
  if (event.change === "deleted") return removeEntitlement(facts, event);
  const { targetAccountId: accountId, roleArn, principalType, principalId, applicationArn } = event;
  if (accountId === null || roleArn === null || principalType === null || principalId === null)
    return;
  const isKnown = facts
    .all("entitlement")
    .some(
      (one) =>
        one.roleArn === roleArn &&
        one.principalId === principalId &&
        (applicationArn === null || one.applicationArn === applicationArn),
    );
  if (event.entitlementId === null && isKnown) return;
  facts.add(
    "entitlement",
    {
      // A record without the id still shows that there is one; a crawl will tell its name.
      entitlementId: event.entitlementId ?? event.eventId,
      applicationArn: applicationArn ?? "",
      principalType,
      principalId,
      accountId,
      roleArn,
      createdAt: event.occurredAt,
    },
    event,
  );
}

function removeEntitlement(facts: FactsByKey, event: Of<"entitlement">): void {
  const { entitlementId, applicationArn, roleArn, principalId } = event;
  if (entitlementId !== null && facts.get("entitlement", entitlementId) !== undefined)
    return facts.remove("entitlement", entitlementId, event);
  if (roleArn === null || principalId === null) return;
  for (const one of facts.all("entitlement")) {
    const isIt =
      one.roleArn === roleArn &&
      one.principalId === principalId &&
      (applicationArn === null || one.applicationArn === applicationArn);
    if (isIt) facts.remove("entitlement", one.entitlementId, event);
  }
}
