/**
 * Finds applications that can act as people: those with the scope `sso:account:access`, which take account roles in the person's
 * name, and those that exchange tokens of an outside issuer. An issuer that no application uses yet has a finding of its own, because
 * one call makes it usable. It judges the configuration, not what was done with it.
 */
import type { Application, TrustedTokenIssuer } from "../../domain/access.ts";
import type { Detection } from "../../domain/finding.ts";
import type { OrganisationFacts } from "../organisation-facts.ts";
import { counted, listed, seenFrom } from "../privilege.ts";
import type { OrganisationRule } from "../rule.ts";

const ACCOUNT_ACCESS = "sso:account:access";
const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

const takesRoles = ({ scopes }: Application): boolean =>
  scopes.some(({ scope }) => scope === ACCOUNT_ACCESS);

const exchangesTokens = ({ grants, trustedTokenIssuerArns }: Application): boolean =>
  grants.includes(JWT_BEARER) || trustedTokenIssuerArns.length > 0;

function whoMayUse(facts: OrganisationFacts, application: Application) {
  const assigned = facts.snapshot.applicationAssignments.filter(
    ({ applicationArn }) => applicationArn === application.applicationArn,
  );
  const words =
    application.assignmentRequired === false
      ? "everybody in the directory"
      : counted(assigned.length, "assigned user or group", "assigned users and groups");
  return { assigned, words };
}

function applicationDetection(facts: OrganisationFacts, application: Application): Detection {
  const { applicationArn, name, scopes, trustedTokenIssuerArns } = application;
  const since = seenFrom(facts, "application", applicationArn);
  const { assigned, words } = whoMayUse(facts, application);
  const issuers = facts.snapshot.trustedTokenIssuers.filter(({ trustedTokenIssuerArn }) =>
    trustedTokenIssuerArns.includes(trustedTokenIssuerArn),
  );
  const isRoles = takesRoles(application);
  const isTokens = exchangesTokens(application);
  const what = [
    ...(isRoles ? ["take account roles in people's names"] : []),
    ...(isTokens
      ? [`exchange tokens of ${counted(trustedTokenIssuerArns.length, "outside issuer")}`]
      : []),
  ].join(" and ");
  return {
    key: [applicationArn],
    subject: { kind: "application", id: applicationArn },
    since,
    lastSeenAt: since,
    severity: isRoles ? (isTokens ? "critical" : "high") : "medium",
    summary: `The application ${name} can ${what}; ${words} may use it: keep it only if its owner is as trusted as they are together.`,
    evidence: {
      applicationArn,
      applicationName: name,
      applicationProviderArn: application.applicationProviderArn,
      scopes,
      grants: application.grants,
      issuers: issuers.map((issuer) => issuerEvidence(issuer)),
      issuerArns: trustedTokenIssuerArns,
      assignmentRequired: application.assignmentRequired,
      assignments: assigned.length,
      principals: listed(
        assigned.map(({ principalType, principalId }) => `${principalType} ${principalId}`),
        20,
      ),
    },
    eventIds: [],
  };
}

const issuerEvidence = ({
  trustedTokenIssuerArn,
  name,
  issuerUrl,
  claimAttributePath,
  identityStoreAttributePath,
}: TrustedTokenIssuer) => ({
  trustedTokenIssuerArn,
  name,
  issuerUrl,
  claimAttributePath,
  identityStoreAttributePath,
});

function issuerDetection(facts: OrganisationFacts, issuer: TrustedTokenIssuer): Detection {
  const { trustedTokenIssuerArn: arn, name, issuerUrl } = issuer;
  const since = seenFrom(facts, "trusted-token-issuer", arn);
  return {
    key: [arn],
    subject: { kind: "trusted-token-issuer", id: arn },
    since,
    lastSeenAt: since,
    severity: "low",
    summary: `Tokens of the issuer ${name} (${issuerUrl ?? "address not read"}) may stand for people, and no application uses it: delete it until one does.`,
    evidence: issuerEvidence(issuer),
    eventIds: [],
  };
}

export const impersonatingApplication: OrganisationRule = {
  about: "organisation",
  metadata: {
    id: "impersonating-application",
    title: "Application or issuer that can act as people",
    severity: "high",
    pack: "over-broad",
    description:
      "An application may take account roles as the person or exchanges tokens of an outside issuer, or such an issuer is there unused.",
    revision: 1,
  },
  parameters: {},
  evaluate(facts) {
    const { applications, trustedTokenIssuers, notes } = facts.snapshot;
    const live = applications.filter(({ status }) => status !== "DISABLED");
    const used = new Set(
      applications.flatMap(({ trustedTokenIssuerArns }) => trustedTokenIssuerArns),
    );
    const unread = notes.filter(({ kind, about }) => kind === "unread" && about === "applications");
    return {
      detections: [
        ...live
          .filter((one) => takesRoles(one) || exchangesTokens(one))
          .map((one) => applicationDetection(facts, one)),
        ...trustedTokenIssuers
          .filter(({ trustedTokenIssuerArn }) => !used.has(trustedTokenIssuerArn))
          .map((issuer) => issuerDetection(facts, issuer)),
      ],
      nextDecisionAt: null,
      withheld: unread.length === 0 ? [] : ["the applications were not read"],
    };
  },
};
