/**
 * AWS Organizations: the tree of accounts and its service control policies, for callers of the management account.
 * A global service: it answers in any Region's name, and CloudTrail shows its events in us-east-1.
 */
import type { Service } from "../service.ts";
import { POLICIES } from "./policies.ts";
import { TREE } from "./tree.ts";

/** Requests a second and at once, as AWS publishes them; operations without a published figure share the last line's. */
const LIMITS = {
  UpdatePolicy: { perSecond: 2, burst: 3 },
  DescribePolicy: { perSecond: 2, burst: 3 },
  ListAccounts: { perSecond: 8, burst: 12 },
  other: { perSecond: 5, burst: 8 },
} as const;

export function organizationsService(): Service {
  return {
    name: "organizations",
    target: "AWSOrganizationsV20161128",
    namespace: "com.amazonaws.organizations",
    eventSource: "organizations.amazonaws.com",
    iamPrefix: "organizations",
    eventRegion: "us-east-1",
    invalid: "InvalidInputException",
    invalidToken: "InvalidInputException",
    throttled: "TooManyRequestsException",
    quota: (operation) => ({
      key: operation,
      limit: operation in LIMITS ? LIMITS[operation as keyof typeof LIMITS] : LIMITS.other,
    }),
    operations: { ...TREE, ...POLICIES },
  };
}
