/**
 * Role sessions: how they are vended, assumed, used and chained. Guarantees (facts 2.7, 3.4) that AssumeRoleWithSAML logs another
 * access key than the session uses, that principalId and creationDate join the two, that the console changes its key with every
 * request, and that a chained session carries nothing of the person.
 */
import { PARTITION } from "../partition.ts";
import { SECOND } from "../random.ts";
import { callFor, type ApiCall } from "./calls.ts";
import { SERVICE_ADDRESS, SERVICE_AGENT, type Device } from "./places.ts";
import { portalEvent } from "./portal.ts";
import { draft, roleIdentity, roleOf, sessionArn, type Parts } from "./record.ts";
import {
  newSession,
  type Grant,
  type Plan,
  type RoleOf,
  type Session,
  type Stage,
} from "./stage.ts";
import { credentialAt } from "./tokens.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Nov 2, 2026, 12:06:00 PM`: dates inside response elements are written for a locale (facts 10.8). */
function localeTime(at: number): string {
  const date = new Date(at);
  const two = (part: number): string => String(part).padStart(2, "0");
  const hours = date.getUTCHours();
  const clock = `${hours % 12 || 12}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} ${hours < 12 ? "AM" : "PM"}`;
  return `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()}, ${clock}`;
}

/** Request and response of AssumeRoleWithSAML; its access key is not the one the session will use (facts 0.6). */
function samlExchange(
  stage: Stage,
  session: Session,
  providerArn: string,
  qualifier: string,
): Pick<Parts, "request" | "response"> {
  const role = roleOf(session);
  const dice = stage.dice("saml", session.key);
  const issuer = `https://portal.sso.${stage.organisation.region}.amazonaws.com/saml/assertion`;
  return {
    request: {
      sAMLAssertionID: `_${dice.uuid()}`,
      roleSessionName: role.sessionName,
      roleArn: role.roleArn,
      principalArn: providerArn,
      durationSeconds: role.seconds,
    },
    response: {
      credentials: {
        accessKeyId: `ASIA${dice.base32(16)}`,
        sessionToken: dice.alphanumeric(64),
        expiration: localeTime(session.hardEndAt),
      },
      assumedRoleUser: assumedRoleUser(session),
      subject: role.sessionName,
      subjectType: "persistent",
      issuer: `${issuer}/${stage.dice("issuer", role.accountId).alphanumeric(40)}`,
      audience: "https://signin.aws.amazon.com/saml",
      nameQualifier: qualifier,
    },
  };
}

const assumedRoleUser = (session: Session): Record<string, string> => ({
  assumedRoleId: `${roleOf(session).roleId}:${roleOf(session).sessionName}`,
  arn: sessionArn(session),
});

function assumeWithSaml(stage: Stage, plan: Plan, session: Session): void {
  const { accountId, roleArn, sessionName } = roleOf(session);
  const provider = stage.dice("saml-provider", accountId);
  const providerArn = `arn:${PARTITION}:iam::${accountId}:saml-provider/AWSSSO_${provider.hex(16)}_DO_NOT_DELETE`;
  const qualifier = Buffer.from(provider.hex(20), "hex").toString("base64");
  plan.drafts.push(
    draft(stage, {
      key: `${session.key}/AssumeRoleWithSAML`,
      at: session.startAt,
      step: "assume",
      session,
      accountId,
      region: stage.organisation.region,
      source: "sts.amazonaws.com",
      name: "AssumeRoleWithSAML",
      identity: {
        type: "SAMLUser",
        principalId: `${qualifier}:${sessionName}`,
        userName: sessionName,
        identityProvider: qualifier,
      },
      ip: SERVICE_ADDRESS,
      userAgent: SERVICE_AGENT,
      readOnly: true,
      ...samlExchange(stage, session, providerArn, qualifier),
      more: {
        resources: [
          { accountId, type: "AWS::IAM::Role", ARN: roleArn },
          { accountId, type: "AWS::IAM::SAMLProvider", ARN: providerArn },
        ],
      },
    }),
  );
}

/** A role session for a grant, out of a portal session (console) or a token (command line), beginning at `at`. */
export function vend(
  stage: Stage,
  plan: Plan,
  parent: Session,
  grant: Grant,
  at: number,
  key: string,
  device: Device = parent,
): Session {
  const dice = stage.dice("vend", key);
  const role = { ...stage.role(grant.accountId, grant.set), sessionName: parent.person.userName };
  const startAt = Math.floor(at / SECOND) * SECOND + dice.int(0, 1) * SECOND;
  const session = newSession({
    key,
    kind: "role",
    person: parent.person,
    startAt,
    hardEndAt: startAt + role.seconds * SECOND,
    parent,
    ip: device.ip,
    userAgent: device.userAgent,
    role,
    console: parent.kind === "portal",
    accessKeyId: `ASIA${dice.base32(16)}`,
  });
  const vendAt = Math.floor(at / SECOND) * SECOND;
  // The vend belongs to both: it is the parent's use, and what decides whether the child exists.
  const before = plan.drafts.length;
  portalEvent(stage, plan, parent, session.console ? "Federate" : "GetRoleCredentials", vendAt, {
    readOnly: !session.console,
    step: "vend",
    key: `${key}/vend`,
    device,
    credentialId: credentialAt(stage, parent, vendAt),
    details: { role_name: grant.set.name, account_id: grant.accountId },
    ...(session.console ? {} : { type: "AwsApiCall" as const }),
  });
  const vended = plan.drafts[before];
  if (vended !== undefined) vended.session = session;
  assumeWithSaml(stage, plan, session);
  if (session.console) consoleLogin(stage, plan, session);
  plan.sessions.push(session);
  return session;
}

