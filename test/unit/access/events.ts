/** Builders of events that change access, for tests of what they do to a snapshot. */
import type { TrailEvent } from "#core/domain/event";
import { at, setArn } from "./directory-facts.ts";

let eventNumber = 0;

export const framed = (occurredAt: string, eventName = "Example") => ({
  eventId: `00000000-0000-4000-8000-${String((eventNumber += 1)).padStart(12, "0")}`,
  eventName,
  eventSource: "sso.amazonaws.com",
  occurredAt: at(occurredAt),
  region: "eu-central-1",
  accountId: "111122223333",
  person: null,
  subjectUserId: null,
  credentialId: null,
  sourceIp: null,
  userAgent: null,
  errorCode: null,
  callerArn: "arn:aws:iam::111122223333:role/pipeline",
});

export const assigned = (
  when: string,
  principalType: "USER" | "GROUP",
  principalId: string,
  change: "created" | "deleted" = "created",
): TrailEvent => ({
  ...framed(when, change === "created" ? "CreateAccountAssignment" : "DeleteAccountAssignment"),
  kind: "assignment",
  change,
  targetAccountId: "444455556666",
  permissionSetArn: setArn(1),
  principalType,
  principalId,
});

export const joined = (
  when: string,
  groupId: string,
  userIds: readonly string[],
  change: "added" | "removed" = "added",
): TrailEvent => ({
  ...framed(when, change === "added" ? "AddMemberToGroup" : "RemoveMemberFromGroup"),
  callerArn: userIds.length > 1 ? null : "arn:aws:iam::111122223333:role/pipeline",
  kind: "membership",
  change,
  groupId,
  memberUserId: userIds.length === 1 ? userIds[0]! : null,
  membershipId: null,
  ...(userIds.length > 1 ? { memberUserIds: userIds, by: "provisioning" as const } : {}),
});

type Of<K extends TrailEvent["kind"]> = Extract<TrailEvent, { kind: K }>;

export const userChanged = (
  when: string,
  userId: string,
  change: Of<"directory-user">["change"],
): TrailEvent => ({
  ...framed(when, "UserChange"),
  subjectUserId: userId,
  kind: "directory-user",
  change,
});

export const groupChanged = (
  when: string,
  groupId: string,
  change: Of<"directory-group">["change"],
): TrailEvent => ({
  ...framed(when, "GroupChange"),
  kind: "directory-group",
  change,
  groupId,
  by: "administrator",
});

export const setChanged = (
  when: string,
  eventName: string,
  change: Of<"permission-set">["change"],
  set = 1,
  more: Partial<Of<"permission-set">> = {},
): TrailEvent => ({
  ...framed(when, eventName),
  kind: "permission-set",
  change,
  permissionSetArn: setArn(set),
  permissionSetName: null,
  policy: null,
  sessionDuration: null,
  targetAccountId: null,
  ...more,
});

export const entitled = (
  when: string,
  entitlementId: string | null,
  principalId: string,
  change: "created" | "deleted" = "created",
): TrailEvent => ({
  ...framed(when, change === "created" ? "CreateEntitlement" : "DeleteEntitlement"),
  kind: "entitlement",
  change,
  entitlementId,
  applicationArn: "arn:aws:sso::111122223333:application/ssoins-0000000000000001/apl-1",
  roleArn: "arn:aws:iam::444455556666:role/team/Deployer",
  targetAccountId: "444455556666",
  principalType: "USER",
  principalId,
});
