/**
 * The Identity Store: users, groups and memberships, with a limit for each operation as AWS documents it.
 * Whether a user is enabled is answered where the switch says so; nothing here can disable one, as no public API can.
 */
import type { Service } from "../service.ts";
import { GROUPS } from "./groups.ts";
import { MEMBERSHIPS } from "./memberships.ts";
import { USERS } from "./users.ts";

export function identityStoreService(): Service {
  return {
    name: "identitystore",
    target: "AWSIdentityStore",
    namespace: "com.amazonaws.identitystore",
    eventSource: "identitystore.amazonaws.com",
    iamPrefix: "identitystore",
    eventRegion: null,
    invalid: "ValidationException",
    invalidToken: "ValidationException",
    throttled: "ThrottlingException",
    quota: (operation, _account, region) => ({
      key: `${operation} ${region}`,
      limit: { perSecond: 20, burst: 20 },
    }),
    operations: { ...USERS, ...GROUPS, ...MEMBERSHIPS },
  };
}
