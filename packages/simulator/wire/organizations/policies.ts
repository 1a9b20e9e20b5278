/**
 * Service control policies and the one write of them. A policy's text is checked for its grammar only, not for its meaning;
 * attaching and detaching are not served, because the organisation's policies wait attached.
 */
import type { ServiceControlPolicy } from "../../model.ts";
import { isMembers, oneOf, optionalText, text } from "../http/input.ts";
import { nextToken, page } from "../http/paging.ts";
import { WireError } from "../http/wire-error.ts";
import type { Call, Operation } from "../service.ts";
import { accountOf, PAGE_MOST, rootOf, unitOf } from "./tree.ts";

/** AWS: quotas of Organizations, characters of a service control policy. */
const CONTENT_MOST = 10_240;

export const POLICIES: Readonly<Record<string, Operation>> = {
  ListPolicies: {
    managementOnly: true,
    handle: (call) => {
      requireFilter(call);
      return policyPage(call, call.state().policies);
    },
  },
  ListPoliciesForTarget: {
    managementOnly: true,
    handle: (call) => {
      requireFilter(call);
      const id = text(call.members, "TargetId");
      if (targetOf(call, id) === null)
        throw new WireError("TargetNotFoundException", `${id} is not in the organization.`);
      return policyPage(
        call,
        call.state().policies.filter((one) => one.targets.includes(id)),
      );
    },
  },
  ListTargetsForPolicy: {
    managementOnly: true,
    handle: (call) => {
      const targets = requirePolicy(call).targets.flatMap((id) => targetOf(call, id) ?? []);
      const paged = page(targets, (one) => one.TargetId, {
        scope: call.operation,
        members: call.members,
        most: PAGE_MOST,
      });
      return { Targets: paged.items, ...nextToken(paged) };
    },
  },
  DescribePolicy: {
    managementOnly: true,
    handle: (call) => ({ Policy: policyOf(requirePolicy(call)) }),
  },
  UpdatePolicy: { managementOnly: true, writes: true, handle: updatePolicy },
};

function updatePolicy(call: Call): object {
  const policy = requirePolicy(call);
  if (policy.awsManaged) {
    throw new WireError(
      "ConstraintViolationException",
      `Policy ${policy.id} is managed by AWS and cannot be changed.`,
    );
  }
  const content = optionalText(call.members, "Content");
  if (content !== null) checkContent(content);
  const name = optionalText(call.members, "Name");
  if (
    name !== null &&
    call.state().policies.some((one) => one.name === name && one.id !== policy.id)
  ) {
    throw new WireError("DuplicatePolicyException", `A policy named ${name} exists already.`);
  }
  const description = call.members["Description"];
  const updated: ServiceControlPolicy = {
    ...policy,
    content: content ?? policy.content,
    name: name ?? policy.name,
    description: typeof description === "string" ? description : policy.description,
  };
  const { Id, Arn, Name, Description, Type, AwsManaged } = summaryOf(updated);
  const policySummary = {
    id: Id,
    arn: Arn,
    name: Name,
    description: Description,
    type: Type,
    awsManaged: AwsManaged,
  };
  call.write({ policy: { policySummary, content: updated.content } });
  return { Policy: policyOf(updated) };
}

/** Refuses what AWS refuses before it looks at meaning: a text too long, no JSON, or statements without an Effect. */
function checkContent(content: string): void {
  if (content.length > CONTENT_MOST) {
    const message = `The policy has ${content.length} characters; a service control policy may have ${CONTENT_MOST}.`;
    throw new WireError("ConstraintViolationException", message, {
      Reason: "POLICY_CONTENT_LIMIT_EXCEEDED",
    });
  }
  if (!wellFormed(content)) {
    const message =
      "The policy document must be JSON with Version 2012-10-17 and statements of Effect Allow or Deny with an action.";
    throw new WireError("MalformedPolicyDocumentException", message);
  }
}

function wellFormed(content: string): boolean {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch {
    return false;
  }
  if (!isMembers(parsed) || parsed["Version"] !== "2012-10-17") return false;
  const statement = parsed["Statement"];
  const statements: unknown[] = Array.isArray(statement) ? statement : [statement];
  return statements.length > 0 && statements.every((one) => isMembers(one) && isStatement(one));
}

function isStatement(statement: Readonly<Record<string, unknown>>): boolean {
  const effect = statement["Effect"];
  const action = statement["Action"] ?? statement["NotAction"];
  return (
    (effect === "Allow" || effect === "Deny") &&
    action !== undefined &&
    statement["Principal"] === undefined
  );
}

function requirePolicy(call: Call): ServiceControlPolicy {
  const id = text(call.members, "PolicyId");
  const found = call.state().policies.find((one) => one.id === id);
  if (found === undefined)
    throw new WireError("PolicyNotFoundException", `Policy ${id} does not exist.`);
  return found;
}

/** Only service control policies exist here; any other type is enabled nowhere. */
function requireFilter(call: Call): void {
  oneOf(call.members, "Filter", ["SERVICE_CONTROL_POLICY"]);
}

function policyPage(call: Call, all: readonly ServiceControlPolicy[]): object {
  const paged = page(all, (one) => one.id, {
    scope: call.operation,
    members: call.members,
    most: PAGE_MOST,
  });
  return { Policies: paged.items.map(summaryOf), ...nextToken(paged) };
}

function summaryOf(policy: ServiceControlPolicy) {
  const { id, arn, name, description, awsManaged } = policy;
  return {
    Id: id,
    Arn: arn,
    Name: name,
    Description: description,
    Type: "SERVICE_CONTROL_POLICY",
    AwsManaged: awsManaged,
  };
}

function policyOf(policy: ServiceControlPolicy) {
  return { PolicySummary: summaryOf(policy), Content: policy.content };
}

function targetOf(
  call: Call,
  id: string,
): { TargetId: string; Arn: string; Name: string; Type: string } | null {
  const { units, accounts } = call.state();
  const root = rootOf(call);
  if (id === root.Id) return { TargetId: id, Arn: root.Arn, Name: root.Name, Type: "ROOT" };
  const unit = units.find((one) => one.id === id);
  if (unit !== undefined)
    return {
      TargetId: id,
      Arn: unitOf(call, unit).Arn,
      Name: unit.name,
      Type: "ORGANIZATIONAL_UNIT",
    };
  const account = accounts.find((one) => one.id === id);
  return account === undefined
    ? null
    : { TargetId: id, Arn: accountOf(call, account).Arn, Name: account.name, Type: "ACCOUNT" };
}
