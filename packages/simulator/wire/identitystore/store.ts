/** What every operation of the Identity Store begins with, and the members that all its answers share. It reads nothing else. */
import { partitionOf } from "../../partition.ts";
import { seconds } from "../http/json.ts";
import { isMembers, text, type Members } from "../http/input.ts";
import { InvalidInput, WireError } from "../http/wire-error.ts";
import type { Call } from "../service.ts";

/** The issuer that external ids of the simulated identity provider carry. */
export const EXTERNAL_ISSUER = "https://idp.example.com/scim";

/** Throws ResourceNotFoundException unless the call names the identity store in its own Region. */
export function requireStore(call: Call): void {
  const { organisation } = call.world;
  const asked = text(call.members, "IdentityStoreId");
  if (asked !== organisation.identityStoreId || call.region !== organisation.region) {
    throw storeNotFound(
      "IDENTITY_STORE",
      asked,
      `Identity store ${asked} does not exist in ${call.region}.`,
    );
  }
}

/** The modelled error: it names the kind and the id of what is missing. */
export function storeNotFound(
  type: "IDENTITY_STORE" | "USER" | "GROUP" | "GROUP_MEMBERSHIP",
  id: string,
  message: string,
): WireError {
  return new WireError("ResourceNotFoundException", message, {
    ResourceType: type,
    ResourceId: id,
  });
}

/** Members of a resource that the answers have in common. */
export function common(call: Call, createdAt: number) {
  const { instanceArn, managementAccountId } = call.world.organisation;
  const by = `arn:${partitionOf(instanceArn)}:iam::${managementAccountId}:root`;
  const at = seconds(createdAt);
  return {
    IdentityStoreId: call.world.organisation.identityStoreId,
    CreatedAt: at,
    UpdatedAt: at,
    CreatedBy: by,
    UpdatedBy: by,
  };
}

export function externalIds(externalId: string | null): {
  ExternalIds?: { Issuer: string; Id: string }[];
} {
  return externalId === null ? {} : { ExternalIds: [{ Issuer: EXTERNAL_ISSUER, Id: externalId }] };
}

/** The one filter that a list takes, or null. */
export function filterOf(members: Members, path: string): string | null {
  const filters = members["Filters"];
  if (filters === undefined || filters === null) return null;
  const [filter, ...more] = Array.isArray(filters) ? filters : [];
  if (!isMembers(filter) || more.length > 0 || filter["AttributePath"] !== path) {
    throw new InvalidInput(`Filters must have one entry, with AttributePath ${path}.`);
  }
  return text(filter, "AttributeValue");
}

/** The two ways to name a resource: by a unique attribute or by its external id. */
export type Alternate = { attribute: string; value: string } | { externalId: string };

export function alternate(members: Members): Alternate {
  const asked = members["AlternateIdentifier"];
  if (isMembers(asked) && isMembers(asked["UniqueAttribute"])) {
    const { UniqueAttribute: unique } = asked;
    return { attribute: text(unique, "AttributePath"), value: text(unique, "AttributeValue") };
  }
  if (isMembers(asked) && isMembers(asked["ExternalId"])) {
    const { Issuer, Id } = asked["ExternalId"];
    return { externalId: Issuer === EXTERNAL_ISSUER && typeof Id === "string" ? Id : "" };
  }
  throw new InvalidInput("AlternateIdentifier must have UniqueAttribute or ExternalId.");
}
