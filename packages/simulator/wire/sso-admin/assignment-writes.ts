/**
 * Creating and deleting account assignments: accepted at once, effective after a while, with a status to ask for meanwhile.
 * A status is derived from the change log and the clock, so every process answers the same and nothing has to be finished.
 */
import type { Change } from "../../model.ts";
import { seconds } from "../http/json.ts";
import { oneOf, text, type Members } from "../http/input.ts";
import { nextToken, page } from "../http/paging.ts";
import { notFound, WireError } from "../http/wire-error.ts";
import type { Call, Operation } from "../service.ts";
import type { World } from "../world.ts";
import { recorded, uncapitalized } from "./recorded.ts";
import { requireAccount } from "./assignment-lists.ts";
import { requireInstance } from "./instances.ts";
import { requirePermissionSet } from "./permission-sets.ts";

/** How long an assignment takes, in simulated milliseconds. */
const TAKES_MS = 2_000;
/** AWS takes no more than this many at a time; the limit is documented for creating and assumed to be shared. */
const OUTSTANDING_MOST = 15;

type Kind = "Creation" | "Deletion";

interface Names {
  eventName: string;
  status: string;
  requestId: string;
  list: string;
}

const NAMES: Readonly<Record<Kind, Names>> = {
  Creation: {
    eventName: "CreateAccountAssignment",
    status: "AccountAssignmentCreationStatus",
    requestId: "AccountAssignmentCreationRequestId",
    list: "AccountAssignmentsCreationStatus",
  },
  Deletion: {
    eventName: "DeleteAccountAssignment",
    status: "AccountAssignmentDeletionStatus",
    requestId: "AccountAssignmentDeletionRequestId",
    list: "AccountAssignmentsDeletionStatus",
  },
};

export const ASSIGNMENT_WRITES: Readonly<Record<string, Operation>> = {
  CreateAccountAssignment: { writes: true, handle: (call) => accept(call, "Creation") },
  DeleteAccountAssignment: { writes: true, handle: (call) => accept(call, "Deletion") },
  DescribeAccountAssignmentCreationStatus: { handle: (call) => describe(call, "Creation") },
  DescribeAccountAssignmentDeletionStatus: { handle: (call) => describe(call, "Deletion") },
  ListAccountAssignmentCreationStatus: { handle: (call) => list(call, "Creation") },
  ListAccountAssignmentDeletionStatus: { handle: (call) => list(call, "Deletion") },
};

function accept(call: Call, kind: Kind): object {
  requirePermissionSet(call);
  requireAccount(call, text(call.members, "TargetId"));
  oneOf(call.members, "TargetType", ["AWS_ACCOUNT"]);
  requirePrincipal(call);
  const outstanding = requests(call.world).filter((one) => one.effectiveAt > call.now).length;
  if (outstanding >= OUTSTANDING_MOST) {
    throw new WireError(
      "ConflictException",
      `${OUTSTANDING_MOST} account assignments are in progress; try again when one is done.`,
    );
  }
  const progress = {
    Status: "IN_PROGRESS",
    RequestId: call.requestId,
    ...subject(call.members),
    CreatedDate: seconds(call.now),
  };
  call.write({ [uncapitalized(NAMES[kind].status)]: recorded(progress, call.now) }, TAKES_MS);
  return { [NAMES[kind].status]: progress };
}

function describe(call: Call, kind: Kind): object {
  requireInstance(call);
  const requestId = text(call.members, NAMES[kind].requestId);
  const found = requests(call.world).find(
    (one) => one.requestId === requestId && one.eventName === NAMES[kind].eventName,
  );
  if (found === undefined) throw notFound(`Request ${requestId} does not exist.`);
  return { [NAMES[kind].status]: { ...outcome(call, found), ...subject(found.parameters) } };
}

function list(call: Call, kind: Kind): object {
  requireInstance(call);
  const all = requests(call.world).filter((one) => one.eventName === NAMES[kind].eventName);
  const paged = page(all, (one) => `${one.at} ${one.requestId}`, {
    scope: call.operation,
    members: call.members,
    most: 100,
  });
  const rows = paged.items.map((one) => {
    const { Status, RequestId, CreatedDate } = outcome(call, one);
    return { Status, RequestId, CreatedDate };
  });
  return { [NAMES[kind].list]: rows, ...nextToken(paged) };
}

function outcome(call: Call, change: Change) {
  const base = { RequestId: change.requestId, CreatedDate: seconds(change.at) };
  if (call.now < change.effectiveAt) return { ...base, Status: "IN_PROGRESS" };
  const failure =
    change.eventName === "DeleteAccountAssignment" ? deletionFailure(call, change) : null;
  return failure === null
    ? { ...base, Status: "SUCCEEDED" }
    : { ...base, Status: "FAILED", FailureReason: failure };
}

/** A deletion fails when there was nothing to delete just before it took effect: a second deletion of the same one fails too. */
function deletionFailure(call: Call, change: Change): string | null {
  const { parameters } = change;
  const existed = call.world
    .at(change.effectiveAt - 1)
    .assignments.some(
      (one) =>
        one.accountId === parameters["TargetId"] &&
        one.permissionSetArn === parameters["PermissionSetArn"] &&
        one.principalType === parameters["PrincipalType"] &&
        one.principalId === parameters["PrincipalId"],
    );
  return existed ? null : "The account assignment does not exist.";
}

/** AWS accepts a principal that does not exist and fails later; here it is refused at once, so that the log holds no such grant. */
function requirePrincipal(call: Call): void {
  const id = text(call.members, "PrincipalId");
  const user = oneOf(call.members, "PrincipalType", ["USER", "GROUP"]) === "USER";
  const { people, groups } = call.state();
  const exists = user
    ? people.some((one) => one.userId === id)
    : groups.some((one) => one.groupId === id);
  if (!exists) throw notFound(`The ${user ? "user" : "group"} ${id} does not exist.`);
}

function requests(world: World): Change[] {
  const names = Object.values(NAMES).map((one) => one.eventName);
  return world
    .changes()
    .filter((one) => one.eventSource === "sso.amazonaws.com" && names.includes(one.eventName));
}

function subject(parameters: Members) {
  const { TargetId, TargetType, PermissionSetArn, PrincipalType, PrincipalId } = parameters;
  return { TargetId, TargetType, PermissionSetArn, PrincipalType, PrincipalId };
}
