/**
 * AWS IAM, as far as policies and roles are read by name: in the account of the caller, whatever the Region. Guarantees that a policy
 * of another account is refused and that what is not there is `NoSuchEntity`. Nothing is written, and no permission set's role is here.
 */
import type { Service } from "../service.ts";
import { POLICIES } from "./policies.ts";
import { ROLES } from "./roles.ts";

export function iamService(): Service {
  return {
    name: "iam",
    target: null,
    namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
    eventSource: "iam.amazonaws.com",
    iamPrefix: "iam",
    eventRegion: "us-east-1",
    invalid: "ValidationError",
    invalidToken: "InvalidInput",
    throttled: "Throttling",
    // AWS publishes no figure; this one is low enough that a reader has to pace itself in one account.
    quota: (_operation, accountId) => ({ key: accountId, limit: { perSecond: 20, burst: 60 } }),
    operations: { ...POLICIES, ...ROLES },
  };
}
