/**
 * What an application may do for people: its scopes, grants, ways to prove itself and background sessions. Shapes as in the SDK's
 * model; a list of grants or of authentication methods takes no page size, as with AWS.
 */
import type { Application, ApplicationGrant } from "../../access.ts";
import { oneOf, text } from "../http/input.ts";
import { nextToken, page } from "../http/paging.ts";
import { notFound } from "../http/wire-error.ts";
import type { Call, Operation } from "../service.ts";
import { requireApplication } from "./applications.ts";

/** AWS: ListApplicationAccessScopes API reference, MaxResults. */
const SCOPES_MOST = 10;

const GRANT_TYPES = [
  "authorization_code",
  "refresh_token",
  "urn:ietf:params:oauth:grant-type:jwt-bearer",
  "urn:ietf:params:oauth:grant-type:token-exchange",
] as const;

export const APPLICATION_PARTS: Readonly<Record<string, Operation>> = {
  ListApplicationAccessScopes: {
    handle: (call) => {
      const paged = page(requireApplication(call).scopes, (one) => one.scope, {
        scope: call.operation,
        members: call.members,
        most: SCOPES_MOST,
      });
      return { Scopes: paged.items.map(scopeOf), ...nextToken(paged) };
    },
  },
  GetApplicationAccessScope: {
    handle: (call) => {
      const wanted = text(call.members, "Scope");
      const found = requireApplication(call).scopes.find((one) => one.scope === wanted);
      if (found === undefined) throw notFound(`The application has no scope ${wanted}.`);
      return scopeOf(found);
    },
  },
  ListApplicationGrants: {
    handle: (call) => {
      const paged = page(requireApplication(call).grants, (one) => one.type, {
        scope: call.operation,
        members: call.members,
        most: 10,
      });
      const grants = paged.items.map((one) => ({ GrantType: one.type, Grant: grantOf(one) }));
      return { Grants: grants, ...nextToken(paged) };
    },
  },
  GetApplicationGrant: {
    handle: (call) => {
      const wanted = oneOf(call.members, "GrantType", GRANT_TYPES);
      const found = requireApplication(call).grants.find((one) => one.type === wanted);
      if (found === undefined) throw notFound(`The application has no grant ${wanted}.`);
      return { Grant: grantOf(found) };
    },
  },
  ListApplicationAuthenticationMethods: {
    handle: (call) => {
      const methods = methodsOf(requireApplication(call));
      const paged = page(methods, (one) => JSON.stringify(one), {
        scope: call.operation,
        members: call.members,
        most: 10,
      });
      return { AuthenticationMethods: paged.items, ...nextToken(paged) };
    },
  },
  GetApplicationAuthenticationMethod: {
    handle: (call) => {
      oneOf(call.members, "AuthenticationMethodType", ["IAM"]);
      const [method] = methodsOf(requireApplication(call));
      if (method === undefined) throw notFound("The application has no authentication method.");
      return { AuthenticationMethod: method.AuthenticationMethod };
    },
  },
  GetApplicationSessionConfiguration: {
    handle: (call: Call) => ({
      UserBackgroundSessionApplicationStatus: requireApplication(call).backgroundSessions,
    }),
  },
};

/** Without targets the scope is for every one: AWS leaves the member out. */
function scopeOf(one: Application["scopes"][number]): object {
  return {
    Scope: one.scope,
    ...(one.authorizedTargets.length === 0 ? {} : { AuthorizedTargets: one.authorizedTargets }),
  };
}

function grantOf(grant: ApplicationGrant): object {
  if (grant.type === "authorization_code")
    return { AuthorizationCode: { RedirectUris: grant.redirectUris } };
  if (grant.type === "refresh_token") return { RefreshToken: {} };
  if (grant.type === "urn:ietf:params:oauth:grant-type:token-exchange")
    return { TokenExchange: {} };
  const issuers = grant.issuers.map((one) => ({
    TrustedTokenIssuerArn: one.arn,
    AuthorizedAudiences: one.audiences,
  }));
  return { JwtBearer: { AuthorizedTokenIssuers: issuers } };
}

function methodsOf(application: Application) {
  return application.actorPolicies.map((ActorPolicy) => ({
    AuthenticationMethodType: "IAM",
    AuthenticationMethod: { Iam: { ActorPolicy } },
  }));
}
