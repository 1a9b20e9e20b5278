/**
 * What each change does to the organisation. Guarantees that a change which changes nothing (the assignment is gone already) is
 * harmless. Whether the caller was allowed is decided before a change is logged.
 */
import type { Change, PermissionSet } from "../model.ts";
import { Dice } from "../random.ts";
import type { Draft } from "../state.ts";
import { principalRoleOf } from "./entitlement.ts";
import { field, textField } from "./parameters.ts";

type Effect = (draft: Draft, change: Change) => void;

/** The id of a membership that a caller made, when the logged response names none: a function of the request. */
export function membershipIdOf(change: Change): string {
  return (
    textField(change.response, "membershipId") || new Dice("membership", change.requestId).uuid()
  );
}

function assignmentOf(change: Change): {
  accountId: string;
  permissionSetArn: string;
  principalType: "USER" | "GROUP";
  principalId: string;
} {
  const { parameters } = change;
  return {
    accountId: textField(parameters, "TargetId"),
    permissionSetArn: textField(parameters, "PermissionSetArn"),
    principalType: textField(parameters, "PrincipalType") === "USER" ? "USER" : "GROUP",
    principalId: textField(parameters, "PrincipalId"),
  };
}

const deleteAssignment: Effect = (draft, change) => {
  const gone = assignmentOf(change);
  draft.assignments = draft.assignments.map((held) => {
    const same =
      held.accountId === gone.accountId &&
      held.permissionSetArn === gone.permissionSetArn &&
      held.principalType === gone.principalType &&
      held.principalId === gone.principalId;
    const alive =
      held.from <= change.effectiveAt && (held.to === null || held.to > change.effectiveAt);
    return same && alive ? { ...held, to: change.effectiveAt } : held;
  });
};

const createAssignment: Effect = (draft, change) => {
  deleteAssignment(draft, change);
  draft.assignments.push({ ...assignmentOf(change), from: change.effectiveAt, to: null });
};

const deleteMembership: Effect = (draft, change) => {
  const id = textField(change.parameters, "MembershipId");
  draft.memberships = draft.memberships.map((held) =>
    held.membershipId === id && (held.to === null || held.to > change.effectiveAt)
      ? { ...held, to: change.effectiveAt }
      : held,
  );
};

const createMembership: Effect = (draft, change) => {
  const member = field(change.parameters, "MemberId");
  const userId =
    typeof member === "object" && member !== null
      ? textField(member as Record<string, unknown>, "UserId")
      : "";
  draft.memberships.push({
    membershipId: membershipIdOf(change),
    groupId: textField(change.parameters, "GroupId"),
    userId,
    from: change.effectiveAt,
    to: null,
  });
};

const updatePolicy: Effect = (draft, change) => {
  const id = textField(change.parameters, "PolicyId");
  const content = field(change.parameters, "Content");
  const name = field(change.parameters, "Name");
  const description = field(change.parameters, "Description");
  draft.policies = draft.policies.map((policy) =>
    policy.id === id
      ? {
          ...policy,
          content: typeof content === "string" ? content : policy.content,
          name: typeof name === "string" ? name : policy.name,
          description: typeof description === "string" ? description : policy.description,
        }
      : policy,
  );
};

/** Attaches or detaches a policy. */
const retarget =
  (attached: boolean): Effect =>
  (draft, change) => {
    const id = textField(change.parameters, "PolicyId");
    const target = textField(change.parameters, "TargetId");
    draft.policies = draft.policies.map((policy) => {
      if (policy.id !== id) return policy;
      const others = policy.targets.filter((candidate) => candidate !== target);
      return { ...policy, targets: attached ? [...others, target] : others };
    });
  };

function disable(draft: Draft, userId: string, at: number): void {
  draft.disabledAt.set(userId, Math.min(at, draft.disabledAt.get(userId) ?? Infinity));
}

/** SCIM: `PATCH /Users/{id}` with active=false disables (AWS: SCIM developer guide, PatchUser). */
const patchUser: Effect = (draft, change) => {
  const body = field(change.parameters, "httpBody") ?? change.parameters;
  const operations = field(body as Record<string, unknown>, "Operations");
  for (const operation of Array.isArray(operations)
    ? (operations as Record<string, unknown>[])
    : []) {
    const value = field(operation, "value");
    const isActive = textField(operation, "path") === "active";
    if (isActive && String(value).toLowerCase() === "false")
      disable(draft, textField(change.parameters, "id"), change.effectiveAt);
  }
};

/** Writes the inline policy of a set; empty text stands for none. */
function writeInline(draft: Draft, change: Change, text: string): void {
  const arn = textField(change.parameters, "PermissionSetArn");
  const inlinePolicy = text === "" ? null : text;
  draft.inline.write(arn, inlinePolicy);
  draft.permissionSets = draft.permissionSets.map((set) =>
    set.arn === arn ? { ...set, inlinePolicy } : set,
  );
}

