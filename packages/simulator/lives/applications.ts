/**
 * Applications that act for people: a chat agent that trades its users' tokens (facts 2.3, 3.6 record 12) and notebooks that start
 * background sessions (facts 2.8). Guarantees that the token's credential joins the exchange to the portal calls that follow.
 */
import type { Person } from "../model.ts";
import { PARTITION } from "../partition.ts";
import { DAY, Dice, HOUR, MINUTE, SECOND } from "../random.ts";
import { weekdayOf, usedGrants } from "./person-day.ts";
import type { Device } from "./places.ts";
import { portalEvent } from "./portal.ts";
import { centerDraft, machineIdentity } from "./record.ts";
import { call, vend } from "./roles.ts";
import { newSession, type Plan, type Session, type Stage } from "./stage.ts";
import { accessTokenId } from "./tokens.ts";

const HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS";
const CHAINS_A_DAY = 2;
const TOKEN_TYPE = "urn:ietf:params:oauth:token-type:";
const GRANT_TYPE = "urn:ietf:params:oauth:grant-type:";

const DEVICE: Device = {
  ip: "10.44.1.10",
  userAgent:
    "Boto3/1.40.21 md/Botocore#1.40.21 ua/2.1 os/linux lang/python#3.12.11 exec-env/AWS_Lambda_python3.12",
};

interface Exchange {
  name: string;
  kind: "application" | "background";
  lasts: number;
  issued: string;
  request: (region: string, accountId: string, key: string) => Record<string, unknown>;
}

/** The agent asks for the accounts of whoever talks to it. */
export const AGENT: Exchange = {
  name: "chat-agent",
  kind: "application",
  lasts: HOUR,
  issued: "access_token",
  request: () => ({
    grantType: `${GRANT_TYPE}jwt-bearer`,
    scope: ["sso:account:access"],
    assertion: HIDDEN,
  }),
};

/** A notebook's job goes on after its user has signed out; only the trail says which job (facts 2.8). */
const NOTEBOOK: Exchange = {
  name: "notebooks",
  kind: "background",
  lasts: 7 * DAY,
  issued: "refresh_token",
  request: (region, accountId, key) => ({
    grantType: `${GRANT_TYPE}token-exchange`,
    subjectToken: HIDDEN,
    subjectTokenType: `${TOKEN_TYPE}access_token`,
    requestedTokenType: `${TOKEN_TYPE}refresh_token`,
    resource: `arn:${PARTITION}:sagemaker:${region}:${accountId}:training-job/forecast-${new Dice(key).hex(6)}`,
  }),
};

/** The application's ARN in Identity Center. */
function applicationArn(stage: Stage, name: string): string {
  const { managementAccountId, instanceArn } = stage.organisation;
  const instance = instanceArn.split("/").at(-1) ?? "";
  const id = `apl-${stage.dice("application", name).hex(16)}`;
  return `arn:${PARTITION}:sso::${managementAccountId}:application/${instance}/${id}`;
}

/** One CreateTokenWithIAM and the session it begins. */
export function exchange(
  stage: Stage,
  plan: Plan,
  key: string,
  person: Person,
  at: number,
  what: Exchange,
): Session {
  const { managementAccountId: accountId, region, identityStoreArn } = stage.organisation;
  const ARN = applicationArn(stage, what.name);
  const { kind, lasts, issued, name } = what;
  const credentialId = accessTokenId(stage.dice("exchange", key));
  const bounds = { startAt: at, hardEndAt: at + lasts };
  const session = newSession({ key, kind, person, ...bounds, ...DEVICE, credentialId });
  const issuedAt = Math.floor(at / (6 * HOUR)) * 6 * HOUR;
  const issuedTokenType = TOKEN_TYPE + issued;
  const made = centerDraft(stage, {
    key: `${key}/CreateTokenWithIAM`,
    at,
    step: "session",
    session,
    source: "sso-oauth.amazonaws.com",
    name: "CreateTokenWithIAM",
    identity: machineIdentity(stage, accountId, `${name}-role`, name, issuedAt),
    ...DEVICE,
    readOnly: false,
    request: { clientId: ARN, ...what.request(region, accountId, key) },
    response: { accessToken: HIDDEN, expiresIn: 3600, tokenType: "Bearer", issuedTokenType },
    more: {
      additionalEventData: {
        "identitystore:UserId": person.userId,
        "identitystore:IdentityStoreArn": identityStoreArn,
        "identitycenter:CredentialId": credentialId,
      },
      resources: [{ accountId, type: "AWS::SSO::Application", ARN }],
    },
  });
  plan.drafts.push(made);
  plan.sessions.push(session);
  return session;
}

/** Adds a day's application and background sessions. */
export function planApplications(stage: Stage, plan: Plan, day: number): void {
  const weekday = weekdayOf(day);
  if (weekday === 0 || weekday === 6) return;
  const dice = stage.dice("applications", day);
  const analysts = stage.organisation.people.filter((person) => person.profile === "analyst");
  for (let i = 0; i < CHAINS_A_DAY; i++) {
    const person = dice.pick(analysts);
    const at = day * DAY + dice.int(9 * 60, 16 * 60) * MINUTE;
    const [grant] = dice.shuffle(usedGrants(stage, person, at));
    if (!stage.isHere(person, at) || grant === undefined) continue;
    const session = exchange(
      stage,
      plan,
      `application/${person.userId}/${day}/${i}`,
      person,
      at,
      AGENT,
    );
    portalEvent(stage, plan, session, "ListAccounts", at + 2 * SECOND, {
      readOnly: true,
      type: "AwsApiCall",
    });
    const role = vend(stage, plan, session, grant, at + 5 * SECOND, `role/${session.key}`);
    for (let n = 1; n <= 3; n++)
      call(stage, plan, role, role.startAt + n * dice.int(4, 90) * SECOND, {
        key: `${role.key}/call/${n}`,
      });
  }
  if (weekday !== 2) return;
  const person = dice.pick(analysts);
  const at = day * DAY + dice.int(9 * 60, 16 * 60) * MINUTE;
  if (stage.isHere(person, at))
    exchange(stage, plan, `background/${person.userId}/${day}`, person, at, NOTEBOOK);
}
