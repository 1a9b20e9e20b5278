/**
 * Roles that people take through account access manager. The records' shapes are inferred where AWS documents none (facts 2.7).
 * Guarantees that they follow callers' changes as other role sessions do; the ground truth does not tell of these sessions.
 */
import type { Entitlement } from "../../access.ts";
import type { Person } from "../../model.ts";
import { HOUR, MINUTE, SECOND } from "../../random.ts";
import { centerDraft, draft, personIdentity, roleOf, sessionArn } from "../record.ts";
import { call } from "../roles.ts";
import { seat } from "./seat.ts";
import { newSession, type Plan, type Session, type Stage } from "../stage.ts";

const SERVICE = "account-access.amazonaws.com";

/** Adds what entitled people do on a day. */
export function planEntitlements(stage: Stage, plan: Plan, day: number): void {
  const { people, estate } = stage.organisation;
  const of = (profile: Person["profile"]): Person[] =>
    people.filter((person) => person.profile === profile);
  const analysts = of("analyst");
  const steward = estate.entitlements.find((one) => one.principal.id === analysts[2]?.userId);
  const reviewer = estate.entitlements.find((one) => one.principal.type === "GROUP");
  useEntitlement(stage, plan, day, analysts[2], steward);
  useEntitlement(stage, plan, day, analysts[7], reviewer);
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
