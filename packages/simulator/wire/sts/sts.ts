/**
 * AWS STS: who am I, and sessions of the roles that Curfew's services use.
 * AssumeRole takes the session policies and tags that it is sent as read and gives them no effect.
 */
import { optionalText, text } from "../http/input.ts";
import { InvalidInput } from "../http/wire-error.ts";
import type { Call, Service } from "../service.ts";
import type { Callers } from "../callers.ts";

const ROLE_ARN = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:[\x21-\x7e]+\/)?([\w+=,.@-]{1,64})$/;
/** STS takes 15 minutes to 12 hours and gives an hour when nothing is asked for. AWS: AssumeRole API reference. */
const DURATION_SECONDS = { least: 900, most: 43_200, otherwise: 3_600 };

export function stsService(callers: Callers): Service {
  return {
    name: "sts",
    target: null,
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    eventSource: "sts.amazonaws.com",
    iamPrefix: "sts",
    eventRegion: null,
    invalid: "ValidationError",
    invalidToken: "ValidationError",
    throttled: "Throttling",
    quota: () => null,
    operations: {
      GetCallerIdentity: {
        handle: ({ caller }) => ({
          Arn: caller.arn,
          UserId: caller.principalId,
          Account: caller.accountId,
        }),
      },
      AssumeRole: { handle: (call) => assumeRole(call, callers) },
    },
  };
}

function assumeRole(call: Call, callers: Callers): object {
  const roleArn = text(call.members, "RoleArn");
  const [, accountId, roleName] = ROLE_ARN.exec(roleArn) ?? [];
  if (accountId === undefined || roleName === undefined) {
    throw new InvalidInput(`RoleArn must be arn:aws:iam::<account>:role/<name>; it is ${roleArn}.`);
  }
  const sessionName = text(call.members, "RoleSessionName");
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
    throw new InvalidInput(
      "RoleSessionName must be 2 to 64 letters, digits or characters of _+=,.@-",
    );
  }
  const account = call.state().accounts.find((one) => one.id === accountId);
  const reader = call.world.switches;
  callers.authorizeAssume(call.caller, roleArn, { account, roleName, reader });
  const seconds = duration(optionalText(call.members, "DurationSeconds"));
  const { caller, credentials, expiresAt } = callers.issue({
    accountId,
    roleName,
    sessionName,
    issuedAt: call.now,
    seconds,
  });
  return {
    Credentials: {
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey,
      SessionToken: credentials.sessionToken,
      Expiration: new Date(expiresAt).toISOString(),
    },
    AssumedRoleUser: { AssumedRoleId: caller.principalId, Arn: caller.arn },
    PackedPolicySize: 0,
  };
}

function duration(asked: string | null): number {
  if (asked === null) return DURATION_SECONDS.otherwise;
  const seconds = Number(asked);
  if (
    !Number.isInteger(seconds) ||
    seconds < DURATION_SECONDS.least ||
    seconds > DURATION_SECONDS.most
  ) {
    throw new InvalidInput(
      `DurationSeconds must be from ${DURATION_SECONDS.least} to ${DURATION_SECONDS.most}.`,
    );
  }
  return seconds;
}
