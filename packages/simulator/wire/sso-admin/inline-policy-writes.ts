/**
 * Writing the inline policy of a permission set, and provisioning it to accounts: AWS needs the second for the first to take
 * effect in an account. Provisioning is asynchronous; its status is derived from the change log and the clock.
 */
import type { Change } from "../../model.ts";
import { seconds } from "../http/json.ts";
import { oneOf, text } from "../http/input.ts";
import { notFound, WireError } from "../http/wire-error.ts";
import type { Call, Operation } from "../service.ts";
import { requireAccount } from "./assignment-lists.ts";
import { requireInstance } from "./instances.ts";
import { requirePermissionSet } from "./permission-sets.ts";
import { recorded } from "./recorded.ts";

/** How long provisioning takes, in simulated milliseconds. */
const TAKES_MS = 4_000;
/** AWS: quotas of IAM Identity Center, concurrent ProvisionPermissionSet calls. */
const CONCURRENT_MOST = 3;
/** AWS: characters of an inline policy, and bytes of it without white space. */
const POLICY_MOST = 32_768;
const POLICY_DENSE_MOST = 10_240;

export const INLINE_POLICY_WRITES: Readonly<Record<string, Operation>> = {
  PutInlinePolicyToPermissionSet: {
    writes: true,
    handle: (call) => {
      requirePermissionSet(call);
      checkPolicy(text(call.members, "InlinePolicy"));
      call.write(null);
      return {};
    },
  },
  DeleteInlinePolicyFromPermissionSet: {
    writes: true,
    handle: (call) => {
      const set = requirePermissionSet(call);
      if (set.inlinePolicy === null)
        throw notFound(`Permission set ${set.arn} has no inline policy.`);
      call.write(null);
      return {};
    },
  },
  ProvisionPermissionSet: { writes: true, handle: provision },
  DescribePermissionSetProvisioningStatus: {
    handle: (call) => {
      requireInstance(call);
      const requestId = text(call.members, "ProvisionPermissionSetRequestId");
      const found = requests(call).find((one) => one.requestId === requestId);
      if (found === undefined) throw notFound(`Request ${requestId} does not exist.`);
      return { PermissionSetProvisioningStatus: statusOf(found, call.now) };
    },
  },
};

function provision(call: Call): object {
  requirePermissionSet(call);
  const target = oneOf(call.members, "TargetType", ["AWS_ACCOUNT", "ALL_PROVISIONED_ACCOUNTS"]);
  if (target === "AWS_ACCOUNT") requireAccount(call, text(call.members, "TargetId"));
  if (requests(call).filter((one) => one.effectiveAt > call.now).length >= CONCURRENT_MOST) {
    const message = `${CONCURRENT_MOST} permission sets are being provisioned; try again when one is done.`;
    throw new WireError("ConflictException", message);
  }
  const status = {
    Status: "IN_PROGRESS",
    RequestId: call.requestId,
    PermissionSetArn: call.members["PermissionSetArn"],
    CreatedDate: seconds(call.now),
    ...(target === "AWS_ACCOUNT" ? { AccountId: call.members["TargetId"] } : {}),
  };
  call.write({ permissionSetProvisioningStatus: recorded(status, call.now) }, TAKES_MS);
  return { PermissionSetProvisioningStatus: status };
}

function statusOf(change: Change, now: number): object {
  const accountId = change.parameters["TargetId"];
  return {
    Status: now < change.effectiveAt ? "IN_PROGRESS" : "SUCCEEDED",
    RequestId: change.requestId,
    PermissionSetArn: change.parameters["PermissionSetArn"],
    CreatedDate: seconds(change.at),
    ...(typeof accountId === "string" ? { AccountId: accountId } : {}),
  };
}

function requests(call: Call): Change[] {
  return call.world.changes().filter((one) => one.eventName === "ProvisionPermissionSet");
}

function checkPolicy(policy: string): void {
  const dense = Buffer.byteLength(policy.replaceAll(/\s/g, ""));
  if (policy.length > POLICY_MOST || dense > POLICY_DENSE_MOST) {
    const message = `An inline policy may have ${POLICY_MOST} characters, and ${POLICY_DENSE_MOST} bytes without white space.`;
    throw new WireError("ServiceQuotaExceededException", message);
  }
  try {
    JSON.parse(policy);
  } catch {
    throw new WireError("ValidationException", "InlinePolicy must be a policy document in JSON.");
  }
}
