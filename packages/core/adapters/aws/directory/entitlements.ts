/**
 * Roles that account access manager gives to people and groups, outside of permission sets. Guarantees every entitlement of an
 * application that could be listed; where the service is absent or may not be asked, a note says so, because the access is there
 * nevertheless. Shapes are read leniently: they are known from AWS's model alone.
 */
import type { CrawlNote, Entitlement } from "../../../domain/access.ts";
import { Fault } from "../../../domain/fault.ts";
import { instant, parseInstant, type Instant } from "../../../domain/time.ts";
import type { Listing } from "../../../ports/access/directory.ts";
import type { AccountAccessOperation } from "../account-access.ts";
import type { AwsClients } from "../clients.ts";
import { answeredName, isAbsent, isDenied } from "../faults.ts";
import { list, refusalOf, unread, vanished, whole } from "./listings.ts";

type Members = Readonly<Record<string, unknown>>;

const PAGE = 100;
const UNKNOWN_OPERATION = new Set(["UnknownOperationException", "Status404", "Status403"]);

export interface AccessApplication {
  readonly applicationArn: string;
  readonly byAccount: boolean;
}

/** Whether an application's entitlements can be listed without naming accounts is not documented: it is tried. */
export async function listAccessApplications(
  clients: AwsClients,
): Promise<Listing<AccessApplication>> {
  try {
    const found = await pagesOf(clients, "ListApplications", "applications", {}, (one) =>
      textOf(one["applicationArn"] ?? one["arn"]),
    );
    const applications: AccessApplication[] = [];
    for (const one of found) {
      const applicationArn = textOf(one["applicationArn"] ?? one["arn"]);
      const byAccount = !(await takesEmptyFilter(clients, applicationArn));
      applications.push({ applicationArn, byAccount });
    }
    return whole(applications);
  } catch (error) {
    const note = absence(error);
    if (note === null) throw error;
    return whole([], [note]);
  }
}

/** Why the service cannot be read at all; null for a failure that another try may mend. */
function absence(error: unknown): CrawlNote | null {
  const unreachable =
    error instanceof Fault && error.code === "aws.unreachable" && isNameless(error.cause);
  const absent = unreachable || isAbsent(error) || UNKNOWN_OPERATION.has(answeredName(error));
  if (!absent && !isDenied(error)) return null;
  const why = isDenied(error)
    ? `AWS does not let Curfew read them (${refusalOf(error)}): allow account-access:ListApplications and account-access:ListEntitlements to its role`
    : `account access manager does not answer in this Region (${refusalOf(error)}): if it is used, set AWS_ENDPOINT_URL_ACCOUNT_ACCESS to its endpoint`;
  return unread(
    "entitlements",
    `Entitlements of account access manager are unknown, because ${why}.`,
  );
}

/** The name of the endpoint does not exist: AWS has no such service there. */
function isNameless(cause: unknown): boolean {
  return (cause as { code?: unknown } | null)?.code === "ENOTFOUND";
}

async function takesEmptyFilter(clients: AwsClients, applicationArn: string): Promise<boolean> {
  try {
    await clients.call(`list the entitlements of ${applicationArn}`, () =>
      clients.accountAccess.send("ListEntitlements", {
        ...inputOf(applicationArn, null),
        maxResults: 1,
      }),
    );
    return true;
  } catch (error) {
    if (answeredName(error) === "ValidationException") return false;
    throw error;
  }
}

const inputOf = (applicationArn: string, accountId: string | null): Members => ({
  applicationArn,
  filter: { principalRole: accountId === null ? {} : { account: accountId } },
});

export async function readEntitlements(
  clients: AwsClients,
  applicationArn: string,
  accountId: string | null,
): Promise<Listing<Entitlement>> {
  const input = inputOf(applicationArn, accountId);
  try {
    const found = await pagesOf(clients, "ListEntitlements", "entitlements", input, (one) =>
      textOf(one["entitlementId"]),
    );
    const read = found.map((one) => entitlementOf(one, applicationArn));
    const strange = read.filter((one) => one.principalId === "" || one.roleArn === "");
    return whole(
      read,
      strange.map(({ entitlementId }) =>
        unread(
          entitlementId,
          "AWS answered this entitlement without its principal or its role: look at it in account access manager.",
        ),
      ),
    );
  } catch (error) {
    if (isAbsent(error)) return whole([], [vanished("application", applicationArn)]);
    throw error;
  }
}

function entitlementOf(row: Members, applicationArn: string): Entitlement {
  const given = membersOf(membersOf(row["entitlement"])["principalRole"]);
  const person = membersOf(membersOf(given["principal"])["identityCenter"]);
  const groupId = textOf(person["groupId"]);
  const roleArn = textOf(given["roleArn"]);
  return {
    entitlementId: textOf(row["entitlementId"]),
    applicationArn,
    principalType: groupId === "" ? "USER" : "GROUP",
    principalId: groupId === "" ? textOf(person["userId"]) : groupId,
    accountId: textOf(given["account"]) || (roleArn.split(":")[4] ?? ""),
    roleArn,
    createdAt: timeOf(row["createdAt"]),
  };
}

function pagesOf(
  clients: AwsClients,
  operation: AccountAccessOperation,
  member: string,
  input: Members,
  keyOf: (item: Members) => string,
): Promise<Members[]> {
  return list(
    clients,
    `list the ${member} of account access manager`,
    async (token) => {
      const more = token === undefined ? {} : { nextToken: token };
      const answer = await clients.accountAccess.send(operation, {
        ...input,
        maxResults: PAGE,
        ...more,
      });
      const next = textOf(answer["nextToken"]);
      const listed: unknown = answer[member];
      return {
        rows: Array.isArray(listed) ? listed.map(membersOf) : [],
        NextToken: next === "" ? undefined : next,
      };
    },
    (page) => page.rows,
    keyOf,
  );
}

const membersOf = (value: unknown): Members =>
  typeof value === "object" && value !== null ? (value as Members) : {};

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** rest-json writes instants as seconds after 1970, or as text. */
function timeOf(value: unknown): Instant | null {
  if (typeof value === "number" && Number.isFinite(value))
    return instant(Math.round(value * 1_000));
  return parseInstant(value);
}
