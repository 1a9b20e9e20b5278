/** A trail's bucket for commands that need no database. AWS is asked only when it was switched on, for the account that was named. */
import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import { s3Digests } from "#core/adapters/aws/digests";
import { verifyAccount } from "#core/adapters/aws/identity";
import { patientCalls } from "#core/adapters/aws/patience";
import type { DigestKey } from "#core/domain/digest/signature";
import { Fault } from "#core/domain/fault";
import { readConfig } from "#core/platform/config";
import type { DigestSource } from "#core/ports/trail/digest-source";

/**
 * The digests of `s3://bucket/prefix`; keys that were handed in count instead of CloudTrail's own. Faults: `input.invalid`,
 * `aws.not-configured`, `aws.account-mismatch` and their kin.
 */
export async function bucketDigests(
  address: string,
  keys: readonly DigestKey[],
): Promise<DigestSource> {
  const match = /^s3:\/\/([a-z0-9.-]{3,63})(?:\/(.*))?$/.exec(address);
  if (match === null) {
    throw new Fault(
      "input.invalid",
      `${JSON.stringify(address)} is no address of a bucket; expected s3://bucket or s3://bucket/prefix.`,
    );
  }
  const { aws } = readConfig(process.env, {});
  if (aws === null) {
    throw new Fault(
      "aws.not-configured",
      "A bucket is read only when AWS is switched on: set CURFEW_AWS=on and CURFEW_AWS_ACCOUNT_ID, or name a folder that is a copy of the bucket.",
    );
  }
  const region = aws.regions[0] ?? process.env["AWS_REGION"] ?? process.env["AWS_DEFAULT_REGION"];
  const home = region === undefined ? {} : { region };
  await verifyAccount({ sts: new STSClient(home) }, aws.accountId);
  const trails = new Map<string, CloudTrailClient>();
  const source = s3Digests({
    bucket: match[1]!,
    prefix: prefixOf(match[2] ?? ""),
    s3: new S3Client({ ...home, followRegionRedirects: true }),
    cloudTrailOf: (place) => {
      const client = trails.get(place) ?? new CloudTrailClient({ region: place });
      trails.set(place, client);
      return client;
    },
    call: patientCalls({}),
  });
  return keys.length === 0 ? source : { ...source, publicKeys: () => Promise.resolve([...keys]) };
}

/** What stands before `AWSLogs/`, whether or not the address goes on below it. */
function prefixOf(path: string): string {
  const above = path.replace(/(?:^|\/)AWSLogs(?:\/.*)?$/, "");
  return above === "" || above.endsWith("/") ? above : `${above}/`;
}
