/** Every way of making one assumption behind the word "contained" untrue. */
import type { Session } from "#core/domain/session";
import { DAY, HOUR, MINUTE, plus } from "#core/domain/time";
import {
  base,
  denialBy,
  MEMBER_ACCOUNT,
  OTHER_ACCOUNT,
  portal,
  roleCall,
  roleIssued,
  sessionDeleted,
} from "./records.ts";
import {
  accessRow,
  CREDENTIAL,
  DENIED_AT,
  ISSUED,
  PERSON,
  POLICY,
  REQUESTED,
  reread,
  row,
  step,
  type World,
} from "./world.ts";

const role = (change: (session: Session) => Session) => (session: Session) =>
  session.kind === "role" ? change(session) : session;
export const certainty =
  (kind: Session["kind"], value: "at-most" | "unknown") => (session: Session) =>
    session.kind === kind
      ? { ...session, endsAt: { ...session.endsAt, certainty: value } }
      : session;

export type Flip = readonly [string, (world: World) => void];

/** Each makes either world untrue. */
export const ANYWHERE: readonly Flip[] = [
  ["nothing read the directory afterwards", (world) => (world.reading = null)],
  [
    "the directory was read before the removals",
    (world) => (world.reading = { takenAt: REQUESTED, access: [] }),
  ],
  [
    "an access path is left",
    (world) => (world.reading = { takenAt: plus(REQUESTED, 10 * MINUTE), access: [accessRow] }),
  ],
  [
    "the deny is not confirmed",
    (world) => (world.steps = [step("deny-lease", "performed"), step("remove-assignment")]),
  ],
  ["the deny is not among the steps", (world) => (world.steps = [step("remove-assignment")])],
  [
    "a removal failed",
    (world) => (world.steps = [step("deny-lease"), step("remove-assignment", "failed")]),
  ],
  [
    "no organisation trail was read",
    (world) =>
      (world.coverage = [
        row(MEMBER_ACCOUNT, plus(REQUESTED, -DAY), plus(REQUESTED, 2 * DAY), "lookup-events"),
      ]),
  ],
  ["the trail begins after the request", (world) => reread(world, plus(REQUESTED, MINUTE))],
  ["the trail ends at the request", (world) => reread(world, plus(REQUESTED, -DAY), REQUESTED)],
  [
    "the role session took another role",
    (world) =>
      world.events.push(
        roleCall(PERSON, ISSUED, plus(ISSUED, MINUTE), {
          eventName: "AssumeRole",
          issuedRoleArn: `arn:aws:iam::${OTHER_ACCOUNT}:role/Deploy`,
          issuedAccessKeyId: "ASIAEXAMPLEEXAMPLE02",
        }),
      ),
  ],
  [
    "the person made an access key",
    (world) =>
      world.events.push(
        roleCall(PERSON, ISSUED, plus(ISSUED, MINUTE), { eventName: "CreateAccessKey" }),
      ),
  ],
  [
    "the person changed who may take a role",
    (world) =>
      world.events.push(
        roleCall(PERSON, ISSUED, plus(ISSUED, MINUTE), { eventName: "UpdateAssumeRolePolicy" }),
      ),
  ],
  [
    "another role session began",
    (world) => world.events.push(roleIssued(PERSON, plus(world.now, -MINUTE))),
  ],
  [
    "another portal session is known",
    (world) =>
      world.events.push(
        portal(PERSON, plus(world.now, -MINUTE), "99999999-2222-4333-8444-555555555555"),
      ),
  ],
  [
    "a role session was handed out that no record shows",
    (world) =>
      world.events.push(
        portal(PERSON, plus(REQUESTED, -MINUTE), CREDENTIAL, {
          eventName: "GetRoleCredentials",
          action: "get-role-credentials",
          targetAccountId: OTHER_ACCOUNT,
          permissionSetName: "Developer",
        }),
      ),
  ],
  [
    "a role session was handed out in an account without name",
    (world) =>
      world.events.push(
        portal(PERSON, plus(REQUESTED, -MINUTE), CREDENTIAL, {
          eventName: "Federate",
          action: "federate",
        }),
      ),
  ],
  [
    "the assignment was made again",
    (world) =>
      world.events.push({
        ...base(PERSON, plus(REQUESTED, 20 * MINUTE), "CreateAccountAssignment"),
        kind: "assignment",
        change: "created",
        targetAccountId: MEMBER_ACCOUNT,
        permissionSetArn: accessRow.permissionSetArn,
        principalType: "USER",
        principalId: PERSON.userId,
      }),
  ],
  [
    "the role session was used after its end",
    (world) =>
      (world.change = role((session) => ({ ...session, lastSeenAt: plus(REQUESTED, 3 * DAY) }))),
  ],
];

