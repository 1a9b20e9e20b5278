/**
 * The simulated organisation behind the SDK's own environment settings, and clients on it as services build them. The settings
 * are those of this test process; `close` puts them back.
 */
import { awsClients, type AwsClientOptions, type AwsClients } from "#core/adapters/aws/clients";
import { rootCredentials } from "#simulator/wire/callers";
import { openOffice, type Office, type OfficeOptions } from "#test/unit/simulator-wire/office";

/** A budget without limits, for tests that are not about pace. */
export const UNLIMITED = { slot: () => Promise.resolve() };

export interface AwsOffice extends Office {
  readonly home: string;
  readonly owner: string;
  clientsOf(region: string, options?: Partial<AwsClientOptions>): AwsClients;
}

export async function openAwsOffice(options: OfficeOptions = {}): Promise<AwsOffice> {
  const office = await openOffice(options);
  const { organisation } = office.world;
  const { accessKeyId, secretAccessKey } = rootCredentials(organisation);
  const restore = settings({
    AWS_ENDPOINT_URL: office.url,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: undefined,
    AWS_PROFILE: undefined,
    // The retries of the SDK wait on the clock; ours wait on what the test hands in.
    AWS_MAX_ATTEMPTS: "1",
  });
  const opened: AwsClients[] = [];
  return {
    ...office,
    home: organisation.region,
    owner: organisation.managementAccountId,
    clientsOf: (region, wanted = {}) => {
      const accountId = organisation.managementAccountId;
      const clients = awsClients({ region, accountId, budget: UNLIMITED, ...wanted });
      opened.push(clients);
      return clients;
    },
    close: async () => {
      for (const clients of opened) clients.close();
      restore();
      await office.close();
    },
  };
}

function settings(wanted: Record<string, string | undefined>): () => void {
  const before = Object.keys(wanted).map((name) => [name, process.env[name]] as const);
  const set = (name: string, value: string | undefined) => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  for (const [name, value] of Object.entries(wanted)) set(name, value);
  return () => before.forEach(([name, value]) => set(name, value));
}
