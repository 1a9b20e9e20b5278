/** Changes of the ground that Identity Center stands on: the organisation, its trails, IAM's identity providers, role trusts. */
import type { EventBase, TrailEvent } from "../../event.ts";
import {
  ORGANIZATION_EVENTS,
  POLICY_EVENTS,
  PROVIDER_EVENTS,
  TRAIL_EVENTS,
  trustsAccessManager,
} from "../belonging.ts";
import { anyCase, anywhere, text, type Json } from "../fields.ts";
import { roleCall } from "./roles.ts";

type Change<K extends TrailEvent["kind"]> = Extract<
  TrailEvent,
  { kind: K; change: string }
>["change"];

const ORGANIZATION_CHANGES: ReadonlyMap<string, Change<"organization">> = new Map([
  ["RegisterDelegatedAdministrator", "administrator-registered"],
  ["DeregisterDelegatedAdministrator", "administrator-deregistered"],
  ["LeaveOrganization", "account-left"],
  ["RemoveAccountFromOrganization", "account-removed"],
  ["EnableAWSServiceAccess", "service-enabled"],
  ["DisableAWSServiceAccess", "service-disabled"],
  ["DeleteOrganization", "deleted"],
]);

export function organizationsDetails(base: EventBase, record: Json): TrailEvent {
  const parameters = record["requestParameters"];
  if (POLICY_EVENTS.has(base.eventName)) {
    return {
      ...base,
      kind: "policy-updated",
      policyId:
        text(anyCase(parameters, "policyId")) ??
        text(anyCase(anywhere(record["responseElements"], "policySummary"), "id")),
      targetId: text(anyCase(parameters, "targetId", "rootId")),
    };
  }
  if (!ORGANIZATION_EVENTS.has(base.eventName)) return roleCall(base, record);
  return {
    ...base,
    kind: "organization",
    change: ORGANIZATION_CHANGES.get(base.eventName)!,
    targetAccountId:
      text(anyCase(parameters, "accountId")) ??
      (base.eventName === "LeaveOrganization" ? base.accountId : null),
    servicePrincipal: text(anyCase(parameters, "servicePrincipal")),
  };
}

const TRAIL_CHANGES: ReadonlyMap<string, Change<"trail-change">> = new Map([
  ["CreateTrail", "created"],
  ["UpdateTrail", "updated"],
  ["DeleteTrail", "deleted"],
  ["StartLogging", "logging-started"],
  ["StopLogging", "logging-stopped"],
  ["PutEventSelectors", "selectors-changed"],
]);

export function cloudTrailDetails(base: EventBase, record: Json): TrailEvent {
  if (!TRAIL_EVENTS.has(base.eventName)) return roleCall(base, record);
  const trail = anyCase(record["requestParameters"], "name", "trailName", "trailARN");
  return {
    ...base,
    kind: "trail-change",
    change: TRAIL_CHANGES.get(base.eventName)!,
    trail: text(trail),
  };
}

export function iamDetails(base: EventBase, record: Json): TrailEvent {
  const parameters = record["requestParameters"];
  const verb = /^(?:Create|Update|Delete|Add|Remove)/.exec(base.eventName)?.[0];
  if (PROVIDER_EVENTS.test(base.eventName) && verb !== undefined) {
    const named = anyCase(parameters, "sAMLProviderArn", "openIDConnectProviderArn", "name", "url");
    return {
      ...base,
      kind: "account-identity-provider",
      change: verb === "Create" ? "created" : verb === "Delete" ? "deleted" : "updated",
      provider:
        text(named) ??
        text(anywhere(record["responseElements"], "sAMLProviderArn", "openIDConnectProviderArn")),
    };
  }
  if (!trustsAccessManager(record, base.eventName)) return roleCall(base, record);
  return {
    ...base,
    kind: "role-trust",
    change: base.eventName === "CreateRole" ? "created" : "updated",
    roleName: text(anyCase(parameters, "roleName")),
  };
}
