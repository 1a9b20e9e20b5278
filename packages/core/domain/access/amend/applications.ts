/**
 * Changes of applications and of trusted token issuers, applied to the facts of a snapshot. A record tells what was changed and hardly
 * ever to what: what it leaves open becomes unknown, where the fact can say so, and stays as the crawl saw it where it cannot.
 */
import type { Application } from "../../access.ts";
import type { TrailEvent } from "../../event.ts";
import { applicationAssignmentKey } from "../facts.ts";
import type { FactsByKey } from "./facts-by-key.ts";

type Of<K extends TrailEvent["kind"]> = Extract<TrailEvent, { kind: K }>;
type Changed = Of<"application"> | Of<"access-application">;

export function applyApplication(facts: FactsByKey, event: Changed): void {
  const { applicationArn } = event;
  if (applicationArn === null) return;
  if (event.kind === "application" && event.aspect === "assignment") {
    return applyUserOf(facts, event, applicationArn);
  }
  if (event.kind === "access-application" || event.aspect === "application") {
    if (event.change === "deleted") return removeApplication(facts, event, applicationArn);
    if (event.change === "created") return addApplication(facts, event, applicationArn);
  }
  if (event.kind !== "application") return;
  const known = facts.get("application", applicationArn);
  const more = known === undefined ? null : changeOf(known, event);
  if (more !== null) facts.change("application", applicationArn, more, event);
}

function applyUserOf(facts: FactsByKey, event: Of<"application">, applicationArn: string): void {
  const { principalType, principalId } = event;
  if (principalId === null || (principalType !== "USER" && principalType !== "GROUP")) return;
  const assignment = { applicationArn, principalType, principalId } as const;
  if (event.change === "deleted") {
    facts.remove("application-assignment", applicationAssignmentKey(assignment), event);
  } else facts.add("application-assignment", assignment, event);
}

function addApplication(facts: FactsByKey, event: Changed, applicationArn: string): void {
  facts.add(
    "application",
    {
      applicationArn,
      name: applicationArn.split("/").at(-1) ?? applicationArn,
      description: null,
      applicationProviderArn: null,
      status: (event.kind === "application" ? event.status : null) ?? "ENABLED",
      assignmentRequired: null,
      scopes: [],
      grants: [],
      trustedTokenIssuerArns: [],
      backgroundSessions: null,
    },
    event,
  );
}

function removeApplication(facts: FactsByKey, event: Changed, applicationArn: string): void {
  for (const one of facts.all("application-assignment")) {
    if (one.applicationArn === applicationArn)
      facts.remove("application-assignment", applicationAssignmentKey(one), event);
  }
  for (const one of facts.all("entitlement")) {
    if (one.applicationArn === applicationArn)
      facts.remove("entitlement", one.entitlementId, event);
  }
  facts.remove("application", applicationArn, event);
}

/** Null where the record tells nothing that the fact could hold. */
function changeOf(known: Application, event: Of<"application">): Partial<Application> | null {
  const isGone = event.change === "deleted";
  switch (event.aspect) {
    case "application":
      return event.status === null ? null : { status: event.status };
    case "access-scope": {
      const { scope } = event;
      if (scope === null) return null;
      const others = known.scopes.filter((one) => one.scope !== scope);
      return { scopes: isGone ? others : [...others, { scope, authorizedTargets: [] }] };
    }
    case "grant": {
      const { grantType } = event;
      if (grantType === null) return null;
      const others = known.grants.filter((one) => one !== grantType);
      return { grants: isGone ? others : [...others, grantType] };
    }
    case "assignment-configuration":
      return { assignmentRequired: null };
    case "session-configuration": {
      const backgroundSessions =
        event.status === "ENABLED" ? "enabled" : event.status === "DISABLED" ? "disabled" : null;
      return { backgroundSessions };
    }
    default:
      return null;
  }
}

export function applyIssuer(facts: FactsByKey, event: Of<"trusted-token-issuer">): void {
  const { issuerArn: trustedTokenIssuerArn, issuerUrl } = event;
  if (trustedTokenIssuerArn === null) return;
  if (event.change === "deleted") {
    return facts.remove("trusted-token-issuer", trustedTokenIssuerArn, event);
  }
  const name = trustedTokenIssuerArn.split("/").at(-1) ?? trustedTokenIssuerArn;
  const unknown = { claimAttributePath: null, identityStoreAttributePath: null };
  if (event.change === "created") {
    const issuer = { trustedTokenIssuerArn, name, issuerUrl, ...unknown };
    facts.add("trusted-token-issuer", issuer, event);
  } else facts.change("trusted-token-issuer", trustedTokenIssuerArn, unknown, event);
}