/** Changes what a set is, beside its inline policy: accounts have it after the next provisioning. */
const editSet =
  (edit: (set: PermissionSet, parameters: Change["parameters"]) => PermissionSet): Effect =>
  (draft, change) => {
    const arn = textField(change.parameters, "PermissionSetArn");
    draft.inline.edit(arn);
    draft.permissionSets = draft.permissionSets.map((set) =>
      set.arn === arn ? edit(set, change.parameters) : set,
    );
  };

const boundaryOf = (parameters: Change["parameters"]): Partial<PermissionSet> => {
  const boundary = field(parameters, "PermissionsBoundary") as Record<string, unknown> | undefined;
  const reference = field(boundary ?? {}, "CustomerManagedPolicyReference");
  const named = reference as Record<string, unknown> | undefined;
  return {
    boundaryManagedPolicyArn: textField(boundary ?? {}, "ManagedPolicyArn") || null,
    boundaryCustomerPolicy:
      named === undefined
        ? null
        : { name: textField(named, "Name"), path: textField(named, "Path") || "/" },
  };
};

const without = (list: string[], gone: string): string[] => list.filter((one) => one !== gone);

const SET_EDITS: Record<string, Effect> = {
  UpdatePermissionSet: editSet((set, parameters) => ({
    ...set,
    description: textField(parameters, "Description") || set.description,
    sessionDuration: textField(parameters, "SessionDuration") || set.sessionDuration,
    relayState: textField(parameters, "RelayState") || set.relayState,
  })),
  AttachManagedPolicyToPermissionSet: editSet((set, parameters) => {
    const arn = textField(parameters, "ManagedPolicyArn");
    return { ...set, managedPolicyArns: [...without(set.managedPolicyArns, arn), arn] };
  }),
  DetachManagedPolicyFromPermissionSet: editSet((set, parameters) => ({
    ...set,
    managedPolicyArns: without(set.managedPolicyArns, textField(parameters, "ManagedPolicyArn")),
  })),
  PutPermissionsBoundaryToPermissionSet: editSet((set, parameters) => ({
    ...set,
    ...boundaryOf(parameters),
  })),
  DeletePermissionsBoundaryFromPermissionSet: editSet((set) => ({
    ...set,
    boundaryManagedPolicyArn: null,
    boundaryCustomerPolicy: null,
  })),
};

const createEntitlement: Effect = (draft, change) => {
  const { principal, accountId, roleArn } = principalRoleOf(
    field(change.parameters, "entitlement"),
  );
  if (principal === null || accountId === null || roleArn === null) return;
  draft.entitlements.push({
    id: textField(change.response, "entitlementId"),
    applicationArn: textField(change.parameters, "applicationArn"),
    principal,
    accountId,
    roleArn,
    from: change.effectiveAt,
    to: null,
  });
};

const deleteEntitlement: Effect = (draft, change) => {
  const id = textField(change.parameters, "entitlementId");
  draft.entitlements = draft.entitlements.map((held) =>
    held.id === id && held.to === null ? { ...held, to: change.effectiveAt } : held,
  );
};

const EFFECTS: Record<string, Effect> = {
  ...SET_EDITS,
  CreateEntitlement: createEntitlement,
  DeleteEntitlement: deleteEntitlement,
  DeleteAccountAssignment: deleteAssignment,
  CreateAccountAssignment: createAssignment,
  DeleteGroupMembership: deleteMembership,
  CreateGroupMembership: createMembership,
  UpdatePolicy: updatePolicy,
  AttachPolicy: retarget(true),
  DetachPolicy: retarget(false),
  DisableUser: (draft, change) =>
    disable(draft, textField(change.parameters, "UserId"), change.effectiveAt),
  PatchUser: patchUser,
  PutInlinePolicyToPermissionSet: (draft, change) =>
    writeInline(draft, change, textField(change.parameters, "InlinePolicy")),
  DeleteInlinePolicyFromPermissionSet: (draft, change) => writeInline(draft, change, ""),
  ProvisionPermissionSet: (draft, change) => {
    const everywhere = textField(change.parameters, "TargetType") === "ALL_PROVISIONED_ACCOUNTS";
    draft.inline.provision(
      textField(change.parameters, "PermissionSetArn"),
      everywhere ? null : textField(change.parameters, "TargetId"),
    );
  },
};

/** Applies one change that is in effect; an event name without effect on the state is passed over. */
export function applyChange(draft: Draft, change: Change): void {
  EFFECTS[change.eventName]?.(draft, change);
}
