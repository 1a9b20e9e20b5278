/**
 * A synthetic organisation of a few hundred people for the tests of the report: a function of nothing, so that it is the same everywhere.
 */
import {
  NO_USE,
  type Account,
  type DirectoryUser,
  type EffectiveAccess,
} from "#core/domain/access";
import type { Finding } from "#core/domain/finding";
import { DAY, HOUR, plus, type Instant } from "#core/domain/time";
import type { AccessReviewFacts, SessionSummary } from "#core/domain/report/facts";

export const AS_OF = "2026-03-16T00:00:00.000Z" as Instant;
export const ARN = "arn:aws:identitystore::111122223333:identitystore/d-1234567890";
const FIRST = [
  "Ana",
  "Ben",
  "Chloé",
  "Dmitri",
  "Elif",
  "Farid",
  "Grace",
  "Hiro",
  "Ines",
  "Jonas",
  "Kavya",
  "Liam",
  "Mei",
  "Noah",
  "Olga",
  "Priya",
];
const LAST = [
  "Álvarez",
  "Becker",
  "Costa",
  "Dubois",
  "Eriksen",
  "Fischer",
  "Greco",
  "Haddad",
  "Ivanova",
  "Jansen",
  "Kim",
  "Lopez",
  "Moreau",
  "Nakamura",
  "Okafor",
];
const NAMES = [
  "management",
  "security",
  "log-archive",
  "network",
  "shared-services",
  "payments-production",
  "payments-staging",
  "web-production",
  "web-staging",
  "data-production",
  "data-staging",
  "sandbox",
];

export const ACCOUNTS: Account[] = NAMES.map((name, index) => ({
  accountId: String(111122223333 + index * 1_010_101),
  name,
  email: null,
  status: "ACTIVE",
  organizationalUnitPath:
    index === 0
      ? ""
      : name.endsWith("production")
        ? "Workloads/Production"
        : index < 5
          ? "Core"
          : "Workloads/Staging",
  isManagement: index === 0,
}));

