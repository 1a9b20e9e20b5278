/**
 * Who calls: the access key id of the signature tells it, as with AWS.
 * Role credentials carry their caller in the session token, so every process on one organisation knows them and none keeps a
 * list. Signatures are not verified: this endpoint is a loopback stand-in and guards nothing.
 */
import { createHash, randomBytes } from "node:crypto";
import type { Account, Caller, Organisation, Switches } from "../model.ts";
import { partitionOf } from "../partition.ts";
import { isMembers } from "./http/input.ts";
import { accessDenied, WireError } from "./http/wire-error.ts";

/** The roles of the management account that can be assumed. */
export const SERVICE_ROLES = ["curfew-ingest", "curfew-api", "curfew-worker"] as const;
/** The one of them that may write. */
export const WRITING_ROLE = "curfew-worker";
/** The role name that the initial credentials show. */
export const ROOT_ROLE = "simulator-root";

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

/** What the Authorization header says: AWS Signature Version 4, credential scope. */
export interface Scope {
  accessKeyId: string;
  region: string;
  service: string;
}

/** The role that reads member accounts, and the account without it. */
type ReaderRole = Pick<Switches, "readerRole" | "readerRoleMissingIn">;

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([A-Z0-9]{16,128})\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request,\s*SignedHeaders=\S+,\s*Signature=[0-9a-f]{64}$/;

/** Reads the scope of a signature; throws as AWS does where there is none. */
export function readScope(authorization: string | undefined): Scope {
  if (authorization === undefined) {
    throw new WireError(
      "MissingAuthenticationTokenException",
      "Sign the request with AWS Signature Version 4.",
      {},
      403,
    );
  }
  const [, accessKeyId, region, service] = AUTHORIZATION.exec(authorization) ?? [];
  if (accessKeyId === undefined || region === undefined || service === undefined) {
    throw new WireError(
      "IncompleteSignatureException",
      "Authorization must be an AWS4-HMAC-SHA256 header with Credential, SignedHeaders and Signature.",
      {},
      403,
    );
  }
  return { accessKeyId, region, service };
}

/** The key that owns everything: it belongs to the management account and is the same for every process of one organisation. */
export function rootCredentials(organisation: Organisation): {
  accessKeyId: string;
  secretAccessKey: string;
} {
  const digest = createHash("sha256")
    .update(`root ${organisation.seed} ${organisation.organizationId}`)
    .digest();
  return {
    accessKeyId: `AKIA${base32(digest, 16)}`,
    secretAccessKey: digest.toString("base64").slice(0, 40),
  };
}

export class Callers {
  readonly #root: Caller;
  readonly #partition: string;
  readonly #wallClock: () => number;

  constructor(organisation: Organisation, startedAt: number, wallClock: () => number) {
    this.#wallClock = wallClock;
    this.#partition = partitionOf(organisation.instanceArn);
    this.#root = callerOf(this.#partition, {
      accountId: organisation.managementAccountId,
      roleName: ROOT_ROLE,
      sessionName: "root",
      accessKeyId: rootCredentials(organisation).accessKeyId,
      issuedAt: startedAt,
    });
  }

  /** The caller behind an access key id and its session token. Throws UnrecognizedClientException or ExpiredTokenException. */
  identify(accessKeyId: string, sessionToken: string | undefined): Caller {
    if (accessKeyId === this.#root.accessKeyId) return this.#root;
    const issued = readToken(sessionToken);
    if (issued === null || issued.caller.accessKeyId !== accessKeyId) {
      throw new WireError(
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
        {},
        403,
      );
    }
    if (issued.expiresAt <= this.#wallClock()) {
      throw new WireError(
        "ExpiredTokenException",
        "The security token included in the request is expired.",
        {},
        403,
      );
    }
    return issued.caller;
  }

  /** Issues credentials for a role session. They expire by the wall clock, because the SDK refreshes them by it. */
  issue(session: {
    accountId: string;
    roleName: string;
    sessionName: string;
    issuedAt: number;
    seconds: number;
  }): {
    caller: Caller;
    credentials: Credentials;
    expiresAt: number;
  } {
    const accessKeyId = `ASIA${base32(randomBytes(16), 16)}`;
    const { accountId, roleName, sessionName, issuedAt } = session;
    const caller = callerOf(this.#partition, {
      accountId,
      roleName,
      sessionName,
      accessKeyId,
      issuedAt,
    });
    const expiresAt = this.#wallClock() + session.seconds * 1000;
    const sessionToken = Buffer.from(JSON.stringify({ caller, expiresAt }), "utf8").toString(
      "base64",
    );
    return {
      caller,
      credentials: {
        accessKeyId,
        secretAccessKey: randomBytes(30).toString("base64"),
        sessionToken,
      },
      expiresAt,
    };
  }

  /** Refuses what a caller may not do: writes are for the root key and the worker's role in the management account. */
  authorize(caller: Caller, action: string, needs: { write: boolean; management: boolean }): void {
    const management = caller.accountId === this.#root.accountId;
    if ((needs.management || needs.write) && !management) {
      throw accessDenied(caller.arn, action, "because only the management account may call it");
    }
    if (needs.write && caller.roleName !== ROOT_ROLE && caller.roleName !== WRITING_ROLE) {
      throw accessDenied(caller.arn, action, "because no identity-based policy allows the action");
    }
  }

  /**
   * Refuses roles that cannot be assumed: unknown accounts, other roles of the management account, callers of a member account, and
   * the reader's role where it was forgotten or the account is suspended.
   */
  authorizeAssume(
    caller: Caller,
    roleArn: string,
    target: { account: Account | undefined; roleName: string; reader: ReaderRole },
  ): void {
    const { account, roleName, reader } = target;
    const known =
      account?.isManagement === true
        ? SERVICE_ROLES.some((name) => name === roleName)
        : roleName !== reader.readerRole ||
          (account?.status === "ACTIVE" && account.name !== reader.readerRoleMissingIn);
    if (account === undefined || !known || caller.accountId !== this.#root.accountId) {
      throw new WireError(
        "AccessDenied",
        `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
        {},
        403,
      );
    }
  }
}

function callerOf(partition: string, parts: Omit<Caller, "arn" | "principalId">): Caller {
  const digest = createHash("sha256").update(`${parts.accountId} ${parts.roleName}`).digest();
  return {
    ...parts,
    arn: `arn:${partition}:sts::${parts.accountId}:assumed-role/${parts.roleName}/${parts.sessionName}`,
    principalId: `AROA${base32(digest, 17)}:${parts.sessionName}`,
  };
}

function readToken(sessionToken: string | undefined): { caller: Caller; expiresAt: number } | null {
  if (sessionToken === undefined) return null;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(sessionToken, "base64").toString("utf8"));
    if (
      !isMembers(parsed) ||
      typeof parsed["expiresAt"] !== "number" ||
      !isCaller(parsed["caller"])
    )
      return null;
    return { caller: parsed["caller"], expiresAt: parsed["expiresAt"] };
  } catch {
    return null;
  }
}

function isCaller(value: unknown): value is Caller {
  const names = ["accountId", "arn", "roleName", "sessionName", "principalId", "accessKeyId"];
  return (
    isMembers(value) &&
    names.every((name) => typeof value[name] === "string") &&
    typeof value["issuedAt"] === "number"
  );
}

function base32(bytes: Buffer, length: number): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return Array.from(
    { length },
    (_unused, index) => letters[(bytes[index % bytes.length] ?? 0) % 32],
  ).join("");
}
