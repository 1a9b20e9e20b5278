/** Groups of the identity store, as they are at the instant of the call. None can be created or changed here. */
import type { Group } from "../../model.ts";
import { text } from "../http/input.ts";
import { nextToken, page } from "../http/paging.ts";
import { InvalidInput } from "../http/wire-error.ts";
import type { Call, Operation } from "../service.ts";
import { alternate, common, externalIds, filterOf, requireStore, storeNotFound } from "./store.ts";

/** The group of that id. Throws ResourceNotFoundException. */
export function requireGroup(call: Call, groupId: string): Group {
  const found = call.state().find.group(groupId);
  if (found === undefined)
    throw storeNotFound("GROUP", groupId, `Group ${groupId} does not exist.`);
  return found;
}

export const GROUPS: Readonly<Record<string, Operation>> = {
  ListGroups: {
    handle: (call) => {
      requireStore(call);
      const name = filterOf(call.members, "DisplayName");
      const all = call.state().groups.filter((one) => name === null || one.displayName === name);
      const groups = page(all, (one) => one.groupId, {
        scope: "ListGroups",
        members: call.members,
        most: 100,
      });
      return { Groups: groups.items.map((one) => groupOf(call, one)), ...nextToken(groups) };
    },
  },
  DescribeGroup: {
    handle: (call) => {
      requireStore(call);
      return groupOf(call, requireGroup(call, text(call.members, "GroupId")));
    },
  },
  GetGroupId: {
    handle: (call) => {
      requireStore(call);
      const asked = alternate(call.members);
      if (!("externalId" in asked) && asked.attribute.toLowerCase() !== "displayname") {
        throw new InvalidInput(`AttributePath must be displayName; it is ${asked.attribute}.`);
      }
      const found = call
        .state()
        .groups.find((one) =>
          "externalId" in asked
            ? one.externalId === asked.externalId
            : one.displayName === asked.value,
        );
      if (found === undefined) throw storeNotFound("GROUP", "", "No group has that identifier.");
      return { IdentityStoreId: call.world.organisation.identityStoreId, GroupId: found.groupId };
    },
  },
};

function groupOf(call: Call, group: Group): object {
  return {
    ...common(call, group.createdAt),
    GroupId: group.groupId,
    DisplayName: group.displayName,
    ...(group.description === "" ? {} : { Description: group.description }),
    ...externalIds(group.externalId),
  };
}
