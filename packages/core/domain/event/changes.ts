/**
 * What an event says beyond its frame when somebody changes who can sign in, who has access, or what watches them. One interface
 * a kind. A refused change is the same kind with the frame's `errorCode`: readers that want what was done look there.
 */

/** Who made a change: the person it is about, somebody with an IAM identity, or the identity provider over SCIM. */
export type ChangedBy = "self" | "administrator" | "provisioning" | "unknown";

export interface DirectoryUserChange {
  readonly kind: "directory-user";
  readonly change:
    | "created"
    | "updated"
    | "deleted"
    | "disabled"
    | "enabled"
    | "credentials"
    | "mfa-registration-started"
    | "mfa-registered"
    | "mfa-updated"
    | "mfa-removed";
  readonly by?: ChangedBy;
  /** Paths of what was changed, where the request names them: `active`, `emails`. Values are masked in practice. */
  readonly attributes?: readonly string[];
}

export interface DirectoryGroupChange {
  readonly kind: "directory-group";
  readonly change: "created" | "updated" | "deleted";
  readonly groupId: string | null;
  readonly by: ChangedBy;
}

export interface MembershipChange {
  readonly kind: "membership";
  readonly change: "added" | "removed";
  readonly groupId: string | null;
  /** Null when the request names none, or several. */
  readonly memberUserId: string | null;
  readonly membershipId: string | null;
  /** All of them, where one SCIM request names several. */
  readonly memberUserIds?: readonly string[];
  readonly by?: ChangedBy;
}

/** SCIM's own administration: its bearer tokens and its tenant. */
export interface ProvisioningChange {
  readonly kind: "provisioning";
  readonly change: "token-created" | "token-deleted" | "tenant-created" | "tenant-deleted";
  readonly tenantId: string | null;
}

/** Assignment of an account. */
export interface AssignmentChange {
  readonly kind: "assignment";
  readonly change: "created" | "deleted";
  readonly targetAccountId: string | null;
  readonly permissionSetArn: string | null;
  readonly principalType: string | null;
  readonly principalId: string | null;
}

export interface PermissionSetChange {
  readonly kind: "permission-set";
  readonly change:
    | "created"
    | "updated"
    | "deleted"
    | "policy-attached"
    | "policy-detached"
    | "inline-policy-put"
    | "inline-policy-removed"
    | "boundary-put"
    | "boundary-removed"
    | "provisioned";
  readonly permissionSetArn: string | null;
  /** Name of the set, where the record has it. */
  readonly permissionSetName: string | null;
  /** ARN of an AWS managed policy, or the name of a customer managed one. */
  readonly policy: string | null;
  /** ISO-8601, as written. */
  readonly sessionDuration: string | null;
  /** The account that was provisioned; null for all of them. */
  readonly targetAccountId: string | null;
}

/** A setting of the instance, its Regions, its directory's MFA or its network perimeter. */
export interface InstanceSettingChange {
  readonly kind: "instance-setting";
  readonly setting:
    | "instance"
    | "region"
    | "access-control-attributes"
    | "mfa"
    | "configuration"
    | "network-perimeter"
    | "service";
  /** `configurationType` of `UpdateSSOConfiguration`, or the Region. */
  readonly subject: string | null;
}

/** An application, and who may use it for what. */
export interface ApplicationChange {
  readonly kind: "application";
  readonly aspect:
    | "application"
    | "assignment"
    | "assignment-configuration"
    | "access-scope"
    | "grant"
    | "authentication-method"
    | "session-configuration";
  readonly change: "created" | "updated" | "deleted";
  readonly applicationArn: string | null;
  /** The scope's text (`sso:account:access`). */
  readonly scope: string | null;
  readonly grantType: string | null;
  readonly principalType: string | null;
  readonly principalId: string | null;
  /** `ENABLED` or `DISABLED`: of the application, or of its background sessions. */
  readonly status: string | null;
}

export interface TrustedTokenIssuerChange {
  readonly kind: "trusted-token-issuer";
  readonly change: "created" | "updated" | "deleted";
  readonly issuerArn: string | null;
  readonly issuerUrl: string | null;
}

/** Where Identity Center's people come from: its directory, or the external identity provider. */
export interface IdentitySourceChange {
  readonly kind: "identity-source";
  readonly change: "created" | "updated" | "deleted" | "enabled" | "disabled";
  readonly aspect: "directory" | "external-identity-provider" | "certificate";
  readonly directoryId: string | null;
}

/** SAML and OpenID Connect providers in the IAM of an account. */
export interface AccountIdentityProviderChange {
  readonly kind: "account-identity-provider";
  readonly change: "created" | "updated" | "deleted";
  readonly provider: string | null;
}

/** Trust of a role in the account access manager. */
export interface RoleTrustChange {
  readonly kind: "role-trust";
  readonly change: "created" | "updated";
  readonly roleName: string | null;
}

export interface SessionDeleted {
  readonly kind: "session-deleted";
  /** Credential ids that the request names; empty when it names none. */
  readonly credentialIds: readonly string[];
}

/** Policies of the organisation, on which a deny lease rests. */
export interface PolicyUpdated {
  readonly kind: "policy-updated";
  readonly policyId: string | null;
  /** Root, organisational unit or account that a policy was attached to or detached from. */
  readonly targetId?: string | null;
}

/** Membership and trust of the organisation. */
export interface OrganizationChange {
  readonly kind: "organization";
  readonly change:
    | "administrator-registered"
    | "administrator-deregistered"
    | "account-left"
    | "account-removed"
    | "service-enabled"
    | "service-disabled"
    | "deleted";
  readonly targetAccountId: string | null;
  readonly servicePrincipal: string | null;
}

/** What CloudTrail records, and where. */
export interface TrailChange {
  readonly kind: "trail-change";
  readonly change:
    | "created"
    | "updated"
    | "deleted"
    | "logging-started"
    | "logging-stopped"
    | "selectors-changed";
  /** Name or ARN, as the request says it. */
  readonly trail: string | null;
}

/** Access that the account access manager gives. */
export interface EntitlementChange {
  readonly kind: "entitlement";
  readonly change: "created" | "deleted";
  readonly entitlementId: string | null;
  readonly applicationArn: string | null;
  readonly roleArn: string | null;
  readonly targetAccountId: string | null;
  readonly principalType: "USER" | "GROUP" | null;
  readonly principalId: string | null;
}

/** An application of the account access manager. */
export interface AccessApplicationChange {
  readonly kind: "access-application";
  readonly change: "created" | "updated" | "deleted";
  readonly applicationArn: string | null;
}
