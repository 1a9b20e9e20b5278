/**
 * Applications and jobs that act for people of a crowd (facts 2.3, 2.8). Guarantees that the credential of the exchange stands in every
 * portal call that follows, and that a job goes on for days, after sign-outs and beside other jobs.
 */
import { PARTITION } from "../../partition.ts";
import { DAY, Dice, HOUR, SECOND } from "../../random.ts";
import { AGENT, exchange } from "../../lives/applications.ts";
import { portalEvent } from "../../lives/portal.ts";
import { call, vend } from "../../lives/roles.ts";
import type { Session } from "../../lives/stage.ts";
import { credentialAt } from "../../lives/tokens.ts";
import type { Today } from "./today.ts";

const TOKEN_TYPE = "urn:ietf:params:oauth:token-type:";

/** A training job: the request names it (AWS: user background sessions). */
const JOB: Parameters<typeof exchange>[5] = {
  name: "notebooks",
  kind: "background",
  lasts: 7 * DAY,
  issued: "refresh_token",
  request: (region, accountId, key) => ({
    grantType: "urn:ietf:params:oauth:grant-type:token-exchange",
    subjectToken: "HIDDEN_DUE_TO_SECURITY_REASONS",
    subjectTokenType: `${TOKEN_TYPE}access_token`,
    requestedTokenType: `${TOKEN_TYPE}refresh_token`,
    resource: `arn:${PARTITION}:sagemaker:${region}:${accountId}:training-job/model-${new Dice(key).hex(6)}`,
  }),
};

/** An application trades the person's token and takes a role at once. */
export function application(today: Today): void {
  const { stage, plan, person, dice } = today;
  const at = today.beginsAt + dice.int(600, 18_000) * SECOND;
  const session = exchange(stage, plan, `application/${today.key}`, person, at, AGENT);
  work(today, session, at + 2 * SECOND, `role/${session.key}`);
}

/** A job that takes roles now and on the days after. */
export function job(today: Today): void {
  const { stage, plan, person, key } = today;
  const dice = stage.dice("crowd-job", key);
  const at = today.beginsAt + dice.int(600, 18_000) * SECOND;
  const session = exchange(stage, plan, `background/${key}`, person, at, JOB);
  let when = at + 2 * SECOND;
  for (let i = dice.int(1, 6); i > 0; i--) {
    work(today, session, when, `role/${session.key}/${i}`);
    when += dice.int(2, 20 * 60) * (HOUR / 60);
  }
}

function work(today: Today, session: Session, at: number, key: string): void {
  const { stage, plan, dice, grants } = today;
  portalEvent(stage, plan, session, "ListAccounts", at, {
    readOnly: true,
    type: "AwsApiCall",
    credentialId: credentialAt(stage, session, at),
    key: `${key}/accounts`,
  });
  const role = vend(stage, plan, session, dice.pick(grants), at + 3 * SECOND, key);
  call(stage, plan, role, role.startAt + 9 * SECOND, { key: `${role.key}/call` });
}
