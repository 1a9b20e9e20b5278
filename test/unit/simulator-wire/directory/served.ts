/**
 * An organisation that is served without a directory, with the official clients on it. Limits refill by a clock of the test's own:
 * it runs ahead by ten seconds a look unless it is stopped.
 */
import { IAMClient } from "@aws-sdk/client-iam";
import { IdentitystoreClient } from "@aws-sdk/client-identitystore";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { STSClient } from "@aws-sdk/client-sts";
import type { Organisation } from "#simulator/model";
import { largeOrganisation } from "#simulator/organisation/large";
import { serveOrganisation, type ServedOrganisation } from "#simulator/wire/serving";

export const SMALL = largeOrganisation({
  accounts: 12,
  permissionSets: 10,
  people: 40,
  groups: 6,
  seed: 5,
  pairs: 60,
});

export interface Served {
  served: ServedOrganisation;
  ssoAdmin: SSOAdminClient;
  identityStore: IdentitystoreClient;
  organizations: OrganizationsClient;
  sts: STSClient;
  iam: IAMClient;
  stopwatch: { ms: number; runs: boolean };
  stop(): Promise<void>;
}

export async function serve(organisation: Organisation): Promise<Served> {
  const stopwatch = { ms: 0, runs: true };
  const monotonicMs = (): number => (stopwatch.runs ? (stopwatch.ms += 10_000) : stopwatch.ms);
  const served = await serveOrganisation({ organisation, monotonicMs });
  const { environment, endpoint } = served;
  const configuration = {
    endpoint,
    region: environment.AWS_REGION,
    maxAttempts: 1,
    credentials: {
      accessKeyId: environment.AWS_ACCESS_KEY_ID,
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY,
    },
  };
  const clients = {
    ssoAdmin: new SSOAdminClient(configuration),
    identityStore: new IdentitystoreClient(configuration),
    organizations: new OrganizationsClient(configuration),
    sts: new STSClient(configuration),
    iam: new IAMClient(configuration),
  };
  return {
    served,
    ...clients,
    stopwatch,
    async stop() {
      for (const client of Object.values(clients)) client.destroy();
      await served.stop();
    },
  };
}
