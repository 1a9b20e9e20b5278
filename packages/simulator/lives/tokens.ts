/**
 * Access tokens of command lines. Guarantees one clientId for a chain, a refresh shortly before each hour is over, and another
 * access-token credential after each refresh (facts 2.3, 3.1, 5.2). Pending device-code polls issue nothing.
 */
import type { Person } from "../model.ts";
import { MINUTE, SECOND, type Dice } from "../random.ts";
import { draft, personIdentity } from "./record.ts";
import type { Plan, Session, Stage } from "./stage.ts";
import type { Device } from "./portal.ts";

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

function createToken(
  stage: Stage,
  plan: Plan,
  session: Session,
  at: number,
  grant: Grant | "refresh_token",
  issued: boolean,
  device: Device,
): void {
  const { managementAccountId, region, identityStoreId } = stage.organisation;
  const dice = stage.dice("create-token", session.key, at, grant);
  const device_code = grant === "device_code";
  const requestParameters = {
    clientId: session.clientId,
    clientSecret: HIDDEN,
    grantType: device_code ? "urn:ietf:params:oauth:grant-type:device_code" : grant,
    ...(device_code ? { deviceCode: stage.dice("device-code", session.key).alphanumeric(44) } : {}),
    ...(grant === "authorization_code"
      ? { code: HIDDEN, redirectUri: "http://127.0.0.1:49152/oauth/callback", codeVerifier: HIDDEN }
      : {}),
    ...(grant === "refresh_token" ? { refreshToken: HIDDEN } : {}),
  };
  const credential = Buffer.from(`${region}-${dice.uuid()}`).toString("hex");
  plan.drafts.push(
    draft(stage, {
      key: `${session.key}/CreateToken/${grant}/${at}`,
      at,
      step: "session",
      session,
      accountId: managementAccountId,
      region,
      source: "sso.amazonaws.com",
      name: "CreateToken",
      identity: personIdentity(stage, session.person, credential, at),
      ip: device.ip,
      userAgent: device.userAgent,
      readOnly: false,
      version: "1.08",
      request: requestParameters,
      response: issued
        ? {
            accessToken: HIDDEN,
            tokenType: "Bearer",
            expiresIn: 3600,
            refreshToken: HIDDEN,
            idToken: HIDDEN,
          }
        : null,
      more: {
        resources: [
          { accountId: managementAccountId, type: "IdentityStoreId", ARN: identityStoreId },
        ],
      },
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
  const session: Session = {
    key: start.key,
    kind: "token",
    person: start.person,
    startAt: Math.floor(start.at / SECOND) * SECOND,
    hardEndAt: start.parent.hardEndAt,
    signsOutAt: start.parent.signsOutAt,
    lastUseAt: start.at,
    parent: start.parent,
    ...start.device,
    credentialId: "",
    clientId: dice.alphanumeric(22),
    role: null,
    console: false,
    accessKeyId: "",
  };
  if (start.grant === "device_code") {
    for (let i = dice.int(1, 3); i > 0; i--)
      createToken(
        stage,
        plan,
        session,
        start.at - i * 5 * SECOND,
        "device_code",
        false,
        start.device,
      );
  }
  createToken(stage, plan, session, start.at, start.grant, true, start.device);
  for (let at = session.startAt + REFRESH_EVERY; at < start.until; at += REFRESH_EVERY) {
    createToken(stage, plan, session, at, "refresh_token", true, start.device);
  }
  plan.sessions.push(session);
  return session;
}
