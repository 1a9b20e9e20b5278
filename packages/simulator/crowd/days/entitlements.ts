/**
 * Roles of the account access manager (facts 1.7): taken by its service for a person, from the browser or with a command line's token.
 * Guarantees that the caller chooses the session's name and fifteen minutes to twelve hours of life. AWS documents no record of the
 * request itself, so none is made: the service's AssumeRole and what is done with the role are all that shows.
 */
import { PARTITION } from "../../partition.ts";
import { HOUR, MINUTE, SECOND } from "../../random.ts";
import { portalEvent } from "../../lives/portal.ts";
import { draft, onBehalfOf, roleOf, sessionArn } from "../../lives/record.ts";
import { call } from "../../lives/roles.ts";
import { newSession, type RoleOf, type Session } from "../../lives/stage.ts";
import { goOn } from "./chains.ts";
import { processOf } from "./devices.ts";
import type { Desk, Today } from "./today.ts";

const SERVICE = "account-access.amazonaws.com";
const ROLES = ["auditor", "operator", "analyst"] as const;
const LIVES = [15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR] as const;

/** Takes some roles that the person is entitled to, from any of the devices. */
export function takeEntitled(today: Today, desks: readonly Desk[]): void {
  const { stage, profile, key } = today;
  const dice = stage.dice("crowd-entitled", key);
  if (!dice.chance(profile.entitlementShare)) return;
  for (let i = dice.int(1, 3); i > 0; i--) {
    const desk = dice.pick(desks);
    const { token } = desk;
    const byToken = token !== null && dice.chance(profile.entitledByToken);
    const from = byToken ? token.startAt : Math.max(desk.portal.startAt, today.beginsAt);
    const until = byToken ? desk.tokenUntil : today.endsAt;
    const at = from + dice.int(5, Math.max(6, Math.floor((until - from) / SECOND))) * SECOND;
    take(today, desk, byToken ? token : desk.portal, at, `${key}/${i}`);
  }
}

function take(today: Today, desk: Desk, parent: Session, at: number, name: string): void {
  const { stage, plan, profile } = today;
  const key = `entitlement/${name}`;
  const dice = stage.dice("crowd-entitlement", key);
  const byBrowser = parent === desk.portal;
  if (byBrowser && dice.chance(0.5))
    portalEvent(stage, plan, parent, "ListApplications", at - 3 * SECOND, {
      readOnly: true,
      key: `${key}/look`,
    });
  const session = opened(today, desk, parent, at, key, byBrowser);
  // Its credentials can be copied out of the browser.
  const inBrowser = byBrowser && !dice.chance(profile.otherToolShare);
  const working: Session = { ...session, console: inBrowser };
  const browser = { ip: desk.device.ip, userAgent: desk.device.browser };
  let when = session.startAt + SECOND;
  for (let i = dice.int(2, 5); i > 0; i--) {
    when += dice.int(1, 400) * SECOND;
    const userAgent = processOf(desk.device, "s3.ls", dice.hex(12));
    const device = inBrowser ? browser : { ip: desk.device.ip, userAgent };
    call(stage, plan, working, when, { device, key: `${key}/call/${i}` });
  }
  if (dice.chance(profile.chainedShare)) goOn(today, working, when + 5 * SECOND);
}

function opened(
  today: Today,
  desk: Desk,
  parent: Session,
  at: number,
  key: string,
  byBrowser: boolean,
): Session {
  const { stage, plan, person, grants } = today;
  const dice = stage.dice("crowd-entitlement-role", key);
  const startAt = Math.floor(at / SECOND) * SECOND + dice.int(0, 1) * SECOND;
  const role = roleFor(today, dice.pick(grants).accountId, dice.pick(ROLES), {
    sessionName: dice.pick([person.userName, "session", "work", dice.hex(8)]),
    seconds: dice.pick(LIVES) / SECOND,
  });
  const { ip, browser, commandLine } = desk.device;
  const session = newSession({
    key,
    kind: "role",
    person,
    startAt,
    hardEndAt: startAt + role.seconds * SECOND,
    parent,
    ip,
    userAgent: byBrowser ? browser : commandLine,
    role,
    console: byBrowser,
    accessKeyId: `ASIA${dice.base32(16)}`,
  });
  plan.sessions.push(session);
  plan.kinds.set(key, "entitlement-role");
  assumed(today, session);
  return session;
}

function roleFor(
  { stage }: Today,
  accountId: string,
  roleName: string,
  chosen: Pick<RoleOf, "sessionName" | "seconds">,
): RoleOf {
  return {
    accountId,
    permissionSetArn: "",
    name: "ReadOnly",
    roleName,
    roleArn: `arn:${PARTITION}:iam::${accountId}:role/${roleName}`,
    roleId: `AROA${stage.dice("plain-role", accountId, roleName).base32(17)}`,
    ...chosen,
  };
}

function assumed({ stage, plan, person }: Today, session: Session): void {
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
      identity: { type: "AWSService", invokedBy: SERVICE, onBehalfOf: onBehalfOf(stage, person) },
      ip: SERVICE,
      userAgent: SERVICE,
      readOnly: true,
      request: { roleArn, roleSessionName: sessionName, durationSeconds: seconds },
      response: {
        credentials: {
          accessKeyId: session.accessKeyId,
          sessionToken: "HIDDEN_DUE_TO_SECURITY_REASONS",
        },
        assumedRoleUser: { assumedRoleId: `${roleId}:${sessionName}`, arn: sessionArn(session) },
      },
      more: { resources: [{ accountId, type: "AWS::IAM::Role", ARN: roleArn }] },
    }),
  );
}
