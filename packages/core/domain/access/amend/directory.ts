/**
 * Changes of users, groups and memberships, from the console and over SCIM, applied to the facts of a snapshot. AWS carries them out
 * before it answers. Names are masked in their records: what is new goes by its id until a crawl reads it.
 */
import type { IdentityCenterInstance } from "../../access.ts";
import type { TrailEvent } from "../../event.ts";
import { membersIn } from "../../sessions/residual/access-history.ts";
import { membershipKey } from "../facts.ts";
import type { FactsByKey } from "./facts-by-key.ts";

type Of<K extends TrailEvent["kind"]> = Extract<TrailEvent, { kind: K }>;

export function applyMembership(
  facts: FactsByKey,
  event: Of<"membership">,
  { identityStoreArn }: IdentityCenterInstance,
): void {
  const { groupId } = event;
  if (groupId === null) return;
  for (const userId of membersIn(event)) {
    if (event.change === "removed")
      facts.remove("membership", membershipKey({ groupId, userId }), event);
    else {
      const membershipId = event.membershipId ?? "";
      facts.add("membership", { identityStoreArn, membershipId, groupId, userId }, event);
    }
  }
}

export function applyUser(
  facts: FactsByKey,
  event: Of<"directory-user">,
  { identityStoreArn }: IdentityCenterInstance,
): void {
  const userId = event.subjectUserId;
  if (userId === null) return;
  switch (event.change) {
    case "created":
      return facts.add(
        "user",
        {
          identityStoreArn,
          userId,
          userName: userId,
          displayName: null,
          email: null,
          status: "unknown",
          externalId: null,
        },
        event,
      );
    case "deleted":
      for (const one of facts.all("membership")) {
        if (one.userId === userId) facts.remove("membership", membershipKey(one), event);
      }
      return facts.remove("user", userId, event);
    case "disabled":
    case "enabled":
      return facts.change("user", userId, { status: event.change }, event);
    case "updated": {
      // The record says that `active` was changed and masks to what.
      const isMasked = event.attributes?.some((path) => path.toLowerCase() === "active") ?? false;
      return isMasked ? facts.change("user", userId, { status: "unknown" }, event) : undefined;
    }
    default:
  }
}

export function applyGroup(
  facts: FactsByKey,
  event: Of<"directory-group">,
  { identityStoreArn }: IdentityCenterInstance,
): void {
  const { groupId } = event;
  if (groupId === null) return;
  if (event.change === "created") {
    facts.add(
      "group",
      { identityStoreArn, groupId, displayName: groupId, externalId: null },
      event,
    );
  }
  if (event.change !== "deleted") return;
  for (const one of facts.all("membership")) {
    if (one.groupId === groupId) facts.remove("membership", membershipKey(one), event);
  }
  facts.remove("group", groupId, event);
}
