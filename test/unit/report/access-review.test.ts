import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { accessReview, previousReview } from "#core/domain/report/access-review";
import { reviewFacts, summariseSessions, type AccessReviewFacts } from "#core/domain/report/facts";
import { SECTIONS, type ReviewItem } from "#core/domain/report/item";
import { buildAccessReview, readableJson, REPORT_FORMATS } from "#core/domain/report/pack";
import { plus, DAY, type Instant } from "#core/domain/time";
import { sessionOf } from "#core/rules/case-facts";
import { NOTHING_MORE } from "#test/support/snapshot";
import { AS_OF, organisation, USERS } from "./organisation.ts";

const FACTS = organisation();
const REVIEW = accessReview(FACTS);
const PACK = buildAccessReview(FACTS, REPORT_FORMATS);

/** One person with the given access and status. */
function alone(
  access: Partial<AccessReviewFacts["access"][number]>,
  over: Partial<AccessReviewFacts> = {},
): ReviewItem {
  const row = {
    ...FACTS.access[0]!,
    path: [{ kind: "assignment" as const, id: "a", name: "a" }],
    usageSharedByPaths: false,
    ...access,
  };
  const facts = {
    ...FACTS,
    users: [USERS[0]!],
    access: [row],
    findings: [],
    sessions: [],
    ...over,
  };
  return accessReview(facts).items[0]!;
}

describe("an access review", () => {
  test("holds one row for each path of everybody, once", () => {
    expect(REVIEW.items).toHaveLength(FACTS.access.length);
    expect(new Set(REVIEW.items.map(({ itemId }) => itemId)).size).toBe(FACTS.access.length);
    expect(REVIEW.population.items).toBe(FACTS.access.length);
    const tiers = Object.values(REVIEW.summary.peopleByTier).reduce((sum, count) => sum + count, 0);
    expect(tiers).toBe(FACTS.users.length);
  });

  test("has the same bytes whatever the order of its facts", () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...FACTS.access], { minLength: FACTS.access.length }),
        fc.shuffledSubarray([...FACTS.coverage], { minLength: FACTS.coverage.length }),
        fc.shuffledSubarray([...FACTS.findings], { minLength: FACTS.findings.length }),
        (access, coverage, findings) => {
          const users = FACTS.users.toReversed();
          const again = buildAccessReview(
            { ...FACTS, access, coverage, findings, users },
            REPORT_FORMATS,
          );
          expect(again.manifest.digest).toBe(PACK.manifest.digest);
        },
      ),
      { numRuns: 5 },
    );
  });

  test("puts the decisions in their order and the rest last", () => {
    const order = REVIEW.items.map(({ section }) => SECTIONS.indexOf(section));
    expect(order).toEqual(order.toSorted((left, right) => left - right));
    const byName = (id: string) => REVIEW.items.filter(({ section }) => section === id);
    expect(byName("leaver").every(({ person }) => person.status === "disabled")).toBe(true);
    expect(
      byName("privileged-unused").every(
        ({ permissionSet }) => permissionSet.administrator === true,
      ),
    ).toBe(true);
    expect(byName("rest").every(({ recommendation }) => recommendation === "keep")).toBe(true);
    expect(REVIEW.summary.decisions).toBe(REVIEW.items.length - byName("rest").length);
  });

  test("tells new and changed access from what the last review listed", () => {
    const last = previousReview(readableJson(REVIEW))!;
    const [gone, renamed] = FACTS.access;
    const facts: AccessReviewFacts = {
      ...FACTS,
      windowFrom: AS_OF,
      previous: {
        ...last,
        items: new Map(
          [...last.items].filter(
            ([id]) =>
              id !==
              REVIEW.items.find(
                (item) =>
                  item.person.userId === gone!.user.userId &&
                  item.permissionSet.arn === gone!.permissionSetArn,
              )!.itemId,
          ),
        ),
      },
      access: FACTS.access.map((row) =>
        row === renamed ? { ...row, permissionSetName: "RenamedAccess" } : row,
      ),
    };
    const changes = accessReview(facts).items.map(({ changeSinceLast }) => changeSinceLast);
    expect(changes.filter((change) => change === "new")).toHaveLength(1);
    expect(changes.filter((change) => change === "changed")).toHaveLength(1);
    expect(previousReview('{"schema":"another"}')).toBeNull();
  });
});

