/** Trusted token issuers of the instance: whose tokens applications may trade for a person's. None can be written here. */
import type { TokenIssuer } from "../../access.ts";
import { text } from "../http/input.ts";
import { nextToken, page } from "../http/paging.ts";
import { notFound } from "../http/wire-error.ts";
import type { Operation } from "../service.ts";
import { requireAnyInstance } from "./instances.ts";

export const TOKEN_ISSUERS: Readonly<Record<string, Operation>> = {
  ListTrustedTokenIssuers: {
    handle: (call) => {
      const own = requireAnyInstance(call) === call.world.organisation.instanceArn;
      const paged = page(
        own ? call.world.organisation.estate.issuers : [],
        (one: TokenIssuer) => one.arn,
        { scope: call.operation, members: call.members, most: 100 },
      );
      return { TrustedTokenIssuers: paged.items.map(issuerOf), ...nextToken(paged) };
    },
  },
  DescribeTrustedTokenIssuer: {
    handle: (call) => {
      const arn = text(call.members, "TrustedTokenIssuerArn");
      const { estate, region } = call.world.organisation;
      const found = estate.issuers.find((one) => one.arn === arn);
      if (found === undefined || call.region !== region)
        throw notFound(`Trusted token issuer ${arn} does not exist in ${call.region}.`);
      return {
        ...issuerOf(found),
        TrustedTokenIssuerConfiguration: {
          OidcJwtConfiguration: {
            IssuerUrl: found.issuerUrl,
            ClaimAttributePath: found.claimPath,
            IdentityStoreAttributePath: found.directoryPath,
            JwksRetrievalOption: "OPEN_ID_DISCOVERY",
          },
        },
      };
    },
  },
};

function issuerOf(one: TokenIssuer): object {
  return {
    TrustedTokenIssuerArn: one.arn,
    Name: one.name,
    TrustedTokenIssuerType: "OIDC_JWT",
  };
}
