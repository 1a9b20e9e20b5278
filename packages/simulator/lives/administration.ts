/**
 * The control plane's own life: every grant, membership, joiner and leaver of the history leaves its record on the day it begins
 * or ends. Guarantees that nothing in the organisation's periods after the anchor is without one. The directory syncs by SCIM.
 */
import type { AccountAssignment, Group, Membership, Person } from "../model.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../random.ts";
import { draft, machineIdentity, type Parts } from "./record.ts";
import type { Plan, Stage } from "./stage.ts";

type Fields = Record<string, unknown>;

const MASKED = "HIDDEN_DUE_TO_SECURITY_REASONS";
const PIPELINE = "identity-pipeline";

/** What all records of the management account's control plane share. */
function record(
  stage: Stage,
  plan: Plan,
  parts: Pick<Parts, "key" | "at" | "source" | "name" | "identity" | "ip" | "userAgent"> &
    Partial<Parts>,
): void {
  const { managementAccountId, region } = stage.organisation;
  plan.drafts.push(
    draft(stage, {
      step: "outside",
      session: null,
      accountId: managementAccountId,
      region,
      readOnly: false,
      ...parts,
    }),
  );
}

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
  record(stage, plan, {
    key,
    at,
    source,
    name,
    identity,
    ip: "10.44.2.5",
    userAgent: "APN/1.0 HashiCorp/1.0 Terraform/1.12.2 aws-sdk-go-v2/1.38.1 lang/go#1.24.4",
    request,
    response,
  });
}

/** A call of the external directory; a failed one has no identity (facts 2.6). */
function byScim(
  stage: Stage,
  plan: Plan,
  key: string,
  at: number,
  name: string,
  request: Fields,
  error?: [code: string, message: string],
): void {
  const { managementAccountId: accountId, identityStoreId } = stage.organisation;
  const dice = stage.dice("scim-key");
  record(stage, plan, {
    key,
    at,
    source: "identitystore-scim.amazonaws.com",
    name,
    identity: {
      type: error === undefined ? "WebIdentityUser" : "Unknown",
      accountId,
      accessKeyId: dice.uuid(),
    },
    ip: "10.90.0.12",
    userAgent: "Go-http-client/2.0",
    version: "1.10",
    readOnly: /^(Get|List)/.test(name),
    request: { tenantId: stage.dice("tenant", identityStoreId).uuid(), ...request },
    ...(error === undefined ? {} : { more: { errorCode: error[0], errorMessage: error[1] } }),
  });
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
    const operation = {
      op: begins ? "ADD" : "REMOVE",
      path: "members",
      value: [{ value: held.userId }],
    };
    return byScim(stage, plan, key, at, "PatchGroup", {
      id: group.groupId,
      httpBody: {
        operations: [operation],
        schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      },
    });
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
  const operation = { op: "REPLACE", path: "active", value: MASKED };
  byScim(stage, plan, key, person.disabledAt, "PatchUser", {
    id: person.userId,
    httpBody: {
      operations: [operation],
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    },
  });
}

/** The directory looks in a few times a day; now and then a request of it is wrong. */
function syncs(stage: Stage, plan: Plan, day: number): void {
  const dice = stage.dice("scim", day);
  for (let i = 0; i < 3; i++) {
    const at = day * DAY + dice.int(0, 1439) * MINUTE + dice.int(0, 59) * SECOND;
    const person = dice.pick(stage.organisation.people);
    byScim(stage, plan, `scim/${day}/${i}/list`, at, "ListUsers", { filter: MASKED });
    const operations = [{ op: "REPLACE", path: "title", value: MASKED }];
    if (person.joinedAt < at && person.externalId !== null)
      byScim(stage, plan, `scim/${day}/${i}/patch`, at + 2 * SECOND, "PatchUser", {
        id: person.userId,
        httpBody: { operations },
      });
  }
  if (dice.chance(0.25)) {
    byScim(
      stage,
      plan,
      `scim/${day}/failed`,
      day * DAY + dice.int(0, 1439) * MINUTE,
      "CreateUser",
      { httpBody: { active: true } },
      [
        "ValidationException",
        "Request is unparsable, syntactically incorrect, or violates schema.",
      ],
    );
  }
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
  syncs(stage, plan, day);
  permissionSetEdit(stage, plan, day);
}
