/**
 * Records of every sort with a marker in every place where a secret may stand. A marker that is found anywhere afterwards is a leak,
 * and its number tells which. `VISIBLE` is no secret: it must be found, or the search is blind.
 */
import {
  assumeRole,
  call,
  OWNER,
  portal,
  record,
  signIn,
  STORE,
  token,
  USER,
} from "#test/support/records";

type Json = Record<string, unknown>;

const AT = "2026-11-02T08:00:00Z";

/** No part of it is shorter than what a reader would recognise. */
export const MARKER = /POISON/;
export const VISIBLE = "visible-client/1.0";

/** How a marker gets into a record. */
type Poisoner = (made: Json, mark: string) => Json;

const jwt = (mark: string): string => `eyJhbGciOiJub25lIn0.${mark}.${mark}`;
const within = (made: Json, key: string, more: Json): Json => ({
  ...made,
  [key]: { ...(made[key] as Json | null), ...more },
});

const POISONERS: readonly Poisoner[] = [
  (made, mark) =>
    within(made, "additionalEventData", {
      LoginTo: `https://d-90670abc12.awsapps.com/start/?state=${mark}&auth_code=${mark}#${mark}`,
    }),
  (made, mark) =>
    within(made, "requestParameters", {
      deviceCode: mark,
      userCode: mark,
      clientSecret: mark,
      refresh_token: mark,
      codeVerifier: mark,
      newPassword: mark,
      subjectToken: [mark],
    }),
  (made, mark) =>
    within(made, "responseElements", {
      accessToken: mark,
      idToken: mark,
      refreshToken: mark,
      credentials: { secretAccessKey: mark, sessionToken: { value: mark } },
    }),
  (made, mark) => within(made, "userIdentity", { credentialId: `AAAAAG${mark}` }),
  (made, mark) =>
    within(made, "additionalEventData", { "identitycenter:CredentialId": `AAAAAG${mark}` }),
  (made, mark) => ({ ...made, userAgent: `client/1 ${jwt(mark)} Bearer ${mark}` }),
  (made, mark) => ({
    ...made,
    errorCode: "AccessDenied",
    errorMessage: `token AAAAAG${mark} at https://x.example/cb?code=${mark} and password=${mark}`,
  }),
  (made, mark) =>
    within(made, "requestParameters", {
      body: JSON.stringify({ inner: JSON.stringify({ password: mark }), clientSecret: mark }),
    }),
  (made, mark) =>
    within(made, "requestParameters", { deep: [{ deeper: [{ secret: { at: [mark] } }] }] }),
  (made, mark) => ({ ...made, resources: [{ ARN: `https://${mark}@x.example/y?z=${mark}` }] }),
  (made, mark) => ({ ...made, [jwt(mark)]: mark.length, sourceIPAddress: `IQoJ${mark}` }),
  (made, mark) => ({ ...made, sharedEventID: jwt(mark), vpcEndpointId: `aoaAAAAAG:${mark}` }),
  (made, mark) =>
    within(made, "additionalEventData", { signInSessionArn: `arn:aws:signin:x?token=${mark}` }),
  (made, mark) => within(made, "userIdentity", { userName: jwt(mark), extra: `Basic ${mark}` }),
];

const administrator: Json = {
  type: "IAMUser",
  arn: `arn:aws:iam::${OWNER}:user/admin`,
  accountId: OWNER,
};

/** One of each sort: read to an event, known and unknown; unreadable; another service's. */
const SORTS: readonly (() => Json)[] = [
  () => signIn(AT),
  () => portal(AT, "Authenticate"),
  () => portal(AT, "FrobnicateToken"),
  () => token(AT, "device"),
  () => assumeRole(AT),
  () => call(AT, AT),
  () => call(AT, AT, { eventSource: "signin.amazonaws.com", eventName: "CreateOAuth2Token" }),
  () => record(AT, "sso-oauth.amazonaws.com", "CreateTokenWithIAM"),
  () =>
    record(AT, "sso-directory.amazonaws.com", "CreateBearerToken", { userIdentity: administrator }),
  () =>
    record(AT, "identitystore-scim.amazonaws.com", "PatchUser", {
      requestParameters: { id: USER },
    }),
  () => record(AT, "account-access.amazonaws.com", "CreateEntitlement"),
  () => record(AT, "sso.amazonaws.com", "UpdateSSOConfiguration", { userIdentity: administrator }),
  () => record(AT, "identitystore.amazonaws.com", "Frobnicate", { x: STORE }),
  () => record(AT, "ec2.amazonaws.com", "RunInstances"),
  () => ({ ...portal(AT, "Logout"), eventID: "none" }),
  () => ({ ...token(AT, "code"), eventTime: "now" }),
  () => ({ ...portal(AT, "Logout"), userAgent: "a\u0000b" }),
];

function poisoned(): Json[] {
  let count = 0;
  return SORTS.flatMap((make) =>
    POISONERS.map((poison) => {
      count += 1;
      return poison(make(), `POISON${String(count).padStart(4, "0")}Zq3xW9vKPOISON`);
    }),
  );
}

/** Every sort with every poison, and one record that can be found again. */
export function poisonedRecords(): Json[] {
  return [portal(AT, "ListAccounts", undefined, { userAgent: VISIBLE }), ...poisoned()];
}

/** Lines that end within a record: after a marker, within one, and at its quarters. */
export function brokenLines(): string[] {
  return poisoned().flatMap((made) => {
    const json = JSON.stringify(made);
    const marked = json.indexOf("POISON");
    const last = json.lastIndexOf("POISON");
    return [marked + 6, marked + 12, last + 6, Math.floor(json.length / 2), json.length - 1].map(
      (end) => json.slice(0, end),
    );
  });
}
