/**
 * AWS Config's recorder, on in every account from the day a demo opens. Guarantees a record an hour in each account and each Region
 * that people's calls are made in: without any, nobody could tell a quiet account from one whose trail is not delivered. The history
 * before has none, to stay small.
 */
import { PARTITION } from "../partition.ts";
import { DAY, HOUR, MINUTE } from "../random.ts";
import { GLOBAL_REGION } from "./calls.ts";
import { draft } from "./record.ts";
import type { Plan, Stage } from "./stage.ts";

const SERVICE = "config.amazonaws.com";
const ROLE = "AWSServiceRoleForConfig";

/** Adds a UTC day's records. */
export function planRecorder(stage: Stage, plan: Plan, day: number): void {
  const { accounts, anchor, historyDays, region } = stage.organisation;
  if (day * DAY < anchor + historyDays * DAY) return;
  for (const account of accounts.filter((candidate) => candidate.status === "ACTIVE")) {
    for (const place of new Set([region, GLOBAL_REGION])) {
      // The service keeps its minute of the hour, so that two records are never more than an hour apart.
      const minute = stage.dice("recorder", account.id, place).int(0, 59);
      for (let hour = 0; hour < 24; hour++)
        assume(stage, plan, account.id, place, day * DAY + hour * HOUR + minute * MINUTE);
    }
  }
}

function assume(stage: Stage, plan: Plan, accountId: string, region: string, at: number): void {
  const roleArn = `arn:${PARTITION}:iam::${accountId}:role/aws-service-role/${SERVICE}/${ROLE}`;
  plan.drafts.push(
    draft(stage, {
      key: `recorder/${accountId}/${region}/${at}`,
      at,
      step: "outside",
      session: null,
      accountId,
      region,
      source: "sts.amazonaws.com",
      name: "AssumeRole",
      identity: { type: "AWSService", invokedBy: SERVICE },
      ip: SERVICE,
      userAgent: SERVICE,
      readOnly: true,
      request: { roleArn, roleSessionName: "AWSConfig-Describe" },
      more: { resources: [{ accountId, type: "AWS::IAM::Role", ARN: roleArn }] },
    }),
  );
}