describe("a recommendation", () => {
  const old = "2025-12-15T00:00:00.000Z" as Instant;
  test.each<[string, Partial<AccessReviewFacts["access"][number]>, string, RegExp]>([
    [
      "keeps what is used",
      { administrator: false, lastUsedAt: plus(AS_OF, -DAY), uses30d: 4 },
      "keep",
      /Used 4 times in 30 days/,
    ],
    [
      "revokes what was never used in 60 observed days",
      { lastUsedAt: null, uses30d: 0, observedSince: old },
      "revoke",
      /Not used in 91 days/,
    ],
    [
      "revokes what was last used 60 days ago",
      { lastUsedAt: plus(AS_OF, -60 * DAY), uses30d: 0, observedSince: old },
      "revoke",
      /60 days ago/,
    ],
    [
      "says when the observation is too short",
      { lastUsedAt: null, uses30d: 0, observedSince: plus(AS_OF, -12 * DAY) },
      "needs-person",
      /12 days only: too short/,
    ],
    [
      "says when use was never observed",
      { lastUsedAt: null, uses30d: 0, observedSince: null },
      "needs-person",
      /never observed/,
    ],
    [
      "leaves a fresh grant alone",
      { lastUsedAt: null, uses30d: 0, observedSince: old, grantedAt: plus(AS_OF, -3 * DAY) },
      "keep",
      /Granted 3 days ago/,
    ],
    [
      "asks about a permission set that could not be read",
      { administrator: null, lastUsedAt: plus(AS_OF, -DAY), uses30d: 4 },
      "needs-person",
      /could not be read/,
    ],
  ])("%s", (_what, access, recommendation, reason) => {
    const item = alone({ grantedAt: null, ...access });
    expect(item.recommendation).toBe(recommendation);
    expect(item.reasons.join(" ")).toMatch(reason);
  });

  test("revokes everything of a disabled person and says what may still be alive", () => {
    const user = { ...USERS[0]!, status: "disabled" as const };
    const sessions = [
      { user, alive: 2, unknown: 0, latestEndsAt: null, endUnknown: true, roles: [] },
    ];
    const item = alone({ lastUsedAt: plus(AS_OF, -DAY), uses30d: 4 }, { users: [user], sessions });
    expect(item).toMatchObject({ section: "leaver", recommendation: "revoke" });
    expect(item.reasons.join(" ")).toContain("2 of their sessions may still be alive");
  });

  test("asks a person about an administrator with a serious finding, and never keeps silent about it", () => {
    const finding = { ...FACTS.findings[0]!, user: USERS[0]!, severity: "high" as const };
    const used = { administrator: true, lastUsedAt: plus(AS_OF, -DAY), uses30d: 40 };
    expect(alone(used).recommendation).toBe("keep");
    const item = alone(used, { findings: [finding] });
    expect(item).toMatchObject({ section: "privileged-unused", recommendation: "needs-person" });
    expect(item.findings).toMatchObject([{ id: finding.id, severity: "high" }]);
  });

  test("does not bury a reviewer in ordinary access that was observed too briefly", () => {
    const brief = {
      administrator: false,
      lastUsedAt: null,
      uses30d: 0,
      observedSince: plus(AS_OF, -12 * DAY),
      grantedAt: null,
    };
    expect(alone(brief)).toMatchObject({ section: "rest", recommendation: "needs-person" });
    expect(alone({ ...brief, administrator: true }).section).toBe("privileged-unused");
  });
});

describe("what could not be seen", () => {
  test("is said in words for unread accounts, late sources and a short observation", () => {
    expect(REVIEW.coverage.gaps.join(" ")).toMatch(/3 of 12 accounts.*1 of 9 sources/);
    const short = accessReview({
      ...FACTS,
      coverage: FACTS.coverage.map((row) => ({ ...row, firstEventAt: plus(AS_OF, -12 * DAY) })),
    });
    expect(short.coverage.gaps[0]).toMatch(/begin 12 days before/);
    expect(accessReview({ ...FACTS, coverage: [] }).coverage.gaps[0]).toMatch(
      /No trail was read at all/,
    );
  });
});

describe("the summary of sessions", () => {
  test("counts those that may be alive, by person and by access", () => {
    const [summary, ...others] = summariseSessions([
      sessionOf({
        id: "a",
        kind: "role",
        accountId: "1",
        permissionSetName: "Admin",
        endsAt: { at: AS_OF, limitedBy: "", certainty: "exact" },
      }),
      sessionOf({ id: "b", state: "unknown" }),
      sessionOf({ id: "c", state: "ended" }),
    ]);
    expect(others).toEqual([]);
    expect(summary).toMatchObject({
      alive: 2,
      unknown: 1,
      endUnknown: true,
      latestEndsAt: AS_OF,
      roles: [{ accountId: "1", permissionSetName: "Admin", alive: 1 }],
    });
  });
});

describe("the facts of a review", () => {
  test("come from what was judged, counted and without resolved findings", () => {
    const snapshot = {
      instance: FACTS.instance,
      users: USERS,
      groups: [],
      memberships: [],
      permissionSets: [],
      accounts: FACTS.accounts,
      assignments: [],
      ...NOTHING_MORE,
      takenAt: AS_OF,
      firstCrawlAt: AS_OF,
    };
    const [open] = FACTS.findings;
    const resolved = {
      ...open!,
      id: "fin_resolved",
      state: "resolved" as const,
      resolvedAt: AS_OF,
    };
    const { organisation: name, asOf, windowFrom, coverage, problems, access, previous } = FACTS;
    const judged = {
      organisation: name,
      asOf,
      windowFrom,
      coverage,
      problems,
      access,
      previous,
      snapshot,
    };
    const facts = reviewFacts({
      ...judged,
      sessions: [sessionOf({})],
      findings: [open!, resolved],
    });
    expect(facts.snapshot.counts).toMatchObject({ users: 240, accounts: 12, groups: 0 });
    expect(facts.findings).toEqual([open]);
    expect(facts.sessions).toMatchObject([{ alive: 1 }]);
    expect(accessReview(facts).items).toHaveLength(access.length);
  });
});
