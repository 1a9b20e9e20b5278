/**
 * A CloudTrail record that concerns Identity Center, decoded: a closed union by `kind`. Whatever an event says of a secret is
 * gone before it becomes one (see `trail/redact.ts`). What is unknown is null; nothing is guessed here.
 */
import type { PersonKey } from "./person.ts";
import type { Instant } from "./time.ts";

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
}

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

export type TrailEvent = EventBase &
  (
    | {
        readonly kind: "sign-in-step";
        readonly step: "challenge" | "verification" | "authentication";
        readonly workflowId: string | null;
        readonly credentialTypes: readonly string[];
        readonly outcome: "success" | "failure" | "unknown";
        /** The name typed or asserted; null when masked or absent. */
        readonly userName: string | null;
      }
    | {
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
    | {
        readonly kind: "token";
        readonly grant: "device-code" | "authorization-code" | "refresh" | "other";
        readonly clientId: string | null;
        /** False for a poll that found the device code still pending. */
        readonly issued: boolean;
        readonly refreshable: boolean;
        readonly expiresInSeconds: number | null;
        /** `identitycenter:SessionNotOnOrAfter`, where the record has it. */
        readonly sessionNotOnOrAfter: Instant | null;
      }
    | {
        readonly kind: "token-with-iam";
        readonly applicationArn: string | null;
        readonly grantType: string | null;
        readonly scopes: readonly string[];
        readonly issued: boolean;
        readonly expiresInSeconds: number | null;
        readonly requestedTokenType: string | null;
        /** The job of a background session. */
        readonly resourceArn: string | null;
      }
    | {
        readonly kind: "role-issued";
        readonly session: RoleSessionRef;
        readonly durationSeconds: number | null;
      }
    | {
        readonly kind: "role-call";
        readonly session: RoleSessionRef;
        readonly accessKeyId: string | null;
        readonly errorMessage: string | null;
        /** Access key issued by a chained `AssumeRole`, and the role it leads to. */
        readonly issuedAccessKeyId: string | null;
        readonly issuedRoleArn: string | null;
      }
    | {
        readonly kind: "assignment";
        readonly change: "created" | "deleted";
        readonly targetAccountId: string | null;
        readonly permissionSetArn: string | null;
        readonly principalType: string | null;
        readonly principalId: string | null;
      }
    | {
        readonly kind: "membership";
        readonly change: "added" | "removed";
        readonly groupId: string | null;
        readonly memberUserId: string | null;
        readonly membershipId: string | null;
      }
    | {
        readonly kind: "directory-user";
        readonly change: "created" | "updated" | "deleted" | "disabled" | "enabled" | "credentials";
      }
    | {
        readonly kind: "session-deleted";
        /** Credential ids that the request names; empty when it names none. */
        readonly credentialIds: readonly string[];
      }
    | {
        readonly kind: "policy-updated";
        readonly policyId: string | null;
      }
    /** Administration that is kept and shown but that no session or rule reads yet. */
    | { readonly kind: "administration" }
    /** An Identity Center event whose name the catalogue does not know: kept and counted. */
    | { readonly kind: "unknown" }
  );

export type EventKind = TrailEvent["kind"];

/** Every kind, for exhaustive tables and the database's CHECK. */
export const EVENT_KINDS = [
  "sign-in-step",
  "portal",
  "token",
  "token-with-iam",
  "role-issued",
  "role-call",
  "assignment",
  "membership",
  "directory-user",
  "session-deleted",
  "policy-updated",
  "administration",
  "unknown",
] as const satisfies readonly EventKind[];
