/** CloudTrail records of one synthetic person, in the shapes that AWS documents or that were seen. */

export const STORE = "arn:aws:identitystore::111122223333:identitystore/d-90670abc12";
export const OWNER = "111122223333";
export const MEMBER = "444455556666";
export const USER = "c4e8f4a8-10d1-70ab-9f00-0a1b2c3d4e5f";
export const NAME = "ada@corp.example";
export const HOME = "198.51.100.23";
export const BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0";
export const CLI = "aws-cli/2.34.30 md/command#sso.login";

type Json = Record<string, unknown>;

let counter = 0;

/** A GUID that tells the order in which records were made. */
export function guid(): string {
  counter += 1;
  return `00000000-0000-4000-8000-${counter.toString(16).padStart(12, "0")}`;
}

export function record(time: string, source: string, name: string, more: Json = {}): Json {
  return {
    eventVersion: "1.11",
    userIdentity: {
      type: "IdentityCenterUser",
      accountId: OWNER,
      onBehalfOf: { userId: USER, identityStoreArn: STORE },
    },
    eventTime: time,
    eventSource: source,
    eventName: name,
    awsRegion: "eu-central-1",
    sourceIPAddress: HOME,
    userAgent: BROWSER,
    requestParameters: null,
    responseElements: null,
    eventID: guid(),
    eventType: "AwsServiceEvent",
    recipientAccountId: OWNER,
    eventCategory: "Management",
    ...more,
  };
}

function identity(more: Json): Json {
  return {
    type: "IdentityCenterUser",
    accountId: OWNER,
    onBehalfOf: { userId: USER, identityStoreArn: STORE },
    ...more,
  };
}

export function signIn(time: string, more: Json = {}): Json {
  return record(time, "signin.amazonaws.com", "UserAuthentication", {
    additionalEventData: {
      AuthWorkflowID: guid(),
      CredentialType: "EXTERNAL_IDP",
      LoginTo: "https://d-90670abc12.awsapps.com/start/?state=SECRETSTATE&auth_code=SECRETCODE",
      UserName: NAME,
    },
    serviceEventDetails: { UserAuthentication: "Success" },
    ...more,
  });
}

export const PORTAL = "6a1f2c3d-1111-4222-8333-444455556666";
export const TOKEN = `AAAAAG${"x7Kq".repeat(21)}`;

export function portal(time: string, name: string, credentialId = PORTAL, more: Json = {}): Json {
  return record(time, "sso.amazonaws.com", name, {
    userIdentity: identity({ credentialId }),
    ...more,
  });
}

/** GetRoleCredentials or Federate. */
export function vend(time: string, name: string, credentialId: string, more: Json = {}): Json {
  return portal(time, name, credentialId, {
    serviceEventDetails: { role_name: "PowerUser", account_id: MEMBER },
    ...more,
  });
}

const GRANT = {
  device: "urn:ietf:params:oauth:grant-type:device_code",
  code: "authorization_code",
  refresh: "refresh_token",
};

export function token(time: string, grant: keyof typeof GRANT, more: Json = {}): Json {
  return record(time, "sso.amazonaws.com", "CreateToken", {
    userIdentity: identity({ credentialId: "65752d63656e7472616c2d312d00ff" }),
    userAgent: CLI,
    eventType: "AwsApiCall",
    requestParameters: {
      clientId: "clientAda",
      clientSecret: "HIDDEN_DUE_TO_SECURITY_REASONS",
      grantType: GRANT[grant],
      ...(grant === "device" ? { deviceCode: "SECRETDEVICECODE" } : {}),
    },
    responseElements: {
      accessToken: "HIDDEN_DUE_TO_SECURITY_REASONS",
      refreshToken: "HIDDEN_DUE_TO_SECURITY_REASONS",
      expiresIn: 3600,
      tokenType: "Bearer",
    },
    ...more,
  });
}

const ROLE = "AWSReservedSSO_PowerUser_0a1b2c3d4e5f6a7b";
const ROLE_ID = "AROAEXAMPLEPOWERUSER1";

export function assumeRole(time: string, durationSeconds = 3600): Json {
  return record(time, "sts.amazonaws.com", "AssumeRoleWithSAML", {
    userIdentity: { type: "SAMLUser", principalId: `nq:${NAME}`, userName: NAME },
    sourceIPAddress: "192.0.2.250",
    requestParameters: {
      roleSessionName: NAME,
      roleArn: `arn:aws:iam::${MEMBER}:role/aws-reserved/sso.amazonaws.com/eu-central-1/${ROLE}`,
      durationSeconds,
    },
    responseElements: {
      credentials: {
        accessKeyId: "ASIALOGGED",
        sessionToken: `IQoJb3JpZ2luX2Vj${"S".repeat(200)}`,
      },
      assumedRoleUser: {
        assumedRoleId: `${ROLE_ID}:${NAME}`,
        arn: `arn:aws:sts::${MEMBER}:assumed-role/${ROLE}/${NAME}`,
      },
    },
    recipientAccountId: MEMBER,
  });
}

/** A call of the role session that began at `issuedAt`. */
export function call(time: string, issuedAt: string, more: Json = {}, behalf = true): Json {
  return record(time, "s3.amazonaws.com", "ListBuckets", {
    userIdentity: {
      type: "AssumedRole",
      principalId: `${ROLE_ID}:${NAME}`,
      arn: `arn:aws:sts::${MEMBER}:assumed-role/${ROLE}/${NAME}`,
      accountId: MEMBER,
      accessKeyId: "ASIAUSED",
      sessionContext: {
        sessionIssuer: { type: "Role", userName: ROLE },
        attributes: { creationDate: issuedAt, mfaAuthenticated: "false" },
      },
      ...(behalf ? { onBehalfOf: { userId: USER, identityStoreArn: STORE } } : {}),
    },
    recipientAccountId: MEMBER,
    ...more,
  });
}
