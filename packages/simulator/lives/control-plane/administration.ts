/**
 * The control plane's own life: every grant, membership, joiner and leaver of the history leaves its record on the day it begins
 * or ends. Guarantees that nothing in the organisation's periods after the anchor is without one. The directory syncs by SCIM.
 */
import type { AccountAssignment, Group, Membership, Person } from "../../model.ts";
import { DAY, MINUTE, SECOND } from "../../random.ts";
import type { Plan, Stage } from "../stage.ts";
import { assignedByHand, entitlementRecord, groupDeleted } from "./grants.ts";
import { byPipeline } from "./pipeline.ts";
import { byScim, joinGroup, leaveGroup, MASKED, planSyncs, switchOff } from "./scim.ts";

type Fields = Record<string, unknown>;

function assignmentRecord(
  stage: Stage,
  plan: Plan,
  held: AccountAssignment,
  verb: "Create" | "Delete",
  at: number,
): void {
  const { instanceArn } = stage.organisation;
  const named = {
    targetId: held.accountId,
    targetType: "AWS_ACCOUNT",
    permissionSetArn: held.permissionSetArn,
    principalType: held.principalType,
    principalId: held.principalId,
  };
  const key = `admin/${verb}/${held.accountId}/${held.permissionSetArn}/${held.principalId}/${at}`;
  const status = {
    status: "IN_PROGRESS",
    requestId: stage.dice("assignment-request", key).uuid(),
    ...named,
  };
  const response =
    verb === "Create"
      ? { accountAssignmentCreationStatus: status }
      : { accountAssignmentDeletionStatus: status };
  const request = { instanceArn, ...named };
  if (verb === "Create" && assignedByHand(stage, plan, held, { key, request, response })) return;
  byPipeline(stage, plan, {
    key,
    at,
    source: "sso.amazonaws.com",
    name: `${verb}AccountAssignment`,
    request,
    response,
  });
}

function membershipRecord(
  stage: Stage,
  plan: Plan,
  held: Membership,
  group: Group,
  begins: boolean,
  at: number,
): void {
  const { identityStoreId } = stage.organisation;
  const key = `admin/membership/${held.membershipId}/${begins ? "begins" : "ends"}`;
  if (group.externalId !== null) {
    const request = (begins ? joinGroup : leaveGroup)(group.groupId, held.userId);
    return byScim(stage, plan, key, at, "PatchGroup", request);
  }
  const name = begins ? "CreateGroupMembership" : "DeleteGroupMembership";
  const request = begins
    ? { identityStoreId, groupId: group.groupId, memberId: { userId: held.userId } }
    : { identityStoreId, membershipId: held.membershipId };
  byPipeline(stage, plan, {
    key,
    at,
    source: "identitystore.amazonaws.com",
    name,
    request,
    response: begins ? { identityStoreId, membershipId: held.membershipId } : null,
  });
}

function personRecords(
  stage: Stage,
  plan: Plan,
  person: Person,
  within: (at: number | null) => at is number,
): void {
  const { identityStoreId } = stage.organisation;
  const schemas = ["urn:ietf:params:scim:schemas:core:2.0:User"];
  if (within(person.joinedAt)) {
    byScim(stage, plan, `admin/joins/${person.userId}`, person.joinedAt - MINUTE, "CreateUser", {
      httpBody: { schemas, active: true, userName: MASKED, displayName: MASKED },
    });
  }
  if (!within(person.disabledAt)) return;
  const key = `admin/disabled/${person.userId}`;
  if (person.externalId === null)
    return byPipeline(stage, plan, {
      key,
      at: person.disabledAt,
      source: "sso-directory.amazonaws.com",
      name: "DisableUser",
      request: { identityStoreId, userId: person.userId },
      response: null,
    });
  byScim(stage, plan, key, person.disabledAt, "PatchUser", switchOff(person.userId));
}

/** Every ninth day the pipeline writes a permission set anew, as it was, and provisions it. */
function permissionSetEdit(stage: Stage, plan: Plan, day: number): void {
  if (day % 9 !== 4) return;
  const { instanceArn, permissionSets } = stage.organisation;
  const dice = stage.dice("edit", day);
  const set = dice.pick(permissionSets.filter((candidate) => candidate.inlinePolicy !== null));
  const at = day * DAY + dice.int(9 * 60, 15 * 60) * MINUTE;
  const named = { instanceArn, permissionSetArn: set.arn };
  const status = { status: "IN_PROGRESS", requestId: dice.uuid(), permissionSetArn: set.arn };
  const write = (
    key: string,
    after: number,
    name: string,
    request: Fields,
    response: Fields | null = null,
  ): void =>
    byPipeline(stage, plan, {
      key: `edit/${day}/${key}`,
      at: at + after,
      source: "sso.amazonaws.com",
      name,
      request: { ...named, ...request },
      response,
    });
  const { description, sessionDuration, inlinePolicy } = set;
  write("update", 0, "UpdatePermissionSet", { description, sessionDuration });
  write("inline", 4 * SECOND, "PutInlinePolicyToPermissionSet", { inlinePolicy });
  const everywhere = { targetType: "ALL_PROVISIONED_ACCOUNTS" };
  write("provision", 8 * SECOND, "ProvisionPermissionSet", everywhere, {
    permissionSetProvisioningStatus: status,
  });
}

/** Adds what the control plane does on a UTC day. */
export function planAdministration(stage: Stage, plan: Plan, day: number): void {
  const { organisation } = stage;
  const within = (at: number | null): at is number =>
    at !== null && at >= Math.max(day * DAY, organisation.anchor) && at < (day + 1) * DAY;
  for (const held of organisation.assignments) {
    if (within(held.from)) assignmentRecord(stage, plan, held, "Create", held.from);
    if (within(held.to)) assignmentRecord(stage, plan, held, "Delete", held.to);
  }
  for (const held of organisation.memberships) {
    if (!within(held.from) && !within(held.to)) continue;
    const group = organisation.groups.find((candidate) => candidate.groupId === held.groupId);
    if (group === undefined) continue;
    if (within(held.from)) membershipRecord(stage, plan, held, group, true, held.from);
    if (within(held.to)) membershipRecord(stage, plan, held, group, false, held.to);
  }
  for (const held of organisation.estate.entitlements) {
    if (within(held.from)) entitlementRecord(stage, plan, held, true, held.from);
    if (within(held.to)) entitlementRecord(stage, plan, held, false, held.to);
  }
  for (const gone of organisation.groups)
    if (within(gone.deletedAt)) groupDeleted(stage, plan, gone, gone.deletedAt);
  for (const person of organisation.people) personRecords(stage, plan, person, within);
  planSyncs(stage, plan, day);
  permissionSetEdit(stage, plan, day);
}
