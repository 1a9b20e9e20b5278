/**
 * The vocabulary of what the directory gives people beside permission sets: applications, issuers, entitlements, and the roles and
 * policies of accounts. Plain values like those of model.ts; instants are epoch milliseconds of the simulated clock.
 */

/** A Region in which the instance is enabled. */
export interface InstanceRegion {
  name: string;
  addedAt: number;
}

/** What an application may use to get tokens. AWS: PutApplicationGrant API reference, Grant. */
export type ApplicationGrant =
  | { type: "authorization_code"; redirectUris: string[] }
  | { type: "refresh_token" }
  | { type: "urn:ietf:params:oauth:grant-type:token-exchange" }
  | {
      type: "urn:ietf:params:oauth:grant-type:jwt-bearer";
      issuers: { arn: string; audiences: string[] }[];
    };

export interface Application {
  arn: string;
  providerArn: string;
  name: string;
  description: string;
  accountId: string;
  status: "ENABLED" | "DISABLED";
  createdAt: number;
  /** False: everybody of the directory may use it. */
  assignmentRequired: boolean;
  scopes: { scope: string; authorizedTargets: string[] }[];
  grants: ApplicationGrant[];
  /** Policies that say who may call for the application, as JSON values. */
  actorPolicies: object[];
  backgroundSessions: "ENABLED" | "DISABLED";
  principals: { type: "USER" | "GROUP"; id: string }[];
}

/** A kind of application, as AWS lists them. */
export interface ApplicationProvider {
  arn: string;
  protocol: "SAML" | "OAUTH";
  name: string;
}

/** An issuer outside of Identity Center whose tokens stand for people. */
export interface TokenIssuer {
  arn: string;
  name: string;
  issuerUrl: string;
  claimPath: string;
  directoryPath: string;
}

/** A role that account access manager gives to a person or a group. Immutable: it is deleted and made anew. */
export interface Entitlement {
  id: string;
  applicationArn: string;
  principal: { type: "USER" | "GROUP"; id: string };
  accountId: string;
  roleArn: string;
  from: number;
  to: number | null;
}

/** A role of an account that is no permission set's. */
export interface AccountRole {
  accountId: string;
  arn: string;
  roleId: string;
  path: string;
  name: string;
  description: string;
  trustPolicy: string;
  maxSessionSeconds: number;
  managedPolicyArns: string[];
  inlinePolicies: { name: string; document: string }[];
  boundaryArn: string | null;
  createdAt: number;
}

/** A policy that belongs to an account: the same name may say something else in the next one, or be missing there. */
export interface AccountPolicy {
  accountId: string;
  arn: string;
  policyId: string;
  path: string;
  name: string;
  /** The newest is the default. */
  versions: { id: string; document: string; createdAt: number }[];
}

/** Everything of this kind that an organisation has. */
export interface Estate {
  /** The primary Region first. */
  regions: InstanceRegion[];
  /** An instance of one account, beside the organisation's; listed where the switch says so. */
  accountInstance: { arn: string; identityStoreId: string; ownerAccountId: string; name: string };
  /** By ARN, of the instance, permission sets, applications and issuers. */
  tags: Record<string, Record<string, string>>;
  /** Assignments that a person made in the console where the pipeline should have. */
  grantsByHand: {
    accountId: string;
    permissionSetArn: string;
    principalId: string;
    byUserId: string;
  }[];
  /** Where a role still has an older definition of its set. */
  outdated: { accountId: string; permissionSetArn: string }[];
  applicationProviders: ApplicationProvider[];
  applications: Application[];
  issuers: TokenIssuer[];
  /** The account access manager's own applications. */
  entitlementApplications: { arn: string; name: string; createdAt: number }[];
  entitlements: Entitlement[];
  roles: AccountRole[];
  policies: AccountPolicy[];
}
