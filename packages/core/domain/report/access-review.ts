/**
 * Builds the access review: one row for each path of each person, what is recommended, and in which order people should decide.
 * Pure: the same facts, in any order, give the same document. It decides nothing and leaves nothing of the population out.
 */
import type { Finding } from "../finding.ts";
import { sha256 } from "../ids.ts";
import { personKey } from "../person.ts";
import type { Instant } from "../time.ts";
import { coverageInWords, type CoverageWords } from "./coverage.ts";
import type { AccessReviewFacts, PreviousReview, ReviewCoverage } from "./facts.ts";
import { reviewItem, SECTIONS, type ReviewItem } from "./item.ts";
import { summarise, type ReviewSummary } from "./summary.ts";

/** Without what changes after the review's instant: the same facts give the same bytes whenever it is made. */
export type CoverageShown = Omit<ReviewCoverage, "lastReceivedAt">;

export interface AccessReview {
  readonly schema: "curfew.access-review/1";
  readonly organisation: string;
  readonly asOf: Instant;
  readonly window: { readonly from: Instant; readonly to: Instant };
  readonly previousAsOf: Instant | null;
  readonly instance: AccessReviewFacts["instance"];
  readonly population: {
    readonly takenAt: Instant;
    readonly firstCrawlAt: Instant;
    readonly counts: Readonly<Record<string, number>>;
    readonly peopleWithAccess: number;
    readonly items: number;
    /** SHA-256 over the row hashes in their order. */
    readonly digest: string;
  };
  readonly coverage: CoverageWords & { readonly rows: readonly CoverageShown[] };
  readonly summary: ReviewSummary;
  readonly items: readonly ReviewItem[];
  readonly findings: readonly Finding[];
}

function sorted<T>(values: readonly T[], key: (value: T) => string): T[] {
  return values
    .map((value) => ({ value, key: key(value) }))
    .toSorted((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0))
    .map(({ value }) => value);
}

function grouped<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group === undefined) groups.set(key(value), [value]);
    else group.push(value);
  }
  return groups;
}

/** Sections first; disabled people as a whole; then the management account, account, permission set, person and path. */
function orderOf(item: ReviewItem): string {
  return JSON.stringify([
    SECTIONS.indexOf(item.section),
    item.section === "leaver" ? personKey(item.person) : "",
    item.account.isManagement ? 0 : 1,
    item.account.name,
    item.account.accountId,
    item.permissionSet.name,
    item.permissionSet.arn,
    item.person.displayName ?? item.person.userName ?? "",
    item.itemId,
  ]);
}

function itemsOf(facts: AccessReviewFacts): ReviewItem[] {
  const users = new Map(facts.users.map((user) => [personKey(user), user]));
  const accounts = new Map(facts.accounts.map((account) => [account.accountId, account]));
  const sessions = new Map(facts.sessions.map((summary) => [personKey(summary.user), summary]));
  const findings = grouped(
    sorted(facts.findings, ({ id }) => id),
    ({ user }) => (user === null ? "organisation" : personKey(user)),
  );
  const access = grouped(
    sorted(facts.access, (row) => JSON.stringify([row.accountId, row.permissionSetArn, row.path])),
    ({ user }) => personKey(user),
  );
  const items: ReviewItem[] = [];
  for (const [key, rows] of access) {
    const context = {
      user: users.get(key),
      access: rows,
      sessions: sessions.get(key),
      findings: findings.get(key) ?? [],
    };
    for (const row of rows) {
      const account = accounts.get(row.accountId);
      items.push(
        reviewItem(row, context, facts, {
          accountId: row.accountId,
          name: account?.name ?? row.accountName,
          organizationalUnitPath: account?.organizationalUnitPath ?? null,
          isManagement: account?.isManagement ?? false,
        }),
      );
    }
  }
  return sorted(items, orderOf);
}

/** The document that every format is rendered from. */
export function accessReview(facts: AccessReviewFacts): AccessReview {
  const items = itemsOf(facts);
  const people = new Set(items.map(({ person }) => personKey(person)));
  const rows = sorted(
    facts.coverage.map(
      ({ source, accountId, region, firstEventAt, readTo, hoursSeen, gapHours }) => ({
        source,
        accountId,
        region,
        firstEventAt,
        readTo,
        hoursSeen,
        gapHours,
      }),
    ),
    (row) => JSON.stringify([row.source, row.accountId, row.region]),
  );
  return {
    schema: "curfew.access-review/1",
    organisation: facts.organisation,
    asOf: facts.asOf,
    window: { from: facts.windowFrom, to: facts.asOf },
    previousAsOf: facts.previous?.asOf ?? null,
    instance: facts.instance,
    population: {
      takenAt: facts.snapshot.takenAt,
      firstCrawlAt: facts.snapshot.firstCrawlAt,
      counts: facts.snapshot.counts,
      peopleWithAccess: people.size,
      items: items.length,
      digest: sha256(items.map(({ rowHash }) => rowHash).join("\n")),
    },
    coverage: { ...coverageInWords(facts), rows },
    summary: summarise(items, facts),
    items,
    findings: sorted(facts.findings, ({ openedAt, id }) => `${openedAt} ${id}`),
  };
}

/** What the next review compares with, from the JSON of this one. Null when the text is no access review. */
export function previousReview(json: string): PreviousReview | null {
  const review = JSON.parse(json) as Partial<AccessReview> | null;
  if (
    review?.schema !== "curfew.access-review/1" ||
    review.items === undefined ||
    review.asOf === undefined
  )
    return null;
  return {
    asOf: review.asOf,
    items: new Map(review.items.map((item) => [item.itemId, item.fingerprint])),
  };
}
