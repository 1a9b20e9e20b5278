/**
 * Roles that people take through account access manager, and `aws login` on the command line: ways into an account without the
 * portal's GetRoleCredentials. The records' shapes are inferred where AWS documents none (facts 2.7, 2.9). Guarantees that
 * they follow callers' changes as other role sessions do; the ground truth does not tell of entitled sessions.
 */
import type { Entitlement } from "../access.ts";
import type { Person } from "../model.ts";
import { PARTITION } from "../partition.ts";
import { HOUR, MINUTE, SECOND } from "../random.ts";
import type { ApiCall } from "./calls.ts";
import { portalOfDay, shapeOf, usedGrants } from "./person-day.ts";
import { running, traitsOf, type Device } from "./places.ts";
import { centerDraft, draft, personIdentity, roleOf, sessionArn } from "./record.ts";
import { call, vend } from "./roles.ts";
import { emptyPlan, newSession, type Plan, type Session, type Stage } from "./stage.ts";

const SERVICE = "account-access.amazonaws.com";
/** Client of `aws login` on the same machine (facts 2.9). */
const DEVTOOLS = `arn:${PARTITION}:signin:::devtools/same-device`;

/** Adds what entitled people and those who use `aws login` do on a day. */
export function planEntitled(stage: Stage, plan: Plan, day: number): void {
  const { people, estate } = stage.organisation;
  const of = (profile: Person["profile"]): Person[] =>
    people.filter((person) => person.profile === profile);
  const analysts = of("analyst");
  const steward = estate.entitlements.find((one) => one.principal.id === analysts[2]?.userId);
  const reviewer = estate.entitlements.find((one) => one.principal.type === "GROUP");
  useEntitlement(stage, plan, day, analysts[2], steward);
  useEntitlement(stage, plan, day, analysts[7], reviewer);
  for (const person of of("engineer").slice(2, 4)) login(stage, plan, day, person);
}

/** The portal session that the person has on that day, made again; null on a day off. */
function seat(stage: Stage, person: Person, day: number): { portal: Session; at: number } | null {
  const shape = shapeOf(stage, person, day);
  const dice = stage.dice("entitled", person.userId, day);
  if (!shape.active || !dice.chance(0.6)) return null;
  const portal = portalOfDay(stage, emptyPlan(), person, day, false);
  const at = Math.max(portal.startAt, shape.beginsAt) + HOUR + dice.int(0, 50) * MINUTE;
  return at < shape.endsAt - HOUR ? { portal, at } : null;
}

function useEntitlement(
  stage: Stage,
  plan: Plan,
  day: number,
  person: Person | undefined,
  held: Entitlement | undefined,
): void {
  if (person === undefined || held === undefined) return;
  const place = seat(stage, person, day);
  if (place === null || place.at < held.from || place.at >= (held.to ?? Infinity)) return;
  const session = entitledSession(stage, place.portal, held, place.at, day);
  askForRole(stage, plan, session, held, place.at);
  assume(stage, plan, session);
  for (let i = 1; i <= 4; i++) call(stage, plan, session, session.startAt + i * 3 * MINUTE);
}

function entitledSession(
  stage: Stage,
  portal: Session,
  held: Entitlement,
  at: number,
  day: number,
): Session {
  const { person } = portal;
  const role = stage.organisation.estate.roles.find((one) => one.arn === held.roleArn);
  if (role === undefined) throw new Error(`No role has the ARN ${held.roleArn}.`);
  const key = `entitled/${person.userId}/${day}`;
  const startAt = Math.floor(at / SECOND) * SECOND + SECOND;
  return newSession({
    key,
    kind: "role",
    person,
    startAt,
    hardEndAt: startAt + HOUR,
    parent: portal,
    ip: portal.ip,
    userAgent: portal.userAgent,
    role: {
      accountId: held.accountId,
      permissionSetArn: "",
      name: "ReadOnly",
      roleName: role.name,
      roleArn: role.arn,
      roleId: role.roleId,
      // The service logs ids only, no names.
      sessionName: person.userId,
      seconds: 3600,
    },
    console: true,
    accessKeyId: `ASIA${stage.dice("entitled-key", key).base32(16)}`,
  });
}

function askForRole(
  stage: Stage,
  plan: Plan,
  session: Session,
  held: Entitlement,
  at: number,
): void {
  const { credentialId } = session.parent ?? session;
  plan.drafts.push(
    centerDraft(stage, {
      key: `${session.key}/GetRoleCredentials`,
      at,
      step: "vend",
      session,
      source: SERVICE,
      name: "GetRoleCredentials",
      identity: personIdentity(stage, session.person, credentialId, at),
      ip: session.ip,
      userAgent: session.userAgent,
      readOnly: true,
      request: {
        applicationArn: held.applicationArn,
        roleArn: held.roleArn,
        account: held.accountId,
      },
    }),
  );
}

function assume(stage: Stage, plan: Plan, session: Session): void {
  const { accountId, roleArn, roleId, sessionName, seconds } = roleOf(session);
  plan.drafts.push(
    draft(stage, {
      key: `${session.key}/AssumeRole`,
      at: session.startAt,
      step: "assume",
      session,
      accountId,
      region: stage.organisation.region,
      source: "sts.amazonaws.com",
      name: "AssumeRole",
      identity: { type: "AWSService", invokedBy: SERVICE },
      ip: SERVICE,
      userAgent: SERVICE,
      readOnly: true,
      request: { roleArn, roleSessionName: sessionName, durationSeconds: seconds },
      response: {
        credentials: { accessKeyId: session.accessKeyId },
        assumedRoleUser: { assumedRoleId: `${roleId}:${sessionName}`, arn: sessionArn(session) },
      },
      more: { resources: [{ accountId, type: "AWS::IAM::Role", ARN: roleArn }] },
    }),
  );
}

/** From a console session the command line gets credentials of its own; the portal hears nothing of it. */
function login(stage: Stage, plan: Plan, day: number, person: Person): void {
  const place = seat(stage, person, day);
  if (place === null) return;
  const [grant] = usedGrants(stage, person, place.at);
  if (grant === undefined) return;
  const session = vend(stage, plan, place.portal, grant, place.at, `login/${person.userId}/${day}`);
  const { accountId } = roleOf(session);
  const signInSessionArn = `arn:${PARTITION}:signin:${stage.organisation.region}:${accountId}:session/${stage.dice("sign-in-session", session.key).uuid()}`;
  const { commandLine } = traitsOf(stage, person);
  const terminal: Device = { ip: session.ip, userAgent: running(commandLine, "login") };
  const step = (name: string, after: number, device: Device, grantType?: string): void => {
    const made: ApiCall = {
      source: "signin.amazonaws.com",
      name,
      prefix: "signin",
      readOnly: false,
      region: null,
      request: {
        client_id: DEVTOOLS,
        ...(grantType === undefined ? {} : { grant_type: grantType }),
      },
      resource: "*",
    };
    const options = { made, device, key: `${session.key}/${name}` };
    call(stage, plan, session, session.startAt + after, options);
    const last = plan.drafts.at(-1);
    if (last !== undefined) last.record["additionalEventData"] = { signInSessionArn };
  };
  step("AuthorizeOAuth2Access", 40 * SECOND, session);
  step("CreateOAuth2Token", 42 * SECOND, terminal, "authorization_code");
}
