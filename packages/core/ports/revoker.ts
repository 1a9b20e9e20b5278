/**
 * The only port through which Curfew changes anything in AWS. Each operation is probed before and confirmed after by a read, so
 * that it is safe to run twice and to kill anywhere. Every method throws a Fault whose retry class says what to do.
 */

export interface DenyPolicyText {
  readonly policyId: string;
  readonly policyArn: string;
  readonly content: string;
}

export type AssignmentRef = Readonly<{
  accountId: string;
  permissionSetArn: string;
  principalType: "USER";
  principalId: string;
}>;

export interface Revoker {
  /** The deny policy as it stands in AWS. */
  readDenyPolicy(policyId: string): Promise<DenyPolicyText>;
  writeDenyPolicy(policyId: string, content: string): Promise<{ requestId: string }>;
  /** Whether the assignment exists now, by listing. */
  assignmentExists(assignment: AssignmentRef): Promise<boolean>;
  /** Requests the removal; asynchronous in AWS. Only USER assignments: the type forbids a group's. */
  removeAssignment(assignment: AssignmentRef): Promise<{ requestId: string }>;
  assignmentRemoval(
    requestId: string,
  ): Promise<{ status: "in-progress" | "succeeded" | "failed"; reason: string | null }>;
  membershipId(groupId: string, userId: string): Promise<string | null>;
  removeMembership(membershipId: string): Promise<{ requestId: string }>;
  /** As DescribeUser answers it. */
  userStatus(userId: string): Promise<"enabled" | "disabled" | "deleted" | "unknown">;
}
