/**
 * Whose credentials these are. Guarantees that nothing else is asked of AWS before the account is the one that was named:
 * a profile lying about on a laptop must never start a crawl.
 */
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { Fault } from "../../domain/fault.ts";
import type { AwsClients } from "./clients.ts";
import { awsFault } from "./faults.ts";

export interface CallerIdentity {
  readonly accountId: string;
  readonly arn: string;
}

/** Throws `aws.account-mismatch` when the credentials belong to another account, `aws.unreachable` and its kin otherwise. */
export async function verifyAccount(
  clients: Pick<AwsClients, "sts">,
  expectedAccountId: string,
): Promise<CallerIdentity> {
  const answer = await clients.sts
    .send(new GetCallerIdentityCommand({}))
    .catch((error: unknown) => {
      throw awsFault(error, "say whose credentials these are");
    });
  const { Account: accountId = "", Arn: arn = "" } = answer;
  if (accountId !== expectedAccountId) {
    throw new Fault(
      "aws.account-mismatch",
      `The AWS credentials belong to account ${accountId || "(none)"}, not to ${expectedAccountId}: use credentials of ${expectedAccountId}, or name the account that is meant.`,
      { detail: { arn } },
    );
  }
  return { accountId, arn };
}
