/** Tags of what the service knows: the instance, permission sets, applications and issuers. None can be written here. */
import { optionalText, text } from "../http/input.ts";
import { nextToken, page } from "../http/paging.ts";
import { notFound } from "../http/wire-error.ts";
import type { Call, Operation } from "../service.ts";
import { requireAnyInstance } from "./instances.ts";

export const TAGS: Readonly<Record<string, Operation>> = {
  ListTagsForResource: {
    handle: (call) => {
      if (optionalText(call.members, "InstanceArn") !== null) requireAnyInstance(call);
      const arn = text(call.members, "ResourceArn");
      if (!isKnown(call, arn)) throw notFound(`Resource ${arn} does not exist.`);
      const held = Object.entries(call.world.organisation.estate.tags[arn] ?? {});
      const tags = page(held, ([key]) => key, {
        scope: "ListTagsForResource",
        members: call.members,
        most: 100,
      });
      return {
        Tags: tags.items.map(([Key, Value]) => ({ Key, Value })),
        ...nextToken(tags),
      };
    },
  },
};

function isKnown(call: Call, arn: string): boolean {
  const { instanceArn, estate } = call.world.organisation;
  return (
    arn === instanceArn ||
    call.state().permissionSets.some((one) => one.arn === arn) ||
    [...estate.applications, ...estate.issuers].some((one) => one.arn === arn)
  );
}
