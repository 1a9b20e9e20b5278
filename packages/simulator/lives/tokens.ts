/**
 * Access tokens of command lines. Guarantees one clientId for a chain, a refresh shortly before each hour is over, and another
 * access-token credential after each refresh (facts 2.3, 3.1, 5.2). Pending device-code polls issue nothing.
 */
import type { Person } from "../model.ts";
import { MINUTE, SECOND, type Dice } from "../random.ts";
import { centerDraft, personIdentity } from "./record.ts";
import { newSession, type Plan, type Session, type Stage } from "./stage.ts";
import type { Device } from "./places.ts";

/** From one refresh to the next: the token lives an hour and tools renew it in its last minutes. */
export const REFRESH_EVERY = 57 * MINUTE;

export type Grant = "authorization_code" | "device_code";

const HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS";
const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** An id of an access token: another form than portal credentials (facts 3.1). */
export function accessTokenId(dice: Dice): string {
  let out = "AAAAAG";
  for (let i = 0; i < 84; i++) out += BASE64URL[dice.int(0, 63)];
  return out;
}

/** The credential of a session at an instant: a chain of grants has another after each refresh, others keep theirs. */
export function credentialAt(stage: Stage, session: Session, at: number): string {
  if (session.kind !== "token") return session.credentialId;
  const refreshes = Math.max(0, Math.floor((at - session.startAt) / REFRESH_EVERY));
  return accessTokenId(stage.dice("access-token", session.key, refreshes));
}

/** Request parameters of a grant; what is secret is masked by AWS, except the device code (facts 2.3). */
function requestOf(
  stage: Stage,
  session: Session,
  grant: Grant | "refresh_token",
): Record<string, string> {
  const client = { clientId: session.clientId, clientSecret: HIDDEN };
  if (grant === "refresh_token") return { ...client, grantType: grant, refreshToken: HIDDEN };
  if (grant === "authorization_code") {
    const redirectUri = "http://127.0.0.1:49152/oauth/callback";
    return { ...client, grantType: grant, code: HIDDEN, redirectUri, codeVerifier: HIDDEN };
  }
  const deviceCode = stage.dice("device-code", session.key).alphanumeric(44);
  return { ...client, grantType: "urn:ietf:params:oauth:grant-type:device_code", deviceCode };
}

const ISSUED = {
  accessToken: HIDDEN,
  tokenType: "Bearer",
  expiresIn: 3600,
  refreshToken: HIDDEN,
  idToken: HIDDEN,
};

function createToken(
  stage: Stage,
  plan: Plan,
  session: Session,
  at: number,
  grant: Grant | "refresh_token",
  issued: boolean,
): void {
  const { managementAccountId: accountId, region, identityStoreId } = stage.organisation;
  const key = `${session.key}/CreateToken/${grant}/${at}`;
  // Another form again than the access token's id, and not the same value (facts 3.1).
  const credential = Buffer.from(`${region}-${stage.dice("grant", key).uuid()}`).toString("hex");
  plan.drafts.push(
    centerDraft(stage, {
      key,
      at,
      step: "session",
      session,
      source: "sso.amazonaws.com",
      name: "CreateToken",
      identity: personIdentity(stage, session.person, credential, at),
      ip: session.ip,
      userAgent: session.userAgent,
      readOnly: false,
      version: "1.08",
      request: requestOf(stage, session, grant),
      response: issued ? ISSUED : null,
      more: { resources: [{ accountId, type: "IdentityStoreId", ARN: identityStoreId }] },
    }),
  );
}

/** What begins a chain of grants. */
export interface TokenStart {
  key: string;
  person: Person;
  at: number;
  grant: Grant;
  device: Device;
  /** Portal session in whose browser the person approved. */
  parent: Session;
  /** Refreshes go on until then. */
  until: number;
}

/** A chain of grants: the first and its refreshes. */
export function openToken(stage: Stage, plan: Plan, start: TokenStart): Session {
  const dice = stage.dice("token", start.key);
  const session = newSession({
    key: start.key,
    kind: "token",
    person: start.person,
    startAt: Math.floor(start.at / SECOND) * SECOND,
    hardEndAt: start.parent.hardEndAt,
    signsOutAt: start.parent.signsOutAt,
    parent: start.parent,
    ...start.device,
    clientId: dice.alphanumeric(22),
  });
  if (start.grant === "device_code") {
    for (let i = dice.int(1, 3); i > 0; i--) {
      createToken(stage, plan, session, session.startAt - i * 5 * SECOND, "device_code", false);
    }
  }
  createToken(stage, plan, session, session.startAt, start.grant, true);
  for (let at = session.startAt + REFRESH_EVERY; at < start.until; at += REFRESH_EVERY) {
    createToken(stage, plan, session, at, "refresh_token", true);
  }
  plan.sessions.push(session);
  return session;
}
