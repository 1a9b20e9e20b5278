/**
 * Applications that act for people: a chat agent that trades its users' tokens (facts 2.3, 3.6 record 12) and notebooks that start
 * background sessions (facts 2.8). Guarantees that the token's credential joins the exchange to the portal calls that follow.
 */
import type { Person } from "../model.ts";
import { PARTITION } from "../partition.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../random.ts";
import { weekdayOf, usedGrants } from "./person-day.ts";
import { portalEvent, type Device } from "./portal.ts";
import { draft, machineIdentity } from "./record.ts";
import { call, vend } from "./roles.ts";
import type { Plan, Session, Stage } from "./stage.ts";
import { accessTokenId } from "./tokens.ts";

const HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS";
const CHAINS_A_DAY = 2;
const TOKEN_TYPE = "urn:ietf:params:oauth:token-type:";
const GRANT_TYPE = "urn:ietf:params:oauth:grant-type:";

function exchange(
  stage: Stage,
  plan: Plan,
  key: string,
  person: Person,
  at: number,
  background: boolean,
): Session {
  const { managementAccountId, instanceArn, region, identityStoreArn } = stage.organisation;
  const dice = stage.dice("exchange", key);
  const name = background ? "notebooks" : "chat-agent";
  const instance = instanceArn.split("/").at(-1) ?? "";
  const application = `arn:${PARTITION}:sso::${managementAccountId}:application/${instance}/apl-${stage.dice("application", name).hex(16)}`;
  const device: Device = {
    ip: background ? "10.44.1.20" : "10.44.1.10",
    userAgent:
      "Boto3/1.40.21 md/Botocore#1.40.21 ua/2.1 os/linux lang/python#3.12.11 exec-env/AWS_Lambda_python3.12",
  };
  const session: Session = {
    key,
    kind: background ? "background" : "application",
    person,
    startAt: at,
    hardEndAt: at + (background ? 7 * DAY : HOUR),
    signsOutAt: null,
    lastUseAt: at,
    parent: null,
    ...device,
    credentialId: accessTokenId(dice),
    clientId: application,
    role: null,
    console: false,
    accessKeyId: "",
  };
  const job = `arn:${PARTITION}:sagemaker:${region}:${managementAccountId}:training-job/forecast-${dice.hex(6)}`;
  const request = background
    ? {
        grantType: `${GRANT_TYPE}token-exchange`,
        subjectToken: HIDDEN,
        subjectTokenType: `${TOKEN_TYPE}access_token`,
        requestedTokenType: `${TOKEN_TYPE}refresh_token`,
        resource: job,
      }
    : { grantType: `${GRANT_TYPE}jwt-bearer`, scope: ["sso:account:access"], assertion: HIDDEN };
  plan.drafts.push(
    draft(stage, {
      key: `${key}/CreateTokenWithIAM`,
      at,
      step: "session",
      session,
      accountId: managementAccountId,
      region,
      source: "sso-oauth.amazonaws.com",
      name: "CreateTokenWithIAM",
      identity: machineIdentity(
        stage,
        managementAccountId,
        `${name}-role`,
        name,
        Math.floor(at / (6 * HOUR)) * 6 * HOUR,
      ),
      ...device,
      readOnly: false,
      request: { clientId: application, ...request },
      response: {
        accessToken: HIDDEN,
        expiresIn: 3600,
        tokenType: "Bearer",
        issuedTokenType: TOKEN_TYPE + (background ? "refresh_token" : "access_token"),
      },
      more: {
        additionalEventData: {
          "identitystore:UserId": person.userId,
          "identitystore:IdentityStoreArn": identityStoreArn,
          "identitycenter:CredentialId": session.credentialId,
        },
        resources: [
          { accountId: managementAccountId, type: "AWS::SSO::Application", ARN: application },
        ],
      },
    }),
  );
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
      false,
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
    exchange(stage, plan, `background/${person.userId}/${day}`, person, at, true);
}
