/**
 * Applications of the instance with what they may do for people, and the issuers outside whose tokens stand for people. Guarantees
 * every application that is listed; a part of one that this caller may not read is null or empty with a note, never a guess.
 */
import {
  DescribeApplicationCommand,
  DescribeTrustedTokenIssuerCommand,
  GetApplicationAssignmentConfigurationCommand,
  GetApplicationSessionConfigurationCommand,
  ListApplicationAccessScopesCommand,
  ListApplicationAssignmentsCommand,
  ListApplicationGrantsCommand,
  ListApplicationsCommand,
  ListTrustedTokenIssuersCommand,
  type GrantItem,
} from "@aws-sdk/client-sso-admin";
import type {
  Application,
  ApplicationAssignment,
  CrawlNote,
  TrustedTokenIssuer,
} from "../../../domain/access.ts";
import type { Listing, ReadApplication } from "../../../ports/access/directory.ts";
import type { AwsClients } from "../clients.ts";
import { isAbsent } from "../faults.ts";
import { list, unlessDenied, unread, vanished, whole } from "./listings.ts";

const allow = (about: string, what: string, action: string): CrawlNote =>
  unread(about, `AWS does not let Curfew read ${what}: allow ${action} to its role.`);

export async function listApplicationArns(
  clients: AwsClients,
  instanceArn: string,
): Promise<Listing<string>> {
  const notes: CrawlNote[] = [];
  const arns = await unlessDenied(
    () =>
      list(
        clients,
        "list the applications",
        (token) =>
          clients.ssoAdmin.send(
            new ListApplicationsCommand({ InstanceArn: instanceArn, NextToken: token }),
          ),
        (page) => page.Applications?.map((one) => one.ApplicationArn ?? ""),
        (arn) => arn,
      ),
    [],
    () => allow("applications", "the applications", "sso:ListApplications"),
    notes,
  );
  return whole(arns, notes);
}

export async function readApplication(clients: AwsClients, arn: string): Promise<ReadApplication> {
  const notes: CrawlNote[] = [];
  const of = { ApplicationArn: arn };
  try {
    const assignments = await assignmentsOf(clients, arn, notes);
    const permitted = await permittedTo(clients, arn, notes);
    const described = await unlessDenied(
      () =>
        clients.call(`describe the application ${arn}`, () =>
          clients.ssoAdmin.send(new DescribeApplicationCommand(of)),
        ),
      null,
      () => allow(arn, "this application", "sso:DescribeApplication"),
      notes,
    );
    const application: Application = {
      applicationArn: arn,
      name: described?.Name || (arn.split("/").at(-1) ?? arn),
      description: described?.Description || null,
      applicationProviderArn: described?.ApplicationProviderArn ?? null,
      status: described?.Status ?? "UNKNOWN",
      ...permitted,
    };
    return { application, assignments, notes };
  } catch (error) {
    if (!isAbsent(error)) throw error;
    return { application: null, assignments: [], notes: [vanished("application", arn)] };
  }
}

type Permitted = Pick<
  Application,
  "assignmentRequired" | "scopes" | "grants" | "trustedTokenIssuerArns" | "backgroundSessions"
>;

async function permittedTo(
  clients: AwsClients,
  arn: string,
  notes: CrawlNote[],
): Promise<Permitted> {
  const of = { ApplicationArn: arn };
  const scopes = await unlessDenied(
    () =>
      list(
        clients,
        `list the access scopes of ${arn}`,
        (token) =>
          clients.ssoAdmin.send(
            new ListApplicationAccessScopesCommand({ ...of, NextToken: token }),
          ),
        (page) => page.Scopes,
        (scope) => scope.Scope ?? "",
      ),
    [],
    () => allow(arn, "its access scopes", "sso:ListApplicationAccessScopes"),
    notes,
  );
  const grants = await grantsOf(clients, arn, notes);
  const required = await unlessDenied(
    () =>
      clients.call(`read whether ${arn} requires assignments`, () =>
        clients.ssoAdmin.send(new GetApplicationAssignmentConfigurationCommand(of)),
      ),
    null,
    () => allow(arn, "who may use it", "sso:GetApplicationAssignmentConfiguration"),
    notes,
  );
  return {
    assignmentRequired: required?.AssignmentRequired ?? null,
    scopes: scopes
      .map((one) => ({
        scope: one.Scope ?? "",
        authorizedTargets: (one.AuthorizedTargets ?? []).toSorted(),
      }))
      .toSorted((left, right) => (left.scope < right.scope ? -1 : 1)),
    grants: [...new Set(grants.map((one) => one.GrantType ?? ""))].toSorted(),
    trustedTokenIssuerArns: issuersIn(grants),
    backgroundSessions: await backgroundSessionsOf(clients, arn, notes),
  };
}

