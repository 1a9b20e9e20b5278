/**
 * Policies by ARN: those that AWS manages, the same in every account, and those of the caller's own account.
 * The default version is the newest; older ones can be read too.
 */
import type { AccountPolicy } from "../../access.ts";
import { text } from "../http/input.ts";
import type { Call, Operation } from "../service.ts";
import { forbidden, inAddress, instant, markedPage, noSuchEntity } from "./answers.ts";
import { managedDocument } from "./managed-policies.ts";

const POLICY_ARN = /^arn:[a-z-]+:iam::(aws|\d{12}):policy\/(.+)$/;
/** AWS manages versions of its own; one is enough here. */
const MANAGED_VERSION = "v1";
const MANAGED_SINCE = Date.UTC(2020, 1, 6);

/** A policy, whoever manages it. */
type Policy = Omit<AccountPolicy, "accountId">;

function requirePolicy(call: Call): Policy {
  const arn = text(call.members, "PolicyArn");
  const [, owner, name] = POLICY_ARN.exec(arn) ?? [];
  if (owner === undefined || name === undefined) throw noSuchEntity(`Policy ${arn} is not an ARN.`);
  const found = owner === "aws" ? managed(arn, name) : ofAccount(call, arn, owner);
  if (found === undefined) throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
  return found;
}

function managed(arn: string, pathAndName: string): Policy | undefined {
  const document = managedDocument(pathAndName);
  if (document === null) return undefined;
  const name = pathAndName.split("/").at(-1) ?? "";
  return {
    arn,
    policyId: `ANPA${name.toUpperCase().replaceAll(/[^A-Z2-7]/g, "")}`.padEnd(21, "A").slice(0, 21),
    path: `/${pathAndName.slice(0, -name.length)}`,
    name,
    versions: [{ id: MANAGED_VERSION, document, createdAt: MANAGED_SINCE }],
  };
}

function ofAccount(call: Call, arn: string, owner: string): Policy | undefined {
  if (owner !== call.caller.accountId) throw forbidden(call, `policy ${arn}`);
  return call.world.organisation.estate.policies.find((one) => one.arn === arn);
}

function defaultVersion(policy: Policy): Policy["versions"][number] {
  const newest = policy.versions.at(-1);
  if (newest === undefined) throw noSuchEntity(`Policy ${policy.arn} has no version.`);
  return newest;
}

export const POLICIES: Readonly<Record<string, Operation>> = {
  GetPolicy: {
    handle: (call) => {
      const policy = requirePolicy(call);
      const created = policy.versions[0]?.createdAt ?? MANAGED_SINCE;
      return {
        Policy: {
          PolicyName: policy.name,
          PolicyId: policy.policyId,
          Arn: policy.arn,
          Path: policy.path,
          DefaultVersionId: defaultVersion(policy).id,
          AttachmentCount: 1,
          PermissionsBoundaryUsageCount: 0,
          IsAttachable: true,
          CreateDate: instant(created),
          UpdateDate: instant(defaultVersion(policy).createdAt),
        },
      };
    },
  },
  GetPolicyVersion: {
    handle: (call) => {
      const policy = requirePolicy(call);
      const id = text(call.members, "VersionId");
      const version = policy.versions.find((one) => one.id === id);
      if (version === undefined)
        throw noSuchEntity(`Policy ${policy.arn} version ${id} does not exist.`);
      return { PolicyVersion: versionOf(policy, version, inAddress(version.document)) };
    },
  },
  ListPolicyVersions: {
    handle: (call) => {
      const policy = requirePolicy(call);
      const paged = markedPage(call, policy.versions, (one) => one.id);
      return {
        Versions: paged.items.map((one) => versionOf(policy, one, undefined)),
        ...paged.more,
      };
    },
  },
};

function versionOf(
  policy: Policy,
  version: Policy["versions"][number],
  Document: string | undefined,
): object {
  return {
    Document,
    VersionId: version.id,
    IsDefaultVersion: version === defaultVersion(policy),
    CreateDate: instant(version.createdAt),
  };
}
