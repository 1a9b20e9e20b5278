/** What a snapshot of an organisation without applications, entitlements and policy documents holds beside its people. */
import type { AccessSnapshot } from "#core/domain/access";

export const NOTHING_MORE: Pick<
  AccessSnapshot,
  | "regions"
  | "provisionings"
  | "applications"
  | "applicationAssignments"
  | "trustedTokenIssuers"
  | "entitlements"
  | "entitlementRoles"
  | "policies"
  | "notes"
> = {
  regions: [],
  provisionings: [],
  applications: [],
  applicationAssignments: [],
  trustedTokenIssuers: [],
  entitlements: [],
  entitlementRoles: [],
  policies: [],
  notes: [],
};

/** What a permission set has beside its policies, where a test does not look at it. */
export const PLAIN_SET = { relayState: null, createdAt: null, tags: {} } as const;

/** The document of AWS's AdministratorAccess, for a set that a test wants to be an administrator's. */
export const EVERYTHING_ALLOWED = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});
