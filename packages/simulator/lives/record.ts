/**
 * The shapes of CloudTrail records (facts 3.1 and 3.6). Guarantees one eventID for one key, whole seconds, and the fields that
 * each kind of record has in the shape of its time. Knows nothing of who does what when.
 */
import type { Person } from "../model.ts";
import { PARTITION } from "../partition.ts";
import { Dice, SECOND } from "../random.ts";
import type { Draft, Session, Stage, Step } from "./stage.ts";

type Fields = Record<string, unknown>;

/** What a draft is made of. */
export interface Parts {
  /** Names the event for ever. */
  key: string;
  at: number;
  step: Step;
  session: Session | null;
  accountId: string;
  region: string;
  source: string;
  name: string;
  identity: Fields;
  ip: string;
  userAgent: string;
  readOnly: boolean;
  type?: "AwsApiCall" | "AwsServiceEvent" | "AwsConsoleSignIn";
  version?: string;
  request?: Fields | null;
  response?: Fields | null;
  /** Further top-level fields. */
  more?: Fields;
  action?: string;
  resource?: string;
}

/** An instant as CloudTrail writes it. */
export const eventTime = (at: number): string => new Date(at).toISOString().slice(0, 19) + "Z";

/** The id of the event that a key names. */
export const eventIdOf = (stage: Stage, key: string): string => stage.dice("event", key).uuid();

/** Makes a draft; the instant is cut to its second, as CloudTrail does. */
export function draft(stage: Stage, parts: Parts): Draft {
  const at = Math.floor(parts.at / SECOND) * SECOND;
  const dice = stage.dice("event", parts.key);
  const eventID = dice.uuid();
  if (parts.session !== null && at > parts.session.lastUseAt) parts.session.lastUseAt = at;
  return {
    at,
    step: parts.step,
    session: parts.session,
    accountId: parts.accountId,
    region: parts.region,
    ...(parts.action === undefined ? {} : { action: parts.action }),
    ...(parts.resource === undefined ? {} : { resource: parts.resource }),
    record: {
      eventVersion: parts.version ?? "1.11",
      userIdentity: parts.identity,
      eventTime: eventTime(at),
      eventSource: parts.source,
      eventName: parts.name,
      awsRegion: parts.region,
      sourceIPAddress: parts.ip,
      userAgent: parts.userAgent,
      requestParameters: parts.request ?? null,
      responseElements: parts.response ?? null,
      requestID: dice.uuid(),
      eventID,
      readOnly: parts.readOnly,
      eventType: parts.type ?? "AwsApiCall",
      managementEvent: true,
      recipientAccountId: parts.accountId,
      eventCategory: "Management",
      ...parts.more,
    },
  };
}

/** A draft of the account and Region that Identity Center lives in. */
export function centerDraft(stage: Stage, parts: Omit<Parts, "accountId" | "region">): Draft {
  const { managementAccountId: accountId, region } = stage.organisation;
  return draft(stage, { ...parts, accountId, region });
}

/** `onBehalfOf` of a person. */
export const onBehalfOf = (stage: Stage, person: Person): Fields => ({
  userId: person.userId,
  identityStoreArn: stage.organisation.identityStoreArn,
});

/** The identity of a person in an event of Identity Center, in the shape of its time. `credentialId` null: the event has none. */
export function personIdentity(
  stage: Stage,
  person: Person,
  credentialId: string | null,
  at: number,
): Fields {
  const accountId = stage.organisation.managementAccountId;
  const credential = credentialId === null ? {} : { credentialId };
  if (stage.isOld(at)) {
    return {
      type: "Unknown",
      principalId: person.userId,
      arn: "",
      accountId,
      accessKeyId: "",
      userName: person.userName,
      ...credential,
    };
  }
  return {
    type: "IdentityCenterUser",
    accountId,
    onBehalfOf: onBehalfOf(stage, person),
    ...credential,
  };
}

/** The identity of a call in a role session. `accessKeyId` differs from request to request in the console. */
export function roleIdentity(
  stage: Stage,
  session: Session,
  accessKeyId: string,
  withPerson: boolean,
): Fields {
  const role = roleOf(session);
  return {
    type: "AssumedRole",
    principalId: `${role.roleId}:${role.sessionName}`,
    arn: sessionArn(session),
    accountId: role.accountId,
    accessKeyId,
    sessionContext: {
      sessionIssuer: {
        type: "Role",
        principalId: role.roleId,
        arn: role.roleArn,
        accountId: role.accountId,
        userName: role.roleName,
      },
      attributes: { creationDate: eventTime(session.startAt), mfaAuthenticated: "false" },
    },
    ...(withPerson ? { onBehalfOf: onBehalfOf(stage, session.person) } : {}),
  };
}

/** The role of a session that must have one. */
export function roleOf(session: Session): NonNullable<Session["role"]> {
  if (session.role === null)
    throw new Error(
      `The session ${session.key} has no role; only role sessions make calls in accounts.`,
    );
  return session.role;
}

/** `arn:aws:sts::<account>:assumed-role/<role>/<session>`. */
export function sessionArn(session: Session): string {
  const role = roleOf(session);
  return `arn:${PARTITION}:sts::${role.accountId}:assumed-role/${role.roleName}/${role.sessionName}`;
}

/** An identity that is no person: a pipeline's or a service's role in an account. */
export function machineIdentity(
  stage: Stage,
  accountId: string,
  roleName: string,
  sessionName: string,
  issuedAt: number,
): Fields {
  const dice = stage.dice("machine", accountId, roleName);
  const roleId = `AROA${dice.base32(17)}`;
  const key = new Dice(stage.organisation.seed, "machine-key", accountId, roleName, issuedAt);
  return {
    type: "AssumedRole",
    principalId: `${roleId}:${sessionName}`,
    arn: `arn:${PARTITION}:sts::${accountId}:assumed-role/${roleName}/${sessionName}`,
    accountId,
    accessKeyId: `ASIA${key.base32(16)}`,
    sessionContext: {
      sessionIssuer: {
        type: "Role",
        principalId: roleId,
        arn: `arn:${PARTITION}:iam::${accountId}:role/${roleName}`,
        accountId,
        userName: roleName,
      },
      attributes: { creationDate: eventTime(issuedAt), mfaAuthenticated: "false" },
    },
  };
}
