/**
 * What an event says beyond its frame when somebody signs in, holds a token, takes a role or acts in one. One interface a kind.
 * What the record does not say is null, or absent where the field is optional.
 */
import type { Instant } from "../time.ts";

/** A role session as a record names it: role id, session name and the second it was issued. */
export interface RoleSessionRef {
  readonly accountId: string;
  /** `AROA…`. */
  readonly roleId: string;
  readonly roleName: string;
  /** Set by Identity Center to the person's user name at that time. */
  readonly sessionName: string;
  /** Null when the role is not one of Identity Center's. */
  readonly permissionSetName: string | null;
  readonly issuedAt: Instant;
}

export interface SignInStep {
  readonly kind: "sign-in-step";
  readonly step: "challenge" | "verification" | "authentication";
  readonly workflowId: string | null;
  readonly credentialTypes: readonly string[];
  readonly outcome: "success" | "failure" | "unknown";
  /** The name typed or asserted; null when masked or absent. */
  readonly userName: string | null;
  /** True when a multi-factor device had to be registered during this sign-in. */
  readonly deviceEnrolmentRequired?: boolean;
}

export interface PortalAction {
  readonly kind: "portal";
  readonly action:
    | "authenticate"
    | "list"
    | "federate"
    | "get-role-credentials"
    | "logout"
    | "other";
  readonly targetAccountId: string | null;
  readonly permissionSetName: string | null;
}

export interface TokenGrant {
  readonly kind: "token";
  readonly grant: "device-code" | "authorization-code" | "refresh" | "other";
  readonly clientId: string | null;
  /** False for a poll that found the device code still pending. */
  readonly issued: boolean;
  readonly refreshable: boolean;
  readonly expiresInSeconds: number | null;
  /** `identitycenter:SessionNotOnOrAfter`, where the record has it. */
  readonly sessionNotOnOrAfter: Instant | null;
  /** `aws_sso_app_session_id`, which sessions of some applications carry. */
  readonly applicationSessionId?: string;
}

export interface TokenWithIam {
  readonly kind: "token-with-iam";
  readonly applicationArn: string | null;
  readonly grantType: string | null;
  readonly scopes: readonly string[];
  readonly issued: boolean;
  readonly expiresInSeconds: number | null;
  readonly requestedTokenType: string | null;
  /** The job of a background session. */
  readonly resourceArn: string | null;
  /** Type of the token that was exchanged. */
  readonly subjectTokenType?: string;
  /** True when the scopes hold `sso:account:access`: the token takes roles as the person. */
  readonly accountAccess?: boolean;
}

/** `AssumeRoleWithSAML` of a permission set's role. */
export interface RoleIssued {
  readonly kind: "role-issued";
  readonly session: RoleSessionRef;
  readonly durationSeconds: number | null;
}

/** A call of a permission set's role session. */
export interface RoleCall {
  readonly kind: "role-call";
  readonly session: RoleSessionRef;
  readonly accessKeyId: string | null;
  readonly errorMessage: string | null;
  /** Access key issued by a chained `AssumeRole`, and the role it leads to. */
  readonly issuedAccessKeyId: string | null;
  readonly issuedRoleArn: string | null;
  /** `AROA…` of the chained session, its session name, and when its credentials expire. */
  readonly issuedRoleId?: string | null;
  readonly issuedSessionName?: string | null;
  readonly issuedExpiresAt?: Instant | null;
}

/**
 * A call of a role that is no permission set's, whose record names the person or their sign-in session all the same: an
 * entitlement's role, a chained one, an identity-enhanced one. Its session name is the caller's choice and tells nothing.
 */
export interface PersonRoleCall extends Omit<RoleCall, "kind"> {
  readonly kind: "person-role-call";
  readonly roleArn: string | null;
}

/** `AssumeRole` by the account access manager for an entitlement. */
export interface EntitlementRoleIssued {
  readonly kind: "entitlement-role-issued";
  readonly session: RoleSessionRef | null;
  readonly roleArn: string | null;
  readonly issuedAccessKeyId: string | null;
  readonly durationSeconds: number | null;
  readonly expiresAt: Instant | null;
  /** The application of the account access manager, from the request's context. */
  readonly applicationArn: string | null;
}

/** Console sign-in of a permission set's role, in the account. */
export interface ConsoleSignIn {
  readonly kind: "console-sign-in";
  readonly action: "login" | "switch-role" | "sign-in-token";
  readonly outcome: "success" | "failure" | "unknown";
  /** Role and account of `SwitchRole`. */
  readonly targetRoleName: string | null;
  readonly targetAccountId: string | null;
}

/** `aws login` and agents: credentials minted by AWS Sign-In, without `GetRoleCredentials`. */
export interface AwsLogin {
  readonly kind: "aws-login";
  readonly action: "authorize" | "token" | "introspect" | "revoke";
  readonly clientId: string | null;
  /** What the token is for, as a URL, where the request names it. */
  readonly resource: string | null;
  readonly grantType: string | null;
  readonly issued: boolean;
  readonly expiresInSeconds: number | null;
}
