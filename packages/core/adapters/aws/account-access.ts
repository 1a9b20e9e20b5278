/**
 * Account access manager over signed REST, because AWS publishes no client of it. Endpoint and credentials are those that an SDK
 * client would take. Guarantees an error with AWS's name for whatever is not answered; it neither retries nor pages.
 * Shapes: AWS's service model of account-access, which calls its paths `/applications-list` and `/entitlements-list`.
 */
import { Sha256 } from "@smithy/core/checksum";
import { loadConfig } from "@smithy/core/config";
import { SignatureV4 } from "@smithy/signature-v4";

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface AccountAccessOptions {
  readonly region: string;
  readonly credentials: () => Promise<Credentials>;
  /** Run ahead of every request. */
  readonly before: (operation: string) => Promise<void>;
  readonly signal?: AbortSignal;
}

export type AccountAccessOperation = "ListApplications" | "ListEntitlements";

export interface AccountAccess {
  /** The parsed answer. Throws an error whose name is AWS's. */
  send(
    operation: AccountAccessOperation,
    input: Readonly<Record<string, unknown>>,
  ): Promise<Readonly<Record<string, unknown>>>;
}

const PATHS: Readonly<Record<AccountAccessOperation, string>> = {
  ListApplications: "/applications-list",
  ListEntitlements: "/entitlements-list",
};

const PATIENCE_MILLISECONDS = 30_000;

export function openAccountAccess(options: AccountAccessOptions): AccountAccess {
  const { region, credentials, before, signal } = options;
  const signer = new SignatureV4({
    service: "account-access",
    region,
    credentials,
    sha256: Sha256,
  });
  let endpoint: Promise<URL> | null = null;
  return {
    send: async (operation, input) => {
      const base = await (endpoint ??= endpointOf(region));
      await before(operation);
      const body = JSON.stringify(input);
      const url = new URL(`${base.pathname.replace(/\/$/, "")}${PATHS[operation]}`, base);
      const { headers } = await signer.sign({
        method: "POST",
        protocol: url.protocol,
        hostname: url.hostname,
        ...(url.port === "" ? {} : { port: Number(url.port) }),
        path: url.pathname,
        headers: { host: url.host, "content-type": "application/json" },
        body,
      });
      const limit = AbortSignal.timeout(PATIENCE_MILLISECONDS);
      const answer = await fetch(url, {
        method: "POST",
        headers,
        body,
        redirect: "error",
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      }).catch(networkError);
      const text = await answer.text();
      if (!answer.ok) throw answeredError(answer, text);
      return objectIn(text);
    },
  };
}

/** As SDK clients find theirs: environment first, then the profile; else AWS's own in the Region's partition. */
async function endpointOf(region: string): Promise<URL> {
  const configured = await loadConfig<string | undefined>({
    environmentVariableSelector: (env) =>
      env["AWS_ENDPOINT_URL_ACCOUNT_ACCESS"] ?? env["AWS_ENDPOINT_URL"],
    configFileSelector: (profile) => profile["endpoint_url"],
    default: undefined,
  })();
  if (configured !== undefined && configured !== "") return new URL(configured);
  const domain = region.startsWith("cn-") ? "api.amazonwebservices.com.cn" : "api.aws";
  return new URL(`https://account-access.${region}.${domain}`);
}

/** What `fetch` rejects with, under the name of its cause, as other clients tell it. */
function networkError(error: unknown): never {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error)) throw error;
  throw Object.assign(new Error(cause.message, { cause: error }), {
    name: "NetworkingError",
    code: (cause as NodeJS.ErrnoException).code,
  });
}

function answeredError(answer: Response, text: string): Error {
  let members: Readonly<Record<string, unknown>> = {};
  try {
    members = objectIn(text);
  } catch {
    // An answer without a body that can be read is named by its status.
  }
  const told = answer.headers.get("x-amzn-errortype") ?? members["__type"] ?? members["code"];
  const name = typeof told === "string" ? told.split(":")[0]!.split("#").at(-1)! : "";
  const message = members["message"] ?? members["Message"];
  const error = new Error(typeof message === "string" ? message : `status ${answer.status}`);
  error.name = name === "" ? `Status${answer.status}` : name;
  return error;
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError("the answer is no object");
  }
  return value as Readonly<Record<string, unknown>>;
}
