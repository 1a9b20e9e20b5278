/**
 * The account access manager: a second store of access besides the assignments of permission sets. The shape of its records is not
 * documented: parameters are looked for by their name in the API's model, at any level.
 */
import type { EventBase, TrailEvent } from "../../event.ts";
import { anywhere, text, type Json } from "../fields.ts";

export function accessManagerDetails(base: EventBase, record: Json): TrailEvent {
  const parameters = record["requestParameters"];
  const within = (...names: string[]): string | null =>
    text(anywhere(parameters, ...names)) ?? text(anywhere(record["responseElements"], ...names));
  switch (base.eventName) {
    case "CreateEntitlement":
    case "DeleteEntitlement": {
      const userId = within("userId");
      const groupId = within("groupId");
      return {
        ...base,
        subjectUserId: userId,
        kind: "entitlement",
        change: base.eventName === "CreateEntitlement" ? "created" : "deleted",
        entitlementId: within("entitlementId"),
        applicationArn: within("applicationArn"),
        roleArn: within("roleArn"),
        targetAccountId: within("account", "accountId"),
        principalType: userId !== null ? "USER" : groupId !== null ? "GROUP" : null,
        principalId: userId ?? groupId,
      };
    }
    case "CreateApplication":
    case "UpdateApplication":
    case "DeleteApplication":
      return {
        ...base,
        kind: "access-application",
        change: changeOf(base.eventName),
        applicationArn: within("applicationArn", "arn"),
      };
    default:
      return { ...base, kind: "administration" };
  }
}

function changeOf(name: string): "created" | "updated" | "deleted" {
  if (name.startsWith("Create")) return "created";
  return name.startsWith("Delete") ? "deleted" : "updated";
}
