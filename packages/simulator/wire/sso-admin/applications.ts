/**
 * Applications of the instance and who may use them. They are as the organisation was founded: nothing here writes one.
 * What an application may do for people is read member by member: see application-parts.ts.
 */
import type { Application } from "../../access.ts";
import { oneOf, optionalStructure, optionalText, text } from "../http/input.ts";
import { seconds } from "../http/json.ts";
import { nextToken, page } from "../http/paging.ts";
import { notFound } from "../http/wire-error.ts";
import type { Call, Operation } from "../service.ts";
import { requireAnyInstance, requireInstance } from "./instances.ts";

/** The application that the call names. Throws ResourceNotFoundException. */
export function requireApplication(call: Call): Application {
  const arn = text(call.members, "ApplicationArn");
  const { region } = call.world.organisation;
  const found = applicationsOf(call).find((one) => one.arn === arn);
  if (found === undefined || call.region !== region)
    throw notFound(`Application ${arn} does not exist in ${call.region}.`);
  return found;
}

function applicationsOf(call: Call): Application[] {
  return call.world.organisation.estate.applications.filter((one) => one.createdAt <= call.now);
}

export const APPLICATIONS: Readonly<Record<string, Operation>> = {
  ListApplications: {
    handle: (call) => {
      const asked = requireAnyInstance(call);
      const filter = optionalStructure(call.members, "Filter") ?? {};
      const account = optionalText(filter, "ApplicationAccount");
      const provider = optionalText(filter, "ApplicationProvider");
      const own = asked === call.world.organisation.instanceArn;
      const found = (own ? applicationsOf(call) : []).filter(
        (one) =>
          (account === null || one.accountId === account) &&
          (provider === null || one.providerArn === provider),
      );
      const paged = page(found, (one) => one.arn, {
        scope: "ListApplications",
        members: call.members,
        most: 100,
      });
      return {
        Applications: paged.items.map((one) => applicationOf(call, one)),
        ...nextToken(paged),
      };
    },
  },
  DescribeApplication: { handle: (call) => applicationOf(call, requireApplication(call)) },
  ListApplicationProviders: {
    handle: (call) => {
      const paged = page(call.world.organisation.estate.applicationProviders, (one) => one.arn, {
        scope: "ListApplicationProviders",
        members: call.members,
        most: 100,
      });
      const providers = paged.items.map((one) => ({
        ApplicationProviderArn: one.arn,
        FederationProtocol: one.protocol,
        DisplayData: { DisplayName: one.name },
      }));
      return { ApplicationProviders: providers, ...nextToken(paged) };
    },
  },
  ListApplicationAssignments: {
    handle: (call) => {
      const application = requireApplication(call);
      return assignmentPage(
        call,
        application.principals.map((one) => ({ application, principal: one })),
      );
    },
  },
  ListApplicationAssignmentsForPrincipal: {
    managementOnly: true,
    handle: (call) => {
      requireInstance(call);
      const id = text(call.members, "PrincipalId");
      const type = oneOf(call.members, "PrincipalType", ["USER", "GROUP"]);
      const found = applicationsOf(call).flatMap((application) =>
        application.principals
          .filter((one) => one.id === id && one.type === type)
          .map((principal) => ({ application, principal })),
      );
      return assignmentPage(call, found);
    },
  },
  GetApplicationAssignmentConfiguration: {
    handle: (call) => ({ AssignmentRequired: requireApplication(call).assignmentRequired }),
  },
};

function assignmentPage(
  call: Call,
  found: { application: Application; principal: Application["principals"][number] }[],
): object {
  const paged = page(
    found,
    (one) => `${one.application.arn} ${one.principal.type} ${one.principal.id}`,
    { scope: call.operation, members: call.members, most: 100 },
  );
  const rows = paged.items.map(({ application, principal }) => ({
    ApplicationArn: application.arn,
    PrincipalId: principal.id,
    PrincipalType: principal.type,
  }));
  return { ApplicationAssignments: rows, ...nextToken(paged) };
}

function applicationOf(call: Call, one: Application): object {
  const { instanceArn, identityStoreArn } = call.world.organisation;
  return {
    ApplicationArn: one.arn,
    ApplicationProviderArn: one.providerArn,
    Name: one.name,
    ApplicationAccount: one.accountId,
    InstanceArn: instanceArn,
    IdentityStoreArn: identityStoreArn,
    Status: one.status,
    PortalOptions: { SignInOptions: { Origin: "IDENTITY_CENTER" }, Visibility: "ENABLED" },
    ...(one.description === "" ? {} : { Description: one.description }),
    CreatedDate: seconds(one.createdAt),
  };
}
