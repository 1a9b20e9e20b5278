import {
  DescribeApplicationCommand,
  DescribeTrustedTokenIssuerCommand,
  GetApplicationAssignmentConfigurationCommand,
  GetApplicationAuthenticationMethodCommand,
  GetApplicationGrantCommand,
  GetApplicationSessionConfigurationCommand,
  ListApplicationAuthenticationMethodsCommand,
  ListApplicationProvidersCommand,
  ListApplicationsCommand,
  paginateListApplicationAccessScopes,
  paginateListApplicationAssignments,
  paginateListApplicationAssignmentsForPrincipal,
  paginateListApplicationGrants,
  paginateListApplications,
  paginateListTrustedTokenIssuers,
} from "@aws-sdk/client-sso-admin";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Application } from "#simulator/access";
import { first, openOffice, sorted, walk, type Clients, type Office } from "../office.ts";

let office: Office;
let clients: Clients;
let InstanceArn: string;
beforeAll(async () => {
  office = await openOffice();
  clients = office.clients();
  InstanceArn = office.world.organisation.instanceArn;
});
afterAll(() => office.close());

const estate = () => office.world.organisation.estate;
const named = (name: string): Application =>
  first(estate().applications.filter((one) => one.name === name));
const paging = () => ({ client: clients.ssoAdmin, pageSize: 1 });

test("applications are paged to the end, each once, and described", async () => {
  const { rows, pages } = await walk(
    paginateListApplications(paging(), { InstanceArn }),
    (page) => page.Applications,
  );
  expect(sorted(rows.map((one) => one.ApplicationArn))).toEqual(
    sorted(estate().applications.map((one) => one.arn)),
  );
  expect(pages).toBe(3);
  for (const one of rows) {
    const { ApplicationArn } = one;
    expect(
      await clients.ssoAdmin.send(new DescribeApplicationCommand({ ApplicationArn })),
    ).toMatchObject({
      ...one,
      CreatedDate: expect.any(Date),
    });
  }
});

test("a filter by account or provider leaves out what does not match", async () => {
  const { managementAccountId } = office.world.organisation;
  const count = async (Filter: { ApplicationAccount?: string; ApplicationProvider?: string }) =>
    (await clients.ssoAdmin.send(new ListApplicationsCommand({ InstanceArn, Filter }))).Applications
      ?.length;
  expect(await count({ ApplicationAccount: managementAccountId })).toBe(3);
  expect(await count({ ApplicationAccount: "000000000000" })).toBe(0);
  expect(await count({ ApplicationProvider: named("wiki").providerArn })).toBe(1);
});

test("an application that may take accounts says so in scopes, grants and issuer", async () => {
  const { arn: ApplicationArn } = named("chat-agent");
  const scopes = await walk(
    paginateListApplicationAccessScopes(paging(), { ApplicationArn }),
    (page) => page.Scopes,
  );
  expect(scopes.rows).toEqual([{ Scope: "sso:account:access" }]);
  const grants = await walk(
    paginateListApplicationGrants({ client: clients.ssoAdmin }, { ApplicationArn }),
    (page) => page.Grants,
  );
  const [issuer] = estate().issuers;
  const jwt = grants.rows.find((one) => one.GrantType?.endsWith("jwt-bearer"));
  expect(jwt?.Grant?.JwtBearer?.AuthorizedTokenIssuers?.[0]?.TrustedTokenIssuerArn).toBe(
    issuer?.arn,
  );
  const refresh = await clients.ssoAdmin.send(
    new GetApplicationGrantCommand({ ApplicationArn, GrantType: "refresh_token" }),
  );
  expect(refresh.Grant).toEqual({ RefreshToken: {} });
  const method = await clients.ssoAdmin.send(
    new GetApplicationAuthenticationMethodCommand({
      ApplicationArn,
      AuthenticationMethodType: "IAM",
    }),
  );
  const { AuthenticationMethods } = await clients.ssoAdmin.send(
    new ListApplicationAuthenticationMethodsCommand({ ApplicationArn }),
  );
  expect(AuthenticationMethods?.[0]?.AuthenticationMethod).toEqual(method.AuthenticationMethod);
  expect(method.AuthenticationMethod?.Iam?.ActorPolicy).toMatchObject({ Version: "2012-10-17" });
});

test("issuers are listed and described with how they name people", async () => {
  const listed = await walk(
    paginateListTrustedTokenIssuers(paging(), { InstanceArn }),
    (page) => page.TrustedTokenIssuers,
  );
  const [issuer] = estate().issuers;
  expect(listed.rows).toHaveLength(1);
  const described = await clients.ssoAdmin.send(
    new DescribeTrustedTokenIssuerCommand({
      TrustedTokenIssuerArn: listed.rows[0]?.TrustedTokenIssuerArn,
    }),
  );
  expect(described.TrustedTokenIssuerConfiguration?.OidcJwtConfiguration).toMatchObject({
    IssuerUrl: issuer?.issuerUrl,
    ClaimAttributePath: issuer?.claimPath,
    IdentityStoreAttributePath: issuer?.directoryPath,
  });
});

test("who may use an application is told both ways, and whether anybody has to be assigned", async () => {
  const { arn: ApplicationArn, principals } = named("notebooks");
  const listed = await walk(
    paginateListApplicationAssignments(paging(), { ApplicationArn }),
    (page) => page.ApplicationAssignments,
  );
  expect(sorted(listed.rows.map((one) => one.PrincipalId))).toEqual(
    sorted(principals.map((one) => one.id)),
  );
  const [principal] = principals;
  const ofPrincipal = await walk(
    paginateListApplicationAssignmentsForPrincipal(paging(), {
      InstanceArn,
      PrincipalId: principal?.id,
      PrincipalType: principal?.type,
    }),
    (page) => page.ApplicationAssignments,
  );
  expect(ofPrincipal.rows.map((one) => one.ApplicationArn)).toContain(ApplicationArn);
  const required = (arn: string) =>
    clients.ssoAdmin.send(
      new GetApplicationAssignmentConfigurationCommand({ ApplicationArn: arn }),
    );
  expect((await required(ApplicationArn)).AssignmentRequired).toBe(true);
  expect((await required(named("chat-agent").arn)).AssignmentRequired).toBe(false);
});

test("background sessions are told for each application", async () => {
  const status = async (name: string) =>
    (
      await clients.ssoAdmin.send(
        new GetApplicationSessionConfigurationCommand({ ApplicationArn: named(name).arn }),
      )
    ).UserBackgroundSessionApplicationStatus;
  expect([await status("notebooks"), await status("chat-agent")]).toEqual(["ENABLED", "DISABLED"]);
});

test("providers are listed without an instance, and unknown things are missed", async () => {
  const { ApplicationProviders } = await clients.ssoAdmin.send(
    new ListApplicationProvidersCommand({}),
  );
  expect(ApplicationProviders).toHaveLength(estate().applicationProviders.length);
  await expect(
    clients.ssoAdmin.send(
      new DescribeApplicationCommand({ ApplicationArn: `${named("wiki").arn}0` }),
    ),
  ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});
