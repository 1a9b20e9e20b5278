/**
 * The control plane's own life: every grant, membership, joiner and leaver of the history leaves its record on the day it begins
 * or ends. Guarantees that nothing in the organisation's periods after the anchor is without one. The directory syncs by SCIM.
 */
import type { AccountAssignment, Group, Membership, Person } from "../../model.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../random.ts";
import { centerDraft, machineIdentity } from "../record.ts";
import type { Plan, Stage } from "../stage.ts";
import { byScim, joinGroup, leaveGroup, MASKED, planSyncs, switchOff } from "./scim.ts";

type Fields = Record<string, unknown>;

const PIPELINE = "identity-pipeline";

/** A call of the pipeline that keeps grants as code. */
function byPipeline(
  stage: Stage,
  plan: Plan,
  key: string,
  at: number,
  source: string,
  name: string,
  request: Fields,
  response: Fields | null,
): void {
  const issuedAt = Math.floor(at / HOUR) * HOUR;
  const identity = machineIdentity(
    stage,
    stage.organisation.managementAccountId,
    PIPELINE,
    "apply",
    issuedAt,
  );
  const made = centerDraft(stage, {
    key,
    at,
    step: "outside",
    session: null,
    source,
    name,
    identity,
    ip: "10.44.2.5",
    userAgent: "APN/1.0 HashiCorp/1.0 Terraform/1.12.2 aws-sdk-go-v2/1.38.1 lang/go#1.24.4",
    readOnly: false,
    request,
    response,
  });
  plan.drafts.push(made);
}

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
  byPipeline(
    stage,
    plan,
    key,
    at,
    "sso.amazonaws.com",
    `${verb}AccountAssignment`,
    { instanceArn, ...named },
    response,
  );
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
  byPipeline(
    stage,
    plan,
    key,
    at,
    "identitystore.amazonaws.com",
    name,
    request,
    begins ? { identityStoreId, membershipId: held.membershipId } : null,
  );
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
    return byPipeline(
      stage,
      plan,
      key,
      person.disabledAt,
      "sso-directory.amazonaws.com",
      "DisableUser",
      { identityStoreId, userId: person.userId },
      null,
    );
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
  byPipeline(
    stage,
    plan,
    `edit/${day}/update`,
    at,
    "sso.amazonaws.com",
    "UpdatePermissionSet",
    { ...named, description: set.description, sessionDuration: set.sessionDuration },
    null,
  );
  byPipeline(
    stage,
    plan,
    `edit/${day}/inline`,
    at + 4 * SECOND,
    "sso.amazonaws.com",
    "PutInlinePolicyToPermissionSet",
    { ...named, inlinePolicy: set.inlinePolicy },
    null,
  );
  const status = { status: "IN_PROGRESS", requestId: dice.uuid(), permissionSetArn: set.arn };
  byPipeline(
    stage,
    plan,
    `edit/${day}/provision`,
    at + 8 * SECOND,
    "sso.amazonaws.com",
    "ProvisionPermissionSet",
    { ...named, targetType: "ALL_PROVISIONED_ACCOUNTS" },
    { permissionSetProvisioningStatus: status },
  );
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
  for (const person of organisation.people) personRecords(stage, plan, person, within);
  planSyncs(stage, plan, day);
  permissionSetEdit(stage, plan, day);
}
