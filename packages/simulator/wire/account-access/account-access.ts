/**
 * Account access manager: roles that people have outside of permission sets. REST JSON under the signing name `account-access`, for
 * callers of the management account in the instance's primary Region. A switch makes the service absent or closed to everybody.
 * AWS: IAM User Guide, account access manager; the API's model.
 */
import { accessDenied, notFound, WireError } from "../http/wire-error.ts";
import { nextToken, page } from "../http/paging.ts";
import { seconds } from "../http/json.ts";
import { text } from "../http/input.ts";
import type { Call, Operation, Service } from "../service.ts";
import { ENTITLEMENTS } from "./entitlements.ts";
import { pagingOf } from "./paging.ts";

const ROUTES = [
  { method: "POST", path: "/applications-list", operation: "ListApplications" },
  { method: "GET", path: "/applications/{applicationArn}", operation: "GetApplication" },
  { method: "POST", path: "/entitlements-list", operation: "ListEntitlements" },
  { method: "POST", path: "/entitlements", operation: "CreateEntitlement" },
  { method: "GET", path: "/entitlements/{entitlementId}", operation: "GetEntitlement" },
  { method: "DELETE", path: "/entitlements/{entitlementId}", operation: "DeleteEntitlement" },
];

export function accountAccessService(): Service {
  return {
    name: "account-access",
    target: null,
    routes: ROUTES,
    namespace: "com.amazonaws.accountaccess",
    eventSource: "account-access.amazonaws.com",
    iamPrefix: "account-access",
    eventRegion: null,
    invalid: "ValidationException",
    invalidToken: "ValidationException",
    throttled: "ThrottlingException",
    // AWS publishes no figure; the one of IAM Identity Center stands for it.
    quota: (_operation, _account, region) => ({ key: region, limit: { perSecond: 20, burst: 40 } }),
    operations: Object.fromEntries(
      Object.entries({ ...APPLICATIONS, ...ENTITLEMENTS }).map(([name, operation]) => [
        name,
        { ...operation, managementOnly: true, handle: (call: Call) => open(call, operation) },
      ]),
    ),
  };
}

/** Answers as the switch says that the service is. */
function open(call: Call, operation: Operation): object | Promise<object> {
  const { accountAccess } = call.world.switches;
  if (accountAccess === "denied")
    throw accessDenied(
      call.caller.arn,
      `account-access:${call.operation}`,
      "because no identity-based policy allows the action",
    );
  if (accountAccess === "absent" || call.region !== call.world.organisation.region)
    throw new WireError(
      "UnknownOperationException",
      `Account access manager is not available in ${call.region}.`,
      {},
      404,
    );
  return operation.handle(call);
}

const APPLICATIONS: Readonly<Record<string, Operation>> = {
  ListApplications: {
    handle: (call) => {
      const paged = page(applicationsOf(call), (one) => one.arn, {
        scope: call.operation,
        members: pagingOf(call.members),
        most: 100,
      });
      return {
        applications: paged.items.map(applicationOf),
        nextToken: nextToken(paged).NextToken,
      };
    },
  },
  GetApplication: {
    handle: (call) => {
      const arn = text(call.members, "applicationArn");
      const found = applicationsOf(call).find((one) => one.arn === arn);
      if (found === undefined) throw notFound(`Application ${arn} does not exist.`);
      return {
        ...applicationOf(found),
        identityCenterInstanceArn: call.world.organisation.instanceArn,
      };
    },
  },
};

type Application = Call["world"]["organisation"]["estate"]["entitlementApplications"][number];

function applicationsOf(call: Call): Application[] {
  return call.world.organisation.estate.entitlementApplications.filter(
    (one) => one.createdAt <= call.now,
  );
}

function applicationOf(one: Application): object {
  return { applicationArn: one.arn, name: one.name, createdAt: seconds(one.createdAt) };
}
