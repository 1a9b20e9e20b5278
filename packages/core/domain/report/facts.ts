/**
 * What an access review is built from: one frozen picture of the organisation at an instant. Pure shapes, and the summary of
 * sessions that a review shows; who gathers them vouches that all of them are of the same instant.
 */
import type {
  AccessSnapshot,
  Account,
  DirectoryUser,
  EffectiveAccess,
  IdentityCenterInstance,
} from "../access.ts";
import type { CoverageProblem } from "../coverage/problems.ts";
import type { Finding } from "../finding.ts";
import { personKey, type PersonKey } from "../person.ts";
import type { SessionView } from "../session.ts";
import { latest, type Instant } from "../time.ts";

/** How far one source was read of one account and Region before the review's instant, as the coverage ledger has it. */
export interface ReviewCoverage {
  readonly source: string;
  readonly accountId: string;
  readonly region: string;
  /** Null when listings were read to their end and showed nothing. */
  readonly firstEventAt: Instant | null;
  /** End of the last hour that was read, at most the review's instant. */
  readonly readTo: Instant | null;
  /** Hours in which a record was seen, other services' included. */
  readonly hoursSeen: number;
  /** Hours in between that were not read. */
  readonly gapHours: number;
  /** At most the review's instant. Later receipts move it, so it decides a sentence and is never printed. */
  readonly lastReceivedAt: Instant | null;
}

/** Sessions of one person that may be alive. */
export interface SessionSummary {
  readonly user: PersonKey;
  /** Active ones, and those of which nobody can tell. */
  readonly alive: number;
  /** Of those, how many are of unknown state. */
  readonly unknown: number;
  /** The latest hard end among them that is known. */
  readonly latestEndsAt: Instant | null;
  /** True when at least one has no known hard end. */
  readonly endUnknown: boolean;
  /** Role sessions alive, by the access they came by. */
  readonly roles: readonly {
    readonly accountId: string;
    readonly permissionSetName: string;
    readonly alive: number;
  }[];
}

/** What the last review listed, to tell what is new or changed. */
export interface PreviousReview {
  readonly asOf: Instant;
  /** `fingerprint` by item id. */
  readonly items: ReadonlyMap<string, string>;
}

export interface AccessReviewFacts {
  /** As it is to stand in the title. */
  readonly organisation: string;
  readonly asOf: Instant;
  /** Begin of the period under review: a grant in `[windowFrom, asOf)` is new. */
  readonly windowFrom: Instant;
  readonly instance: IdentityCenterInstance;
  /** The complete crawl that the population stems from. */
  readonly snapshot: {
    readonly takenAt: Instant;
    readonly firstCrawlAt: Instant;
    /** By kind: users, groups, memberships, permissionSets, accounts, assignments. */
    readonly counts: Readonly<Record<string, number>>;
  };
  /** Everybody in the directory, also those without access. */
  readonly users: readonly DirectoryUser[];
  readonly accounts: readonly Account[];
  readonly coverage: readonly ReviewCoverage[];
  /** What the ledger says is wrong with it. */
  readonly problems: readonly CoverageProblem[];
  /** Every path of everybody. */
  readonly access: readonly EffectiveAccess[];
  readonly sessions: readonly SessionSummary[];
  /** Those that are not resolved. */
  readonly findings: readonly Finding[];
  readonly previous: PreviousReview | null;
}

/** What was judged at one instant, as the flows have it. */
export interface JudgedOrganisation {
  readonly organisation: string;
  readonly asOf: Instant;
  readonly windowFrom: Instant;
  readonly snapshot: AccessSnapshot & {
    readonly takenAt: Instant;
    readonly firstCrawlAt: Instant;
  };
  readonly coverage: readonly ReviewCoverage[];
  /** What the ledger says is wrong with it. */
  readonly problems: readonly CoverageProblem[];
  readonly access: readonly EffectiveAccess[];
  /** Of everybody, with their state at `asOf`. */
  readonly sessions: readonly SessionView[];
  readonly findings: readonly Finding[];
  readonly previous: PreviousReview | null;
}

/** The facts of a review, from what was judged. Resolved findings are left out. */
export function reviewFacts(judged: JudgedOrganisation): AccessReviewFacts {
  const { snapshot, sessions, findings, ...rest } = judged;
  return {
    ...rest,
    instance: snapshot.instance,
    snapshot: {
      takenAt: snapshot.takenAt,
      firstCrawlAt: snapshot.firstCrawlAt,
      counts: {
        users: snapshot.users.length,
        groups: snapshot.groups.length,
        memberships: snapshot.memberships.length,
        permissionSets: snapshot.permissionSets.length,
        accounts: snapshot.accounts.length,
        assignments: snapshot.assignments.length,
      },
    },
    users: snapshot.users,
    accounts: snapshot.accounts,
    sessions: summariseSessions(sessions),
    findings: findings.filter(({ state }) => state !== "resolved"),
  };
}

/** One summary for each person with a session that may be alive, by person. */
export function summariseSessions(sessions: readonly SessionView[]): SessionSummary[] {
  const byPerson = new Map<string, SessionView[]>();
  for (const session of sessions) {
    if (session.state !== "active" && session.state !== "unknown") continue;
    const key = personKey(session.user);
    byPerson.set(key, [...(byPerson.get(key) ?? []), session]);
  }
  return [...byPerson.entries()]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([, alive]) => {
      const { identityStoreArn, userId } = alive[0]!.user;
      return {
        user: { identityStoreArn, userId },
        alive: alive.length,
        unknown: alive.filter(({ state }) => state === "unknown").length,
        latestEndsAt: latest(...alive.map(({ endsAt }) => endsAt.at)),
        endUnknown: alive.some(({ endsAt }) => endsAt.at === null),
        roles: rolesOf(alive),
      };
    });
}

function rolesOf(sessions: readonly SessionView[]): SessionSummary["roles"] {
  const counts = new Map<string, number>();
  for (const { kind, accountId, permissionSetName } of sessions) {
    if (kind !== "role" || permissionSetName === null) continue;
    const key = JSON.stringify([accountId, permissionSetName]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts.entries()]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, alive]) => {
      const [accountId, permissionSetName] = JSON.parse(key) as [string, string];
      return { accountId, permissionSetName, alive };
    });
}
