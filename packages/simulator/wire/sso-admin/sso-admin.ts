/**
 * IAM Identity Center administration (sso-admin): the reads that an inventory needs, the writes of account assignments and of
 * permission sets. Served in the instance's primary Region, with one limit over all operations, as AWS documents its quotas.
 */
import type { Service } from "../service.ts";
import { APPLICATIONS } from "./applications.ts";
import { APPLICATION_PARTS } from "./application-parts.ts";
import { ASSIGNMENT_READS } from "./assignment-lists.ts";
import { ASSIGNMENT_WRITES } from "./assignment-writes.ts";
import { INSTANCES } from "./instances.ts";
import { INLINE_POLICY_WRITES } from "./inline-policy-writes.ts";
import { PERMISSION_SETS } from "./permission-sets.ts";
import { SET_WRITES } from "./set-writes.ts";
import { TAGS } from "./tags.ts";
import { TOKEN_ISSUERS } from "./token-issuers.ts";

export function ssoAdminService(): Service {
  return {
    name: "sso",
    target: "SWBExternalService",
    namespace: "com.amazonaws.ssoadmin",
    eventSource: "sso.amazonaws.com",
    iamPrefix: "sso",
    eventRegion: null,
    invalid: "ValidationException",
    invalidToken: "ValidationException",
    throttled: "ThrottlingException",
    // 20 requests a second for all operations together is documented; the burst is not, it stands for the bucket AWS must have.
    quota: (_operation, _account, region) => ({ key: region, limit: { perSecond: 20, burst: 40 } }),
    operations: {
      ...INSTANCES,
      ...PERMISSION_SETS,
      ...ASSIGNMENT_READS,
      ...ASSIGNMENT_WRITES,
      ...INLINE_POLICY_WRITES,
      ...SET_WRITES,
      ...TAGS,
      ...APPLICATIONS,
      ...APPLICATION_PARTS,
      ...TOKEN_ISSUERS,
    },
  };
}
