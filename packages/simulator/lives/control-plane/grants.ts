/**
 * Grants that are no assignment of the pipeline: one that an administrator made in the console, entitlements of the account access
 * manager, and groups that went away. Guarantees that each leaves its record at the instant when it begins or ends.
 */
import type { Entitlement } from "../../access.ts";
import type { AccountAssignment, Group } from "../../model.ts";
import { MINUTE } from "../../random.ts";
import { draft, roleIdentity } from "../record.ts";
import type { Plan, Stage } from "../stage.ts";
import { calledIn } from "../watch.ts";
import { byPipeline } from "./pipeline.ts";

type Fields = Record<string, unknown>;

/** The record of an assignment that an administrator makes in the console. True when it was one of those. */
export function assignedByHand(
  stage: Stage,
  plan: Plan,
  held: AccountAssignment,
  record: { key: string; request: Fields; response: Fields },
): boolean {
  const { estate, people, managementAccountId: accountId, region } = stage.organisation;
  const hand = estate.grantsByHand.find(
    (one) =>
      one.accountId === held.accountId &&
      one.permissionSetArn === held.permissionSetArn &&
      one.principalId === held.principalId,
  );
  const person = people.find((one) => one.userId === hand?.byUserId);
  if (person === undefined) return false;
  const session = calledIn(stage, plan, person, held.from - 4 * MINUTE);
  const accessKeyId = `ASIA${stage.dice("console-key", record.key).base32(16)}`;
  plan.drafts.push(
    draft(stage, {
      key: record.key,
      at: held.from,
      step: "call",
      session,
      accountId,
      region,
      source: "sso.amazonaws.com",
      name: "CreateAccountAssignment",
      identity: roleIdentity(stage, session, accessKeyId, true),
      ip: session.ip,
      userAgent: session.userAgent,
      readOnly: false,
      request: record.request,
      response: record.response,
      more: { sessionCredentialFromConsole: "true" },
      action: "sso:CreateAccountAssignment",
    }),
  );
  return true;
}

/** The record of an entitlement that begins or ends. */
export function entitlementRecord(
  stage: Stage,
  plan: Plan,
  held: Entitlement,
  begins: boolean,
  at: number,
): void {
  const { type, id } = held.principal;
  const principal = { identityCenter: type === "USER" ? { userId: id } : { groupId: id } };
  const key = `admin/entitlement/${held.id}/${begins ? "begins" : "ends"}`;
  const request = begins
    ? {
        applicationArn: held.applicationArn,
        entitlement: {
          principalRole: { principal, roleArn: held.roleArn, account: held.accountId },
        },
      }
    : { entitlementId: held.id };
  byPipeline(stage, plan, {
    key,
    at,
    source: "account-access.amazonaws.com",
    name: begins ? "CreateEntitlement" : "DeleteEntitlement",
    request,
    response: begins ? { entitlementId: held.id } : null,
  });
}

/** The record of a group that is deleted. */
export function groupDeleted(stage: Stage, plan: Plan, gone: Group, at: number): void {
  const { identityStoreId } = stage.organisation;
  byPipeline(stage, plan, {
    key: `admin/group-deleted/${gone.groupId}`,
    at,
    source: "identitystore.amazonaws.com",
    name: "DeleteGroup",
    request: { identityStoreId, groupId: gone.groupId },
    response: null,
  });
}
