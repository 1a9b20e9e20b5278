/**
 * A CloudTrail record that concerns Identity Center, decoded: a closed union by `kind`. Whatever an event says of a secret is
 * gone before it becomes one (see `trail/redact.ts`). What is unknown is null; nothing is guessed here.
 */
import type {
  AwsLogin,
  ConsoleSignIn,
  EntitlementRoleIssued,
  PersonRoleCall,
  PortalAction,
  RoleCall,
  RoleIssued,
  RoleSessionRef,
  SignInStep,
  TokenGrant,
  TokenWithIam,
} from "./event/activity.ts";
import type {
  AccessApplicationChange,
  AccountIdentityProviderChange,
  ApplicationChange,
  AssignmentChange,
  DirectoryGroupChange,
  DirectoryUserChange,
  EntitlementChange,
  IdentitySourceChange,
  InstanceSettingChange,
  MembershipChange,
  OrganizationChange,
  PermissionSetChange,
  PolicyUpdated,
  ProvisioningChange,
  RoleTrustChange,
  SessionDeleted,
  TrailChange,
  TrustedTokenIssuerChange,
} from "./event/changes.ts";
import type { PersonKey } from "./person.ts";
import type { Instant } from "./time.ts";

export type { RoleSessionRef } from "./event/activity.ts";

/** What every event carries. */
export interface EventBase {
  /** GUID made by CloudTrail, lower case: the key. */
  readonly eventId: string;
  readonly eventName: string;
  readonly eventSource: string;
  /** When it happened, to the second. */
  readonly occurredAt: Instant;
  readonly region: string;
  /** The account that received the record: the instance's owner for portal events, the member account for role activity. */
  readonly accountId: string;
  /** Who acted, where the record itself says so. */
  readonly person: PersonKey | null;
  /** The user id the event is about, where it is somebody's other than the actor's (`DisableUser`). */
  readonly subjectUserId: string | null;
  /** Portal session id as it is; an access token's id as `sha256:<hex>`. Null on sign-in events: there it joins nothing. */
  readonly credentialId: string | null;
  readonly sourceIp: string | null;
  readonly userAgent: string | null;
  readonly errorCode: string | null;
  /** ARN of the calling principal, where it is an IAM identity. */
  readonly callerArn: string | null;
  /** Identity store of `subjectUserId` (`d-…`), where the request names it. */
  readonly subjectIdentityStoreId?: string;
  /** The Identity Center role session that made an administrative call. */
  readonly callerSession?: RoleSessionRef;
  /** What AWS said of a call that failed. */
  readonly errorMessage?: string | null;
  /** The record amends or delays another one (AWS: CloudTrail record contents, `addendum`). */
  readonly addendum?: { readonly reason: string; readonly originalEventId: string | null };
  /** Ids of the records that amended this one, oldest first; set by `amended` alone. */
  readonly amendedBy?: readonly string[];
  /** Equal on the records that several accounts received of one event. */
  readonly sharedEventId?: string;
  /** The sign-in session from which the caller's credentials stem; `aws:SignInSessionArn` denies by it. */
  readonly signInSessionArn?: string;
  readonly vpcEndpointId?: string;
  /** The call was made in the console (`sessionCredentialFromConsole`). */
  readonly isConsole?: true;
}

/** What an event says beyond its frame, by `kind`. */
export type EventDetails =
  | SignInStep
  | PortalAction
  | TokenGrant
  | TokenWithIam
  | RoleIssued
  | RoleCall
  | PersonRoleCall
  | EntitlementRoleIssued
  | ConsoleSignIn
  | AwsLogin
  | AssignmentChange
  | MembershipChange
  | DirectoryUserChange
  | DirectoryGroupChange
  | ProvisioningChange
  | PermissionSetChange
  | InstanceSettingChange
  | ApplicationChange
  | TrustedTokenIssuerChange
  | IdentitySourceChange
  | AccountIdentityProviderChange
  | RoleTrustChange
  | SessionDeleted
  | PolicyUpdated
  | OrganizationChange
  | TrailChange
  | EntitlementChange
  | AccessApplicationChange
  /** Administration that is kept and shown, mostly reads. */
  | { readonly kind: "administration" }
  /** An Identity Center event whose name the catalogue does not know: kept and counted. */
  | { readonly kind: "unknown" };

export type TrailEvent = EventBase & EventDetails;

export type EventKind = TrailEvent["kind"];

/** Every kind, for exhaustive tables and the database's CHECK. */
export const EVENT_KINDS = [
  "sign-in-step",
  "portal",
  "token",
  "token-with-iam",
  "role-issued",
  "role-call",
  "person-role-call",
  "entitlement-role-issued",
  "console-sign-in",
  "aws-login",
  "assignment",
  "membership",
  "directory-user",
  "directory-group",
  "provisioning",
  "permission-set",
  "instance-setting",
  "application",
  "trusted-token-issuer",
  "identity-source",
  "account-identity-provider",
  "role-trust",
  "session-deleted",
  "policy-updated",
  "organization",
  "trail-change",
  "entitlement",
  "access-application",
  "administration",
  "unknown",
] as const satisfies readonly EventKind[];

/** Never when a kind is missing from the list above. */
type Missing = Exclude<EventKind, (typeof EVENT_KINDS)[number]>;
true satisfies [Missing] extends [never] ? true : false;
