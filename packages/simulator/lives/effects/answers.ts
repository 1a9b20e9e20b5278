/**
 * Records that exist only because of callers' changes: the change itself and the denied person's tools that keep trying.
 * Guarantees stable event ids: a function of the change, the session and the attempt. What the help desk and the identity provider
 * do about a denied person stands in offboarding.ts.
 */
import type { Change } from "../../model.ts";
import { PARTITION } from "../../partition.ts";
import { MINUTE, SECOND } from "../../random.ts";
import { draft, eventTime } from "../record.ts";
import { call } from "../roles.ts";
import { emptyPlan, type Draft, type Session, type Stage } from "../stage.ts";
import { DENYING, type Consequences } from "./consequences.ts";

/** `InstanceArn` on the wire is `instanceArn` in CloudTrail. */
function camel(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camel);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.charAt(0).toLowerCase() + key.slice(1),
      camel(inner),
    ]),
  );
}

/** The record of a change, in the caller's account. */
export function changeRecord(stage: Stage, change: Change): Draft {
  const { caller } = change;
  const roleId = caller.principalId.split(":")[0] ?? "";
  return draft(stage, {
    key: `change/${change.requestId}`,
    at: change.at,
    step: "outside",
    session: null,
    accountId: caller.accountId,
    region: change.region,
    source: change.eventSource,
    name: change.eventName,
    identity: {
      type: "AssumedRole",
      principalId: caller.principalId,
      arn: caller.arn,
      accountId: caller.accountId,
      accessKeyId: caller.accessKeyId,
      sessionContext: {
        sessionIssuer: {
          type: "Role",
          principalId: roleId,
          arn: `arn:${PARTITION}:iam::${caller.accountId}:role/${caller.roleName}`,
          accountId: caller.accountId,
          userName: caller.roleName,
        },
        attributes: { creationDate: eventTime(caller.issuedAt), mfaAuthenticated: "false" },
      },
    },
    ip: "10.20.30.40",
    userAgent: "aws-sdk-js/3.1138.0 ua/2.1 os/linux lang/js md/nodejs#22.19.0",
    readOnly: false,
    request: camel(change.parameters) as Record<string, unknown>,
    response: change.response === null ? null : (camel(change.response) as Record<string, unknown>),
    more: { requestID: change.requestId },
  });
}

/** Seconds after the deny at which tools try again: soon, then less and less often. */
const ATTEMPTS: [low: number, high: number][] = [
  [15, 55],
  [65, 110],
  [150, 210],
  [330, 450],
  [700, 950],
  [1500, 1900],
];

/** How long after the last planned call a session still counts as being worked with. */
const IN_USE = 65 * MINUTE;

/** What the tools in a denied person's living role sessions try in a window; still to be judged. */
export function retries(
  stage: Stage,
  consequences: Consequences,
  sessions: (around: number) => Session[],
  from: number,
  to: number,
): Draft[] {
  const plan = emptyPlan();
  const instants = new Set(
    consequences.changes
      .filter((change) => DENYING.test(change.eventName))
      .map((change) => change.effectiveAt),
  );
  for (const instant of instants) {
    if (instant >= to || instant < from - 2 * 1900 * SECOND) continue;
    for (const session of sessions(instant)) {
      const inUse =
        session.kind === "role" &&
        session.startAt <= instant &&
        instant < Math.min(session.hardEndAt, session.lastUseAt + IN_USE);
      if (
        !inUse ||
        consequences.denier(session, instant) === null ||
        consequences.denier(session, instant - 1) !== null
      )
        continue;
      ATTEMPTS.forEach(([low, high], attempt) => {
        const key = `retry/${session.key}/${instant}/${attempt}`;
        const at = instant + stage.dice("retry", key).int(low, high) * SECOND;
        if (at >= from && at < to && at < session.hardEndAt)
          call(stage, plan, { ...session }, at, { key });
      });
    }
  }
  return plan.drafts;
}
