/** What the tests of sessions share: events from records, the person, a record of each role that is no permission set's. */
import type { TrailEvent } from "#core/domain/event";
import type { Person } from "#core/domain/person";
import type { Session, SessionSettings } from "#core/domain/session";
import { settingsOf } from "#core/domain/sessions/durations";
import { reconstruct } from "#core/domain/sessions/reconstruct";
import { viewSession } from "#core/domain/sessions/state";
import { parseInstant, type Instant } from "#core/domain/time";
import { decodeRecord } from "#core/domain/trail/decode";
import { call, MEMBER, NAME, OWNER, record, STORE, USER } from "../../support/records.ts";

export type Json = Record<string, unknown>;

export const ADA: Person = { identityStoreArn: STORE, userId: USER, userName: NAME };
export const EIGHT_HOURS = settingsOf(480);

export function decoded(...records: unknown[]): TrailEvent[] {
  return records.map((one) => {
    const decision = decodeRecord(one);
    if (decision.outcome !== "event") throw new Error(decision.reason);
    return decision.event;
  });
}

export function rebuilt(records: unknown[], settings: SessionSettings = EIGHT_HOURS): Session[] {
  return reconstruct(ADA, decoded(...records), settings);
}

export function only(sessions: Session[], kind: Session["kind"]): Session {
  const found = sessions.filter((session) => session.kind === kind);
  if (found.length !== 1) throw new Error(`${found.length} sessions of kind ${kind}`);
  return found[0]!;
}

export function at(text: string): Instant {
  return parseInstant(text)!;
}

export function stateAt(session: Session, now: string): string {
  return viewSession(session, at(now)).state;
}

const OF_ADA = { onBehalfOf: { userId: USER, identityStoreArn: STORE } };

export const CHILD_ROLE = `arn:aws:iam::${MEMBER}:role/deployer`;
export const CHILD_ID = "AROAEXAMPLEDEPLOYER01";
export const CHILD_KEY = "ASIACHILD";

/** AssumeRole from the permission set's session that was issued at `issuedAt`. */
export function chain(time: string, issuedAt: string, response: Json | null = {}): Json {
  return call(time, issuedAt, {
    eventSource: "sts.amazonaws.com",
    eventName: "AssumeRole",
    requestParameters: { roleArn: CHILD_ROLE, roleSessionName: "deploy" },
    responseElements:
      response === null
        ? null
        : {
            credentials: { accessKeyId: CHILD_KEY },
            assumedRoleUser: {
              assumedRoleId: `${CHILD_ID}:deploy`,
              arn: `arn:aws:sts::${MEMBER}:assumed-role/deployer/deploy`,
            },
            ...response,
          },
  });
}

/** A call of another role whose record names the person. */
export function childCall(time: string, issuedAt: string, more: Json = {}): Json {
  return record(time, "s3.amazonaws.com", "ListBuckets", {
    userIdentity: {
      type: "AssumedRole",
      principalId: `${CHILD_ID}:deploy`,
      arn: `arn:aws:sts::${MEMBER}:assumed-role/deployer/deploy`,
      accountId: MEMBER,
      accessKeyId: CHILD_KEY,
      sessionContext: {
        sessionIssuer: { type: "Role", userName: "deployer", arn: CHILD_ROLE },
        attributes: { creationDate: issuedAt },
      },
      ...OF_ADA,
      ...more,
    },
    recipientAccountId: MEMBER,
  });
}

/** AssumeRole by the account access manager. */
export function entitle(time: string, parameters: Json = {}, response: Json = {}): Json {
  return record(time, "sts.amazonaws.com", "AssumeRole", {
    userIdentity: { type: "AWSService", invokedBy: "account-access.amazonaws.com", ...OF_ADA },
    requestParameters: { roleArn: CHILD_ROLE, ...parameters },
    responseElements: {
      credentials: { accessKeyId: CHILD_KEY, ...response },
      assumedRoleUser: {
        assumedRoleId: `${CHILD_ID}:deploy`,
        arn: `arn:aws:sts::${MEMBER}:assumed-role/deployer/deploy`,
      },
    },
    recipientAccountId: MEMBER,
  });
}

export const SIGN_IN_SESSION = `arn:aws:signin:eu-central-1:${MEMBER}:session/0a1b2c3d`;
export const DEVTOOLS = "arn:aws:signin:::devtools/same-device";

/** A step of `aws login`, by the permission set's session that was issued at `issuedAt`. */
export function login(time: string, name: string, issuedAt: string, more: Json = {}): Json {
  return call(time, issuedAt, {
    eventSource: "signin.amazonaws.com",
    eventName: name,
    requestParameters: { client_id: DEVTOOLS },
    additionalEventData: { signInSessionArn: SIGN_IN_SESSION },
    ...more,
  });
}

/** CreateTokenWithIAM: the grant's credential is named beside the record's caller, which is an application's role. */
export function withIam(time: string, credentialId: string, parameters: Json = {}): Json {
  return record(time, "sso-oauth.amazonaws.com", "CreateTokenWithIAM", {
    userIdentity: { type: "AssumedRole", arn: `arn:aws:sts::${OWNER}:assumed-role/app/app` },
    additionalEventData: {
      "identitystore:UserId": USER,
      "identitystore:IdentityStoreArn": STORE,
      "identitycenter:CredentialId": credentialId,
    },
    requestParameters: {
      clientId: `arn:aws:sso::${OWNER}:application/ssoins-1234567890abcdef/apl-1234567890abcdef`,
      grantType: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      ...parameters,
    },
    responseElements: { expiresIn: 3600, scope: ["sso:account:access"] },
  });
}

/** What an administrator did about the person. */
export function byAdmin(time: string, name: string, parameters: Json = {}): Json {
  return record(time, "sso-directory.amazonaws.com", name, {
    userIdentity: { type: "AssumedRole", arn: `arn:aws:sts::${OWNER}:assumed-role/admin/x` },
    requestParameters: { userId: USER, identityStoreId: "d-90670abc12", ...parameters },
  });
}

/** An administrator ends sessions by name. */
export function endSession(time: string, ...sessionIds: string[]): Json {
  return record(time, "sso.amazonaws.com", "BatchDeleteSession", {
    userIdentity: { type: "AssumedRole", arn: `arn:aws:sts::${OWNER}:assumed-role/admin/x` },
    requestParameters: { userId: USER, sessionIds },
  });
}
