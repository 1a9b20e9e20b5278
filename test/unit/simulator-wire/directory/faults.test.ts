import { ListUsersCommand, paginateListUsers } from "@aws-sdk/client-identitystore";
import {
  ListPermissionSetsCommand,
  paginateListPermissionSets,
  type ListPermissionSetsCommandOutput,
} from "@aws-sdk/client-sso-admin";
import { afterEach, beforeEach, expect, test } from "vitest";
import { walk } from "../office.ts";
import { serve, SMALL, type Served } from "./served.ts";

let to: Served;
beforeEach(async () => void (to = await serve(SMALL)));
afterEach(() => to.stop());

const { instanceArn: InstanceArn, identityStoreId: IdentityStoreId } = SMALL;
const sets = (NextToken?: string): Promise<ListPermissionSetsCommandOutput> =>
  to.ssoAdmin.send(
    new ListPermissionSetsCommand({ InstanceArn, MaxResults: 3, ...(NextToken && { NextToken }) }),
  );
const walkSets = () =>
  walk(
    paginateListPermissionSets({ client: to.ssoAdmin, pageSize: 3 }, { InstanceArn }),
    (page) => page.PermissionSets,
  );
/** Names of what came of so many requests, `answered` where there was an answer. */
async function outcomes(count: number, ask: () => Promise<unknown>): Promise<string[]> {
  const out: string[] = [];
  for (let i = 0; i < count; i++)
    out.push(
      await ask().then(
        () => "answered",
        (error: unknown) => (error instanceof Error ? error.name : "?"),
      ),
    );
  return out;
}
const answered = (list: string[]): number => list.filter((one) => one === "answered").length;

test("nine of ten requests are throttled for as long as the storm lasts", async () => {
  to.stopwatch.runs = false;
  to.served.faults.directory.add({ kind: "throttle", share: 0.9, forMs: 300_000 });
  const during = await outcomes(20, () => sets());
  expect(answered(during)).toBe(2);
  expect(during.filter((one) => one === "ThrottlingException")).toHaveLength(18);
  expect(to.served.faults.directory.struck).toBe(18);
  to.stopwatch.ms += 300_000;
  expect(answered(await outcomes(20, () => sets()))).toBe(20);
});

test("a storm on one service leaves the others alone", async () => {
  to.served.faults.directory.add({ kind: "throttle", share: 1, forMs: 1e9, service: "sso" });
  expect(answered(await outcomes(3, () => sets()))).toBe(0);
  const users = () => to.identityStore.send(new ListUsersCommand({ IdentityStoreId }));
  expect(answered(await outcomes(3, users))).toBe(3);
});

test("another client takes its part of the same twenty a second", async () => {
  to.stopwatch.runs = false;
  const second = async (): Promise<number> => {
    to.stopwatch.ms += 1_000;
    return answered(await outcomes(25, () => sets()));
  };
  await outcomes(60, () => sets());
  expect(await second()).toBe(20);
  to.served.faults.directory.add({
    kind: "other-client",
    perSecond: 12,
    forMs: 10_000,
    service: "sso",
  });
  expect(await second()).toBe(8);
  to.served.faults.reset();
  expect(await second()).toBe(20);
});

test("an empty page with a token leads to the page that was asked for", async () => {
  to.served.faults.directory.add({ kind: "empty-page", operation: "ListPermissionSets", times: 2 });
  const empty = await sets();
  expect([empty.PermissionSets, typeof empty.NextToken]).toEqual([[], "string"]);
  const { rows } = await walkSets();
  expect(new Set(rows).size).toBe(SMALL.permissionSets.length);
  expect(rows).toHaveLength(SMALL.permissionSets.length);
  expect(to.served.faults.directory.struck).toBe(2);
});

test("a page comes with the token that it was asked with", async () => {
  const { NextToken } = await sets();
  to.served.faults.directory.add({ kind: "repeated-token", operation: "ListPermissionSets" });
  const again = await sets(NextToken);
  expect(again.NextToken).toBe(NextToken);
  const right = await sets(NextToken);
  expect(right.PermissionSets).toEqual(again.PermissionSets);
  expect(right.NextToken).not.toBe(NextToken);
});

test("the same item is on two pages", async () => {
  to.served.faults.directory.add({ kind: "repeated-item", operation: "ListPermissionSets" });
  const { rows } = await walkSets();
  expect(rows).toHaveLength(SMALL.permissionSets.length + 1);
  expect(new Set(rows).size).toBe(SMALL.permissionSets.length);
});

test("an operation fails by name as often as planned, and others do not", async () => {
  to.served.faults.directory.add({
    kind: "error",
    operation: "ListPermissionSets",
    name: "AccessDeniedException",
  });
  const { rows } = await walk(
    paginateListUsers({ client: to.identityStore }, { IdentityStoreId }),
    (page) => page.Users,
  );
  expect(rows).toHaveLength(SMALL.people.length);
  expect(await outcomes(2, () => sets())).toEqual(["AccessDeniedException", "answered"]);
});