export const BY_EVENTS: readonly Flip[] = [
  ["no event ended the portal session", (world) => world.events.splice(1, 1)],
  [
    "the event names no session",
    (world) => (world.events[1] = sessionDeleted(PERSON, plus(REQUESTED, MINUTE), [])),
  ],
  [
    "the event names another session",
    (world) =>
      (world.events[1] = sessionDeleted(PERSON, plus(REQUESTED, MINUTE), [
        "99999999-2222-4333-8444-555555555555",
      ])),
  ],
  [
    "the deletion was refused",
    (world) => (world.events[1] = { ...world.events[1]!, errorCode: "AccessDenied" }),
  ],
  [
    "the portal session was used after its deletion",
    (world) =>
      world.events.push(
        portal(PERSON, plus(REQUESTED, 9 * MINUTE), CREDENTIAL, { action: "list" }),
      ),
  ],
  [
    "another policy denied the call",
    (world) => (world.events[3] = roleCall(PERSON, ISSUED, DENIED_AT, denialBy("p-region01"))),
  ],
  [
    "the denial names no policy",
    (world) =>
      (world.events[3] = roleCall(PERSON, ISSUED, DENIED_AT, {
        errorCode: "AccessDenied",
        errorMessage: "not authorized with an explicit deny in a service control policy",
      })),
  ],
  [
    "the denial names no policy and another could deny",
    (world) => {
      world.otherPolicyCouldDeny = true;
      world.events[3] = roleCall(PERSON, ISSUED, DENIED_AT, {
        errorCode: "AccessDenied",
        errorMessage: "not authorized with an explicit deny in a service control policy",
      });
    },
  ],
  [
    "the call was denied by an identity policy",
    (world) =>
      (world.events[3] = roleCall(PERSON, ISSUED, DENIED_AT, {
        errorCode: "AccessDenied",
        errorMessage: "not authorized because no identity-based policy allows it",
      })),
  ],
  [
    "the call failed for another reason",
    (world) =>
      (world.events[3] = roleCall(PERSON, ISSUED, DENIED_AT, {
        ...denialBy(POLICY),
        errorCode: "ThrottlingException",
      })),
  ],
  [
    "the denial came before the deny was in force",
    (world) => (world.denies = [{ policyId: POLICY, since: plus(DENIED_AT, 1_000) }]),
  ],
  ["the lease is not in force", (world) => (world.denies = [])],
  [
    "another session's call was denied",
    (world) =>
      (world.events[3] = roleCall(PERSON, plus(ISSUED, MINUTE), DENIED_AT, denialBy(POLICY))),
  ],
  [
    "a later call went through",
    (world) => world.events.push(roleCall(PERSON, ISSUED, plus(DENIED_AT, MINUTE))),
  ],
];

/** As an extended session's token is, which outlives the portal's duration. */
export const boundToken = (session: Session): Session =>
  session.kind === "portal"
    ? { ...session, kind: "token", endsAt: { ...session.endsAt, certainty: "at-most" } }
    : session;

export const BY_TIME: readonly Flip[] = [
  ["the portal's duration is not known", (world) => (world.portalMinutes = null)],
  [
    "the end is a bound of a token, which an extended session outlives",
    (world) => (world.change = boundToken),
  ],
  ["the portal's end is unknown", (world) => (world.change = certainty("portal", "unknown"))],
  ["the portal session has not run out", (world) => (world.portalMinutes = 2_880)],
  [
    "the role session's duration is not known",
    (world) => (world.events[1] = roleIssued(PERSON, ISSUED, null)),
  ],
  [
    "the role session's end is only a bound",
    (world) => (world.change = certainty("role", "at-most")),
  ],
  [
    "the role session has not run out",
    (world) => (world.events[1] = roleIssued(PERSON, ISSUED, 12 * 3_600)),
  ],
  [
    "the trail ends at the hard end",
    (world) => reread(world, plus(REQUESTED, -DAY), plus(ISSUED, HOUR)),
  ],
  [
    "another Region's trail ends before",
    (world) =>
      world.coverage.push({
        ...row(MEMBER_ACCOUNT, plus(REQUESTED, -DAY), REQUESTED),
        region: "us-east-1",
      }),
  ],
  [
    "the session's account is not in the trail",
    (world) =>
      (world.coverage = [row(OTHER_ACCOUNT, plus(REQUESTED, -DAY), plus(REQUESTED, 2 * DAY))]),
  ],
  [
    "the session's Region is not in the trail",
    (world) => (world.coverage = world.coverage.map((one) => ({ ...one, region: "us-east-1" }))),
  ],
];
