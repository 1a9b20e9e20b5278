/**
 * Who gets which permission set where, and what a permission set allows. The console logs names of its private API
 * (`AssociateProfile`, `PutPermissionsPolicy`) where the public API logs others: both are read.
 */
import type { EventBase, TrailEvent } from "../../event.ts";
import { anyCase, anywhere, text, type Json } from "../fields.ts";

/** Null when the event is neither an assignment's nor a permission set's. */
export function accessDetails(base: EventBase, record: Json): TrailEvent | null {
  const change = ASSIGNMENT_CHANGES.get(base.eventName);
  if (change !== undefined) return assignment(base, record, change);
  const edit = PERMISSION_SET_CHANGES.get(base.eventName);
  return edit === undefined ? null : permissionSet(base, record, edit);
}

const ASSIGNMENT_CHANGES: ReadonlyMap<string, "created" | "deleted"> = new Map([
  ["CreateAccountAssignment", "created"],
  ["AssociateProfile", "created"],
  ["DeleteAccountAssignment", "deleted"],
  ["DisassociateProfile", "deleted"],
]);

function assignment(base: EventBase, record: Json, change: "created" | "deleted"): TrailEvent {
  const parameters = record["requestParameters"];
  return {
    ...base,
    kind: "assignment",
    change,
    targetAccountId: text(anyCase(parameters, "targetId", "accountId")),
    permissionSetArn: text(anyCase(parameters, "permissionSetArn")),
    principalType: text(anyCase(parameters, "principalType")),
    principalId: text(anyCase(parameters, "principalId")),
  };
}

type Edit = Extract<TrailEvent, { kind: "permission-set" }>["change"];

const PERMISSION_SET_CHANGES: ReadonlyMap<string, Edit> = new Map([
  ["CreatePermissionSet", "created"],
  ["UpdatePermissionSet", "updated"],
  ["DeletePermissionSet", "deleted"],
  ["AttachManagedPolicyToPermissionSet", "policy-attached"],
  ["DetachManagedPolicyFromPermissionSet", "policy-detached"],
  ["AttachCustomerManagedPolicyReferenceToPermissionSet", "policy-attached"],
  ["DetachCustomerManagedPolicyReferenceFromPermissionSet", "policy-detached"],
  ["PutInlinePolicyToPermissionSet", "inline-policy-put"],
  ["DeleteInlinePolicyFromPermissionSet", "inline-policy-removed"],
  ["PutPermissionsPolicy", "inline-policy-put"],
  ["DeletePermissionsPolicy", "inline-policy-removed"],
  ["PutPermissionsBoundaryToPermissionSet", "boundary-put"],
  ["DeletePermissionsBoundaryFromPermissionSet", "boundary-removed"],
  ["ProvisionPermissionSet", "provisioned"],
]);

function permissionSet(base: EventBase, record: Json, change: Edit): TrailEvent {
  const parameters = record["requestParameters"];
  const response = record["responseElements"];
  return {
    ...base,
    kind: "permission-set",
    change,
    permissionSetArn:
      text(anyCase(parameters, "permissionSetArn")) ?? text(anywhere(response, "permissionSetArn")),
    permissionSetName:
      change === "created" || change === "updated" ? nameOf(parameters, response) : null,
    policy: policyOf(parameters),
    sessionDuration: text(anyCase(parameters, "sessionDuration")),
    targetAccountId: change === "provisioned" ? text(anyCase(parameters, "targetId")) : null,
  };
}

function nameOf(parameters: unknown, response: unknown): string | null {
  return (
    text(anyCase(parameters, "name")) ?? text(anyCase(anywhere(response, "permissionSet"), "name"))
  );
}

/** A managed policy's ARN, or the name of a customer managed one, also within a permissions boundary. */
function policyOf(parameters: unknown): string | null {
  const managed = text(anywhere(parameters, "managedPolicyArn"));
  return managed ?? text(anyCase(anywhere(parameters, "customerManagedPolicyReference"), "name"));
}