function consoleLogin(stage: Stage, plan: Plan, session: Session): void {
  const { accountId } = roleOf(session);
  plan.drafts.push(
    draft(stage, {
      key: `${session.key}/ConsoleLogin`,
      at: session.startAt + SECOND,
      step: "assume",
      session,
      accountId,
      region: stage.organisation.region,
      source: "signin.amazonaws.com",
      name: "ConsoleLogin",
      identity: roleIdentity(stage, session, "", true),
      ip: session.ip,
      userAgent: session.userAgent,
      readOnly: false,
      type: "AwsConsoleSignIn",
      version: "1.08",
      response: { ConsoleLogin: "Success" },
      more: {
        additionalEventData: {
          MobileVersion: "No",
          MFAUsed: "No",
          LoginTo: "https://console.aws.amazon.com/console/home",
        },
      },
    }),
  );
}

/** One call in a role session. `device` differs from the session's own where somebody else holds its credentials. */
export function call(
  stage: Stage,
  plan: Plan,
  session: Session,
  at: number,
  options: { made?: ApiCall; device?: Device; key?: string } = {},
): void {
  const role = roleOf(session);
  const key = options.key ?? `${session.key}/call/${at}`;
  const dice = stage.dice("call", key);
  const made = options.made ?? callFor(role.name, role.accountId, stage.organisation.region, dice);
  const device = options.device ?? session;
  const chained = session.kind === "chained-role";
  const accessKeyId = session.console ? `ASIA${dice.base32(16)}` : session.accessKeyId;
  const withPerson = !chained && dice.chance(stage.switches.onBehalfOfShare);
  plan.drafts.push(
    draft(stage, {
      key,
      at,
      step: chained ? "chained-call" : "call",
      session,
      accountId: role.accountId,
      region: made.region ?? stage.organisation.region,
      source: made.source,
      name: made.name,
      identity: roleIdentity(stage, session, accessKeyId, withPerson),
      ip: device.ip,
      userAgent: device.userAgent,
      readOnly: made.readOnly,
      request: made.request,
      more: session.console ? { sessionCredentialFromConsole: "true" } : {},
      action: `${made.prefix}:${made.name.replace(/20\d{6}(v\d)?$/, "")}`,
      resource: made.resource,
    }),
  );
}

/** The session of a plain role of the same account, assumed out of a role session. */
function childOf(
  stage: Stage,
  parent: Session,
  at: number,
  roleName: string,
  key: string,
): Session {
  const { accountId } = roleOf(parent);
  const dice = stage.dice("chain", key);
  const startAt = Math.floor(at / SECOND) * SECOND;
  const role: RoleOf = {
    accountId,
    permissionSetArn: "",
    name: "PowerUser",
    roleName,
    roleArn: `arn:${PARTITION}:iam::${accountId}:role/${roleName}`,
    roleId: `AROA${stage.dice("plain-role", accountId, roleName).base32(17)}`,
    sessionName: `deploy-${dice.hex(8)}`,
    // AWS: a chained session lasts an hour at most, whatever the role allows (IAM User Guide, role chaining).
    seconds: 3600,
  };
  const { person, ip, userAgent } = parent;
  const hardEndAt = startAt + role.seconds * SECOND;
  const accessKeyId = `ASIA${dice.base32(16)}`;
  return newSession({
    key,
    kind: "chained-role",
    person,
    startAt,
    hardEndAt,
    parent,
    ip,
    userAgent,
    role,
    accessKeyId,
  });
}

/** Assumes a role of the account out of a role session; the child's calls name no person (facts 3.4.6). */
export function chain(
  stage: Stage,
  plan: Plan,
  parent: Session,
  at: number,
  roleName: string,
  key: string,
): Session {
  const session = childOf(stage, parent, at, roleName, key);
  const { accountId, roleArn, sessionName, seconds } = roleOf(session);
  const made: ApiCall = {
    source: "sts.amazonaws.com",
    name: "AssumeRole",
    prefix: "sts",
    readOnly: true,
    region: null,
    request: { roleArn, roleSessionName: sessionName, durationSeconds: seconds },
    resource: roleArn,
  };
  call(stage, plan, parent, session.startAt, { made, key: `${key}/AssumeRole` });
  const assumed = plan.drafts.at(-1);
  if (assumed !== undefined) {
    assumed.step = "chain";
    assumed.record["responseElements"] = {
      credentials: {
        accessKeyId: session.accessKeyId,
        sessionToken: stage.dice("chain-token", key).alphanumeric(64),
        expiration: localeTime(session.hardEndAt),
      },
      assumedRoleUser: assumedRoleUser(session),
    };
    assumed.record["resources"] = [{ accountId, type: "AWS::IAM::Role", ARN: roleArn }];
  }
  plan.sessions.push(session);
  return session;
}
