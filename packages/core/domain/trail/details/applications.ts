/** Applications of an instance, and the issuers whose tokens it trusts: the ways in which a program acts as a person. */
import type { EventBase, TrailEvent } from "../../event.ts";
import { anyCase, anywhere, text, type Json } from "../fields.ts";

type Application = Extract<TrailEvent, { kind: "application" }>;
type Change = Application["change"];

/** Null when the event is neither an application's nor a trusted token issuer's. */
export function applicationDetails(base: EventBase, record: Json): TrailEvent | null {
  const change = changeOf(base.eventName);
  if (change === null) return null;
  if (base.eventName.endsWith("TrustedTokenIssuer")) return issuer(base, record, change);
  const aspect = aspectOf(base.eventName);
  return aspect === null ? null : application(base, record, aspect, change);
}

function changeOf(name: string): Change | null {
  switch (/^(?:Create|Put|Update|Import|Delete|Associate|Disassociate)/.exec(name)?.[0]) {
    case "Create":
    case "Associate":
      return "created";
    case "Put":
    case "Update":
    case "Import":
      return "updated";
    case "Delete":
    case "Disassociate":
      return "deleted";
    default:
      return null;
  }
}

/** The longer endings first: each names an aspect of an application. */
const ASPECTS: readonly (readonly [RegExp, Application["aspect"]])[] = [
  [/ApplicationAssignmentConfiguration$/, "assignment-configuration"],
  [/ApplicationAssignment$/, "assignment"],
  [/ApplicationAccessScope$/, "access-scope"],
  [/ApplicationAuthenticationMethod$/, "authentication-method"],
  [/ApplicationSessionConfiguration$/, "session-configuration"],
  [/ApplicationGrant$/, "grant"],
  [/(?:Application|ApplicationInstance.*|Profile)$/, "application"],
];

function aspectOf(name: string): Application["aspect"] | null {
  return ASPECTS.find(([ending]) => ending.test(name))?.[1] ?? null;
}

function application(
  base: EventBase,
  record: Json,
  aspect: Application["aspect"],
  change: Change,
): TrailEvent {
  const parameters = record["requestParameters"];
  return {
    ...base,
    kind: "application",
    aspect,
    change,
    applicationArn:
      text(anyCase(parameters, "applicationArn", "instanceId", "applicationInstanceId")) ??
      text(anywhere(record["responseElements"], "applicationArn")),
    scope: text(anyCase(parameters, "scope")),
    grantType: text(anyCase(parameters, "grantType")),
    principalType: text(anyCase(parameters, "principalType")),
    principalId: text(anyCase(parameters, "principalId")),
    status: text(anyCase(parameters, "status", "userBackgroundSessionApplicationStatus")),
  };
}

function issuer(base: EventBase, record: Json, change: Change): TrailEvent {
  const parameters = record["requestParameters"];
  return {
    ...base,
    kind: "trusted-token-issuer",
    change,
    issuerArn:
      text(anyCase(parameters, "trustedTokenIssuerArn")) ??
      text(anywhere(record["responseElements"], "trustedTokenIssuerArn")),
    issuerUrl: text(anywhere(parameters, "issuerUrl")),
  };
}