function grantsOf(clients: AwsClients, arn: string, notes: CrawlNote[]): Promise<GrantItem[]> {
  return unlessDenied(
    () =>
      list(
        clients,
        `list the grants of ${arn}`,
        (token) =>
          clients.ssoAdmin.send(
            new ListApplicationGrantsCommand({ ApplicationArn: arn, NextToken: token }),
          ),
        (page) => page.Grants,
        (grant) => grant.GrantType ?? "",
      ),
    [],
    () => allow(arn, "its grants", "sso:ListApplicationGrants"),
    notes,
  );
}

function issuersIn(grants: readonly GrantItem[]): string[] {
  const issuers = grants.flatMap(({ Grant: grant }) =>
    (grant?.JwtBearer?.AuthorizedTokenIssuers ?? []).map((one) => one.TrustedTokenIssuerArn ?? ""),
  );
  return [...new Set(issuers.filter((arn) => arn !== ""))].toSorted();
}

/** Null where the application has none: AWS answers applications that know no background sessions with an error. */
async function backgroundSessionsOf(
  clients: AwsClients,
  arn: string,
  notes: CrawlNote[],
): Promise<Application["backgroundSessions"]> {
  const command = new GetApplicationSessionConfigurationCommand({ ApplicationArn: arn });
  const read = async () => {
    try {
      return await clients.call(`read the session configuration of ${arn}`, () =>
        clients.ssoAdmin.send(command),
      );
    } catch (error) {
      // If the application itself is gone, describing it says so.
      if (isAbsent(error)) return null;
      throw error;
    }
  };
  const answer = await unlessDenied(
    read,
    null,
    () => allow(arn, "its session configuration", "sso:GetApplicationSessionConfiguration"),
    notes,
  );
  const status = answer?.UserBackgroundSessionApplicationStatus;
  return status === "ENABLED" ? "enabled" : status === "DISABLED" ? "disabled" : null;
}

async function assignmentsOf(
  clients: AwsClients,
  arn: string,
  notes: CrawlNote[],
): Promise<ApplicationAssignment[]> {
  const rows = await unlessDenied(
    () =>
      list(
        clients,
        `list who is assigned to ${arn}`,
        (token) =>
          clients.ssoAdmin.send(
            new ListApplicationAssignmentsCommand({ ApplicationArn: arn, NextToken: token }),
          ),
        (page) => page.ApplicationAssignments,
        (row) => `${row.PrincipalType} ${row.PrincipalId}`,
      ),
    [],
    () => allow(arn, "who is assigned to it", "sso:ListApplicationAssignments"),
    notes,
  );
  return rows.map((row) => ({
    applicationArn: arn,
    principalType: row.PrincipalType ?? "USER",
    principalId: row.PrincipalId ?? "",
  }));
}

export async function readTrustedTokenIssuers(
  clients: AwsClients,
  instanceArn: string,
): Promise<Listing<TrustedTokenIssuer>> {
  const notes: CrawlNote[] = [];
  const listed = await unlessDenied(
    () =>
      list(
        clients,
        "list the trusted token issuers",
        (token) =>
          clients.ssoAdmin.send(
            new ListTrustedTokenIssuersCommand({ InstanceArn: instanceArn, NextToken: token }),
          ),
        (page) => page.TrustedTokenIssuers,
        (one) => one.TrustedTokenIssuerArn ?? "",
      ),
    [],
    () =>
      allow("trusted-token-issuers", "the trusted token issuers", "sso:ListTrustedTokenIssuers"),
    notes,
  );
  const issuers: TrustedTokenIssuer[] = [];
  for (const { TrustedTokenIssuerArn: arn = "", Name: name } of listed) {
    const configuration = await describeIssuer(clients, arn, notes);
    if (configuration === "gone") continue;
    issuers.push({ trustedTokenIssuerArn: arn, name: name || arn, ...configuration });
  }
  return whole(issuers, notes);
}

type IssuerConfiguration = Omit<TrustedTokenIssuer, "trustedTokenIssuerArn" | "name">;

async function describeIssuer(
  clients: AwsClients,
  arn: string,
  notes: CrawlNote[],
): Promise<IssuerConfiguration | "gone"> {
  const command = new DescribeTrustedTokenIssuerCommand({ TrustedTokenIssuerArn: arn });
  try {
    const answer = await unlessDenied(
      () =>
        clients.call(`describe the trusted token issuer ${arn}`, () =>
          clients.ssoAdmin.send(command),
        ),
      null,
      () => allow(arn, "this trusted token issuer", "sso:DescribeTrustedTokenIssuer"),
      notes,
    );
    const oidc = answer?.TrustedTokenIssuerConfiguration?.OidcJwtConfiguration;
    return {
      issuerUrl: oidc?.IssuerUrl ?? null,
      claimAttributePath: oidc?.ClaimAttributePath ?? null,
      identityStoreAttributePath: oidc?.IdentityStoreAttributePath ?? null,
    };
  } catch (error) {
    if (!isAbsent(error)) throw error;
    notes.push(vanished("trusted token issuer", arn));
    return "gone";
  }
}