export const USERS: DirectoryUser[] = Array.from({ length: 240 }, (_, index) => {
  const [first, last] = [FIRST[index % 16]!, LAST[Math.floor(index / 16) % 15]!];
  const plain = `${first}.${last}`.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  return {
    identityStoreArn: ARN,
    userId: `1234567890-00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
    userName: plain,
    displayName: `${first} ${last}`,
    email: `${plain}@example.com`,
    status: index % 97 === 13 ? "disabled" : "enabled",
    externalId: index % 5 === 0 ? null : `00u${index}`,
  };
});

type Grant = readonly [
  account: string,
  set: string,
  administrator: boolean | null,
  group: string | null,
];

/** Who belongs where, by the number of the person. */
function grantsOf(index: number): Grant[] {
  const team = ["payments", "web", "data"][index % 3]!;
  return [
    [`${team}-staging`, "DeveloperAccess", false, `${team}-developers`],
    [`${team}-production`, "ReadOnlyAccess", false, `${team}-developers`],
    ...(index % 4 === 0 ? [["sandbox", "PowerUserAccess", false, "everyone-builds"] as const] : []),
    ...(index % 19 === 0
      ? [[`${team}-production`, "AdministratorAccess", true, `${team}-leads`] as const]
      : []),
    ...(index % 38 === 0
      ? [[`${team}-production`, "AdministratorAccess", true, null] as const]
      : []),
    ...(index % 60 === 1 ? [["management", "AdministratorAccess", true, null] as const] : []),
    ...(index % 45 === 2
      ? [
          ["security", "SecurityAudit", false, "security"] as const,
          ["log-archive", "SecurityAudit", false, "security"] as const,
        ]
      : []),
    ...(index % 80 === 5 ? [["network", "NetworkAdministrator", null, "network"] as const] : []),
  ];
}

function accessOf(user: DirectoryUser, index: number): EffectiveAccess[] {
  const grants = grantsOf(index);
  return grants.map(([name, set, administrator, group], at) => {
    const account = ACCOUNTS.find((each) => each.name === name)!;
    const never = administrator === true ? index % 3 !== 0 : (index + at) % 7 === 3;
    const ago = never ? null : ((index * 7 + at * 13) % 50) + 1;
    const fresh = index % 53 === 6 && at === 0;
    const shared = grants.filter((other) => other[0] === name && other[1] === set).length > 1;
    return {
      user,
      accountId: account.accountId,
      accountName: name,
      permissionSetArn: `arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-${Buffer.from(set).toString("hex").slice(0, 16)}`,
      permissionSetName: set,
      roleArn: null,
      accountTier: "other" as const,
      path: [
        ...(group === null ? [] : [{ kind: "group" as const, id: `g-${group}`, name: group }]),
        { kind: "assignment" as const, id: `${account.accountId}/${set}`, name: set },
      ],
      grantedAt: fresh ? plus(AS_OF, -3 * DAY) : null,
      grantedNotAfter: fresh ? null : ("2025-12-01T08:00:00.000Z" as Instant),
      grantedBy: null,
      grantEventId: null,
      ...NO_USE,
      lastUsedAt: fresh || ago === null ? null : plus(AS_OF, -ago * DAY + 9 * HOUR),
      uses30d: fresh || ago === null || ago > 30 ? 0 : ((index + at) % 12) + 1,
      usageSharedByPaths: shared,
      observationGaps: 0,
      policy: { administrator, findings: [] },
      observedSince: "2025-12-15T00:00:00.000Z" as Instant,
      administrator,
    };
  });
}

const sessions: SessionSummary[] = USERS.filter((_, index) => index % 6 === 1).map(
  (user, index) => ({
    user,
    alive: (index % 3) + 1,
    unknown: index % 5 === 0 ? 1 : 0,
    latestEndsAt: plus(AS_OF, ((index % 9) + 1) * HOUR),
    endUnknown: index % 5 === 0,
    roles: [],
  }),
);

function finding(index: number, over: Partial<Finding>): Finding {
  return {
    id: `fin_${String(index).padStart(32, "0")}`,
    ruleId: "stale-portal-session",
    ruleVersion: "0123456789ab",
    severity: "medium",
    subject: { kind: "session", id: "ses_1" },
    user: USERS[index]!,
    instanceArn: null,
    openedAt: plus(AS_OF, -index * HOUR),
    lastSeenAt: AS_OF,
    resolvedAt: null,
    state: "open",
    summary:
      "A portal session that may be alive has not been used for 24 hours; it can live until 2026-05-30 00:00 UTC.",
    evidence: {},
    eventIds: [],
    ...over,
  };
}

/** Everything at once: disabled people, unused and doubtful administrators, new grants, double paths, findings, gaps. */
export function organisation(): AccessReviewFacts {
  return {
    organisation: "Example Corporation",
    asOf: AS_OF,
    windowFrom: plus(AS_OF, -7 * DAY),
    instance: {
      instanceArn: "arn:aws:sso:::instance/ssoins-1234567890abcdef",
      identityStoreArn: ARN,
      identityStoreId: "d-1234567890",
      ownerAccountId: "111122223333",
      region: "eu-west-1",
    },
    snapshot: {
      takenAt: plus(AS_OF, -2 * HOUR),
      firstCrawlAt: "2025-12-01T08:00:00.000Z" as Instant,
      counts: {
        users: 240,
        groups: 14,
        memberships: 612,
        permissionSets: 8,
        accounts: 12,
        assignments: 37,
      },
    },
    users: USERS,
    accounts: ACCOUNTS,
    coverage: ACCOUNTS.slice(0, 9).map((account, index) => ({
      source: "files",
      accountId: account.accountId,
      region: "eu-west-1",
      firstEventAt: plus("2025-12-15T00:00:00.000Z" as Instant, index * HOUR),
      readTo: plus(AS_OF, -(index === 4 ? 60 : 1) * HOUR),
      hoursSeen: 2_180 - index * 107,
      gapHours: 0,
      lastReceivedAt: plus(AS_OF, index === 4 ? -2 * DAY : -HOUR / 4),
    })),
    problems: [],
    access: USERS.flatMap((user, index) => accessOf(user, index)),
    sessions,
    findings: [
      finding(57, {
        ruleId: "device-code-from-unknown-network",
        severity: "high",
        summary:
          "An access token was issued for a device code to 203.0.113.0/24, where this person was not seen in the days before.",
      }),
      finding(7, {}),
      finding(31, {}),
    ],
    previous: null,
  };
}
