/**
 * The applications of the directory: one that may take accounts as whoever asks, one that goes on after people have left, and one that
 * is switched off. Guarantees the ids that the applications' lives use (lives/applications.ts).
 */
import type { Application, ApplicationProvider, TokenIssuer } from "../access.ts";
import type { Organisation } from "../model.ts";
import { PARTITION } from "../partition.ts";
import { DAY, Dice } from "../random.ts";

const provider = (name: string): string => `arn:${PARTITION}:sso::aws:applicationProvider/${name}`;

/** The kinds of application that can be chosen. */
export const PROVIDERS: ApplicationProvider[] = [
  { arn: provider("custom"), protocol: "OAUTH", name: "Custom application" },
  { arn: provider("sagemaker"), protocol: "OAUTH", name: "Amazon SageMaker" },
  { arn: provider("custom-saml"), protocol: "SAML", name: "Custom SAML 2.0 application" },
];

type Founded = Omit<Organisation, "estate">;
type Base = Pick<
  Application,
  "arn" | "providerArn" | "name" | "accountId" | "status" | "createdAt"
>;

export function buildApplications(
  founded: Founded,
  issuers: readonly TokenIssuer[],
): Application[] {
  return [chatAgent(founded, issuers), notebooks(founded), wiki(founded)];
}

function base(founded: Founded, name: string, kind: string): Base {
  const { seed, anchor, instanceArn, managementAccountId } = founded;
  const instance = instanceArn.split("/").at(-1) ?? "";
  const id = `apl-${new Dice(seed, "application", name).hex(16)}`;
  return {
    arn: `arn:${PARTITION}:sso::${managementAccountId}:application/${instance}/${id}`,
    providerArn: provider(kind),
    name,
    accountId: managementAccountId,
    status: "ENABLED",
    createdAt: anchor - 80 * DAY,
  };
}

function chatAgent(founded: Founded, issuers: readonly TokenIssuer[]): Application {
  return {
    ...base(founded, "chat-agent", "custom"),
    description: "Answers questions about accounts, as whoever asks",
    assignmentRequired: false,
    scopes: [{ scope: "sso:account:access", authorizedTargets: [] }],
    grants: [
      {
        type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        issuers: issuers.map((one) => ({ arn: one.arn, audiences: ["corp-example-chat"] })),
      },
      { type: "refresh_token" },
    ],
    actorPolicies: [actor(founded, "chat-agent")],
    backgroundSessions: "DISABLED",
    principals: [],
  };
}

function notebooks(founded: Founded): Application {
  const engineer = founded.people.find((one) => one.profile === "engineer");
  return {
    ...base(founded, "notebooks", "sagemaker"),
    description: "Notebooks of the data scientists",
    assignmentRequired: true,
    scopes: [{ scope: "sagemaker:studio:access", authorizedTargets: [] }],
    grants: [
      { type: "urn:ietf:params:oauth:grant-type:token-exchange" },
      { type: "refresh_token" },
    ],
    actorPolicies: [actor(founded, "notebooks")],
    backgroundSessions: "ENABLED",
    principals: [
      { type: "GROUP", id: groupId(founded, "analysts") },
      { type: "USER", id: engineer?.userId ?? "" },
    ],
  };
}

function wiki(founded: Founded): Application {
  return {
    ...base(founded, "wiki", "custom-saml"),
    description: "The wiki of last year",
    status: "DISABLED",
    assignmentRequired: true,
    scopes: [],
    grants: [],
    actorPolicies: [],
    backgroundSessions: "DISABLED",
    principals: [{ type: "GROUP", id: groupId(founded, "all-staff") }],
  };
}

/** Lets a role of the management account get tokens for the application. */
function actor({ managementAccountId }: Founded, role: string): object {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: `arn:${PARTITION}:iam::${managementAccountId}:role/${role}` },
        Action: "sso-oauth:CreateTokenWithIAM",
        Resource: "*",
      },
    ],
  };
}

function groupId({ groups }: Founded, name: string): string {
  return groups.find((one) => one.displayName === name)?.groupId ?? "";
}
