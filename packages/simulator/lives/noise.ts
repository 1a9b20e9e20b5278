/**
 * What stands in a trail beside Identity Center: look-alikes of its sign-in events, other services by other principals, and names
 * nobody has heard of. Guarantees that none of it belongs to a session. Modest in number: a trail for tests, not a data lake.
 */
import { DAY, MINUTE, SECOND, type Dice } from "../random.ts";
import { draft, machineIdentity } from "./record.ts";
import type { Plan, Stage } from "./stage.ts";

/** WorkSpaces signs people in under the same event names, from its own directory (facts 2.1). */
function workspaces(stage: Stage, plan: Plan, key: string, at: number, dice: Dice): void {
  const { managementAccountId, region } = stage.organisation;
  const workflow = dice.uuid();
  const names = ["CredentialChallenge", "CredentialVerification", "UserAuthentication"];
  names.forEach((name, i) => {
    plan.drafts.push(
      draft(stage, {
        key: `${key}/${name}`,
        at: at + i * 5 * SECOND,
        step: "outside",
        session: null,
        accountId: managementAccountId,
        region,
        source: "signin.amazonaws.com",
        name,
        identity: {
          type: "Unknown",
          principalId: managementAccountId,
          arn: "",
          accountId: managementAccountId,
          accessKeyId: "",
          userName: `desk${dice.int(1, 40)}`,
        },
        ip: `10.55.0.${dice.int(2, 250)}`,
        userAgent:
          "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
        readOnly: false,
        type: "AwsServiceEvent",
        version: "1.08",
        more: {
          additionalEventData: {
            AuthWorkflowID: workflow,
            CredentialType: "PASSWORD",
            ...(i === 2 ? { LoginTo: "https://clients.amazonaws.com/workspaces" } : {}),
          },
          serviceEventDetails: { [name]: "Success" },
        },
      }),
    );
  });
}

/** Transfer Family web apps list through the portal's API under a role of their own. */
function transfer(stage: Stage, plan: Plan, key: string, at: number): void {
  const { managementAccountId, region } = stage.organisation;
  plan.drafts.push(
    draft(stage, {
      key,
      at,
      step: "outside",
      session: null,
      accountId: managementAccountId,
      region,
      source: "sso.amazonaws.com",
      name: "ListApplications",
      identity: machineIdentity(
        stage,
        managementAccountId,
        "transfer-web-app",
        "transfer",
        Math.floor(at / DAY) * DAY,
      ),
      ip: "transfer.amazonaws.com",
      userAgent: "transfer.amazonaws.com",
      readOnly: true,
    }),
  );
}

const FOREIGN: [source: string, name: string, readOnly: boolean][] = [
  ["ec2.amazonaws.com", "DescribeVolumes", true],
  ["kms.amazonaws.com", "Decrypt", true],
  ["ssm.amazonaws.com", "UpdateInstanceInformation", false],
  ["autoscaling.amazonaws.com", "DescribeAutoScalingGroups", true],
  ["sts.amazonaws.com", "AssumeRole", true],
];

/** A workload's own role, or an AWS service, in some account. */
function foreign(stage: Stage, plan: Plan, key: string, at: number, dice: Dice): void {
  const account = dice.pick(stage.organisation.accounts.slice(0, 12));
  const [source, name, readOnly] = dice.pick(FOREIGN);
  const byService = name === "AssumeRole";
  plan.drafts.push(
    draft(stage, {
      key,
      at,
      step: "outside",
      session: null,
      accountId: account.id,
      region: stage.organisation.region,
      source,
      name,
      identity: byService
        ? { type: "AWSService", invokedBy: "ecs-tasks.amazonaws.com" }
        : machineIdentity(
            stage,
            account.id,
            "workload",
            `i-0${stage.dice("instance", account.id).hex(16)}`,
            Math.floor(at / (6 * 60 * MINUTE)) * 6 * 60 * MINUTE,
          ),
      ip: byService ? "ecs-tasks.amazonaws.com" : "10.12.3.4",
      userAgent: byService ? "ecs-tasks.amazonaws.com" : "aws-sdk-java/2.33.4",
      readOnly,
    }),
  );
}

/** An event name of an Identity Center source that no list knows: kept by a careful reader, dropped by a careless one. */
function unknown(stage: Stage, plan: Plan, key: string, at: number, dice: Dice): void {
  const { managementAccountId: accountId, region } = stage.organisation;
  plan.drafts.push(
    draft(stage, {
      key,
      at,
      step: "outside",
      session: null,
      accountId,
      region,
      source: dice.pick([
        "sso.amazonaws.com",
        "sso-directory.amazonaws.com",
        "signin.amazonaws.com",
      ]),
      name: dice.pick(["GetPortalTheme", "ListPortalHints", "DescribeSignInExperience"]),
      identity: { type: "AWSService", invokedBy: "sso.amazonaws.com", accountId },
      ip: "AWS Internal",
      userAgent: "AWS Internal",
      readOnly: true,
      type: "AwsServiceEvent",
    }),
  );
}

/** Adds a UTC day's noise. */
export function planNoise(stage: Stage, plan: Plan, day: number): void {
  const dice = stage.dice("noise", day);
  const at = (): number => day * DAY + dice.int(0, 1439) * MINUTE + dice.int(0, 40) * SECOND;
  for (let i = 0; i < 2; i++) workspaces(stage, plan, `noise/workspaces/${day}/${i}`, at(), dice);
  transfer(stage, plan, `noise/transfer/${day}`, at());
  for (let i = 0; i < 14; i++) foreign(stage, plan, `noise/foreign/${day}/${i}`, at(), dice);
  unknown(stage, plan, `noise/unknown/${day}`, at(), dice);
}
