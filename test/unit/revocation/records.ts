/** Events of one synthetic person, as the decoder would give them, with only what a test names being different. */
import type { EventBase, RoleSessionRef, TrailEvent } from "#core/domain/event";
import type { Person } from "#core/domain/person";
import { parseInstant, type Instant } from "#core/domain/time";

export const STORE = "arn:aws:identitystore::111111111111:identitystore/d-1234567890";
export const MEMBER_ACCOUNT = "222222222222";
/** Of the identity store. */
export const OWNER_ACCOUNT = "111111111111";
export const OTHER_ACCOUNT = "333333333333";
export const REGION = "eu-central-1";

export function at(text: string): Instant {
  const parsed = parseInstant(text);
  if (parsed === null) throw new RangeError(`${text} is no instant`);
  return parsed;
}

export function userIdOf(number: number): string {
  return `1234567890-${number.toString(16).padStart(8, "0")}-1111-4111-8111-111111111111`;
}

export function personOf(number: number): Person {
  return { identityStoreArn: STORE, userId: userIdOf(number), userName: `person${number}` };
}

let made = 0;

export function base(person: Person, occurredAt: Instant, eventName: string): EventBase {
  made += 1;
  return {
    eventId: `00000000-0000-4000-8000-${made.toString(16).padStart(12, "0")}`,
    eventName,
    eventSource: "test.amazonaws.com",
    occurredAt,
    region: REGION,
    accountId: MEMBER_ACCOUNT,
    person,
    subjectUserId: null,
    credentialId: null,
    sourceIp: "192.0.2.10",
    userAgent: "aws-cli/2.30.0",
    errorCode: null,
    callerArn: null,
  };
}

export function roleSession(person: Person, issuedAt: Instant): RoleSessionRef {
  return {
    accountId: MEMBER_ACCOUNT,
    roleId: "AROAEXAMPLEEXAMPLE01",
    roleName: "AWSReservedSSO_Developer_0123456789abcdef",
    sessionName: person.userName ?? "person",
    permissionSetName: "Developer",
    issuedAt,
  };
}

export function roleIssued(
  person: Person,
  issuedAt: Instant,
  durationSeconds: number | null = 3_600,
): TrailEvent {
  return {
    ...base(person, issuedAt, "AssumeRoleWithSAML"),
    kind: "role-issued",
    session: roleSession(person, issuedAt),
    durationSeconds,
  };
}

export type RoleCall = Extract<TrailEvent, { kind: "role-call" }>;

export function roleCall(
  person: Person,
  issuedAt: Instant,
  occurredAt: Instant,
  parts: Partial<RoleCall> = {},
): RoleCall {
  return {
    ...base(person, occurredAt, "DescribeInstances"),
    kind: "role-call",
    session: roleSession(person, issuedAt),
    accessKeyId: "ASIAEXAMPLEEXAMPLE01",
    errorMessage: null,
    issuedAccessKeyId: null,
    issuedRoleArn: null,
    ...parts,
  };
}

export function denialBy(policyId: string): Partial<RoleCall> {
  return {
    errorCode: "AccessDenied",
    errorMessage: `User is not authorized to perform: ec2:DescribeInstances with an explicit deny in a service control policy: arn:aws:organizations::111111111111:policy/o-example123/service_control_policy/${policyId}`,
  };
}

export type PortalEvent = Extract<TrailEvent, { kind: "portal" }>;

export function portal(
  person: Person,
  occurredAt: Instant,
  credentialId: string,
  parts: Partial<PortalEvent> = {},
): PortalEvent {
  return {
    ...base(person, occurredAt, "Authenticate"),
    kind: "portal",
    action: "authenticate",
    targetAccountId: null,
    permissionSetName: null,
    credentialId,
    ...parts,
  };
}

export type TokenGrant = Extract<TrailEvent, { kind: "token" }>;

/** One grant of the one client's chain. */
export function tokenGrant(
  person: Person,
  occurredAt: Instant,
  credentialId: string | null,
  parts: Partial<TokenGrant> = {},
): TokenGrant {
  return {
    ...base(person, occurredAt, "CreateToken"),
    kind: "token",
    grant: "authorization-code",
    clientId: "example-client",
    issued: true,
    refreshable: true,
    expiresInSeconds: 3_600,
    sessionNotOnOrAfter: null,
    credentialId,
    ...parts,
  };
}

export function sessionDeleted(
  person: Person,
  occurredAt: Instant,
  credentialIds: readonly string[],
): TrailEvent {
  return {
    ...base(person, occurredAt, "BatchDeleteSession"),
    kind: "session-deleted",
    subjectUserId: person.userId,
    credentialIds,
  };
}
