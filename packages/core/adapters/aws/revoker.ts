/**
 * The only file that changes anything in AWS. Guarantees that each write is one documented call whose request id is handed back,
 * and that "does not exist any more" is an answer and not a fault. It decides nothing: plans, brakes and proofs are elsewhere.
 */
import {
  DeleteGroupMembershipCommand,
  DescribeUserCommand,
  GetGroupMembershipIdCommand,
} from "@aws-sdk/client-identitystore";
import { DescribePolicyCommand, UpdatePolicyCommand } from "@aws-sdk/client-organizations";
import {
  DeleteAccountAssignmentCommand,
  DescribeAccountAssignmentDeletionStatusCommand,
  ListAccountAssignmentsCommand,
} from "@aws-sdk/client-sso-admin";
import type { IdentityCenterInstance } from "../../domain/access.ts";
import { Fault } from "../../domain/fault.ts";
import type { AssignmentRef, Revoker } from "../../ports/revoker.ts";
import type { AwsClients } from "./clients.ts";
import { awsErrorName, awsFault } from "./faults.ts";
import { pages } from "./paging.ts";

export interface RevokerOptions {
  /** Of the instance's primary Region, with credentials of the worker's role. */
  readonly clients: AwsClients;
  readonly instance: Pick<IdentityCenterInstance, "instanceArn" | "identityStoreId">;
}

export function awsRevoker({ clients, instance }: RevokerOptions): Revoker {
  return {
    ...denyPolicies(clients),
    ...assignments(clients, instance.instanceArn),
    ...memberships(clients, instance.identityStoreId),
  };
}

type DenyPolicies = Pick<Revoker, "readDenyPolicy" | "writeDenyPolicy">;

function denyPolicies({ call, organizations }: AwsClients): DenyPolicies {
  return {
    readDenyPolicy: async (policyId) => {
      const doing = `describe the policy ${policyId}`;
      const { Policy: policy } = await call(doing, () =>
        organizations.send(new DescribePolicyCommand({ PolicyId: policyId })),
      );
      const { Content: content } = policy ?? {};
      const policyArn = policy?.PolicySummary?.Arn;
      if (content === undefined || policyArn === undefined) throw incomplete(doing);
      return { policyId, policyArn, content };
    },
    writeDenyPolicy: async (policyId, content) => {
      const doing = `update the policy ${policyId}`;
      const answer = await call(doing, () =>
        organizations.send(new UpdatePolicyCommand({ PolicyId: policyId, Content: content })),
      );
      return { requestId: requestIdOf(answer, doing) };
    },
  };
}

type Assignments = Pick<Revoker, "assignmentExists" | "removeAssignment" | "assignmentRemoval">;

function assignments({ call, ssoAdmin }: AwsClients, instanceArn: string): Assignments {
  return {
    assignmentExists: (assignment) =>
      orGone(false, async () => {
        const { accountId, permissionSetArn, principalType, principalId } = assignment;
        const input = { AccountId: accountId, PermissionSetArn: permissionSetArn };
        const listing = pages("ListAccountAssignments", (token) =>
          call(`list the assignments of ${permissionSetArn} in ${accountId}`, () =>
            ssoAdmin.send(
              new ListAccountAssignmentsCommand({
                InstanceArn: instanceArn,
                ...input,
                NextToken: token,
              }),
            ),
          ),
        );
        for await (const { AccountAssignments: rows = [] } of listing) {
          const found = rows.some(
            (row) => row.PrincipalId === principalId && row.PrincipalType === principalType,
          );
          if (found) return true;
        }
        return false;
      }),
    removeAssignment: async (assignment) => {
      const doing = `delete the assignment of ${assignment.principalId} in ${assignment.accountId}`;
      const answer = await call(doing, () =>
        ssoAdmin.send(new DeleteAccountAssignmentCommand(deletion(instanceArn, assignment))),
      );
      const requestId = answer.AccountAssignmentDeletionStatus?.RequestId;
      if (requestId === undefined) throw incomplete(doing);
      return { requestId };
    },
    assignmentRemoval: async (requestId) => {
      const input = { InstanceArn: instanceArn, AccountAssignmentDeletionRequestId: requestId };
      const doing = `describe the deletion ${requestId}`;
      const { AccountAssignmentDeletionStatus: status } = await call(doing, () =>
        ssoAdmin.send(new DescribeAccountAssignmentDeletionStatusCommand(input)),
      );
      const state = REMOVALS.get(status?.Status ?? "");
      if (state === undefined) throw incomplete(doing);
      return { status: state, reason: status?.FailureReason ?? null };
    },
  };
}

const REMOVALS = new Map([
  ["IN_PROGRESS", "in-progress"],
  ["SUCCEEDED", "succeeded"],
  ["FAILED", "failed"],
] as const) as ReadonlyMap<string, "in-progress" | "succeeded" | "failed">;

function deletion(instanceArn: string, assignment: AssignmentRef) {
  return {
    InstanceArn: instanceArn,
    TargetType: "AWS_ACCOUNT" as const,
    TargetId: assignment.accountId,
    PermissionSetArn: assignment.permissionSetArn,
    PrincipalType: assignment.principalType,
    PrincipalId: assignment.principalId,
  };
}

type Memberships = Pick<Revoker, "membershipId" | "removeMembership" | "userStatus">;

function memberships({ call, identityStore }: AwsClients, identityStoreId: string): Memberships {
  const store = { IdentityStoreId: identityStoreId };
  return {
    membershipId: (groupId, userId) =>
      orGone(null, async () => {
        const input = { ...store, GroupId: groupId, MemberId: { UserId: userId } };
        const answer = await call(`find the membership of ${userId} in ${groupId}`, () =>
          identityStore.send(new GetGroupMembershipIdCommand(input)),
        );
        return answer.MembershipId ?? null;
      }),
    removeMembership: async (membershipId) => {
      const doing = `delete the membership ${membershipId}`;
      const answer = await call(doing, () =>
        identityStore.send(
          new DeleteGroupMembershipCommand({ ...store, MembershipId: membershipId }),
        ),
      );
      return { requestId: requestIdOf(answer, doing) };
    },
    userStatus: (userId) =>
      orGone("deleted" as const, async () => {
        const answer = await call(`describe the user ${userId}`, () =>
          identityStore.send(new DescribeUserCommand({ ...store, UserId: userId })),
        );
        if (answer.UserStatus === "ENABLED") return "enabled";
        return answer.UserStatus === "DISABLED" ? "disabled" : "unknown";
      }),
  };
}

/** What is asked about does not exist: an answer to a question, where it would be a fault of a command. */
async function orGone<T>(gone: T, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const cause = error instanceof Fault ? error.cause : error;
    if (awsErrorName(cause) === "ResourceNotFoundException") return gone;
    throw error;
  }
}

/** By which the call is found again in CloudTrail. */
function requestIdOf(
  answer: { $metadata: { requestId?: string | undefined } },
  doing: string,
): string {
  const { requestId } = answer.$metadata;
  if (requestId === undefined) throw incomplete(doing);
  return requestId;
}

function incomplete(doing: string): Fault {
  return awsFault(new Error("the answer lacks a member that the model promises"), doing);
}
