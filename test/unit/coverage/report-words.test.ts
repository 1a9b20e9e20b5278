/** What the header of the access review says of the records it rests on: "complete" is never said with anything missing. */
import { describe, expect, test } from "vitest";
import { coverageLedger } from "#core/domain/coverage/ledger";
import type { LedgerFacts } from "#core/domain/coverage/facts";
import { accessReview } from "#core/domain/report/access-review";
import { buildAccessReview } from "#core/domain/report/pack";
import { DAY, plus } from "#core/domain/time";
import { ACCOUNTS, organisation } from "../report/organisation.ts";
import { at, digests, facts, files, hours, NOW, objects, place } from "./facts.ts";

const accountId = ACCOUNTS[0]!.accountId;
const organisationFacts = organisation();

/** A review of an organisation of one account, at noon, over the given coverage. */
function review(over: Partial<LedgerFacts> = {}) {
  const places = [
    place({
      accountId,
      firstEventAt: plus(NOW, -90 * DAY),
      hoursSeen: [[Date.parse(NOW) - 90 * DAY, Date.parse(NOW)]],
    }),
  ];
  const { rows, problems } = coverageLedger(facts({ places, ...over }), NOW, null);
  return {
    ...organisationFacts,
    asOf: NOW,
    accounts: ACCOUNTS.slice(0, 1),
    snapshot: { ...organisationFacts.snapshot, takenAt: plus(NOW, -DAY / 2) },
    coverage: rows,
    problems,
  };
}

function headerOf(over: Partial<LedgerFacts> = {}): string {
  const page = buildAccessReview(review(over), ["html"]).files[0]!.content;
  return page.slice(page.indexOf("<header>"), page.indexOf("</header>"));
}

test("the header says complete of records that were read whole", () => {
  expect(accessReview(review()).coverage).toMatchObject({ complete: true, gaps: [] });
  expect(headerOf()).toContain("complete, as far as CloudTrail shows");
});

describe("the header never says complete with", () => {
  const broken = { accountId, broken: hours([4, 5]) };
  test.each<[string, Partial<LedgerFacts>, RegExp]>([
    [
      "a gap",
      { places: [place({ accountId, hoursSeen: hours([0, 4], [8, 12]) })] },
      /4 hours are not covered/,
    ],
    ["an invalid digest", { digests: [digests({ ...broken, invalid: 1 })] }, /1 digest is invalid/],
    [
      "a changed file",
      { files: [files({ ...broken, invalid: 1 })] },
      /differs from what their digests say/,
    ],
    ["a missing file", { files: [files({ ...broken, missing: 1 })] }, /cannot be found/],
    [
      "a failing object",
      { objects: [objects({ accountId, failing: 1, lost: hours([4, 5]) })] },
      /1 object was not read/,
    ],
    [
      "a failing source",
      {
        failing: [
          {
            source: "s3/example-trail",
            failingSince: at("03:00"),
            problem: "The bucket cannot be read.",
          },
        ],
      },
      /The bucket cannot be read\./,
    ],
    [
      "a trail that ends hours before",
      { places: [place({ accountId, lastEventAt: at("06:30"), hoursSeen: hours([0, 7]) })] },
      /what was read ends with/,
    ],
    ["nothing read", { places: [] }, /No trail was read at all/],
  ])("%s", (_what, over, sentence) => {
    const { coverage } = accessReview(review(over));
    expect(coverage.complete).toBe(false);
    expect(coverage.gaps.join(" ")).toMatch(sentence);
    const header = headerOf(over);
    expect(header).not.toMatch(/complete/i);
    expect(header).toMatch(/not whole: \d+ reasons? below/);
  });

  test("an account that no source shows", () => {
    const unread = { ...review(), accounts: ACCOUNTS.slice(0, 2) };
    expect(accessReview(unread).coverage.complete).toBe(false);
  });
});

test("many gaps are told in a few sentences, and how many more there are", () => {
  const places = ACCOUNTS.map((account) =>
    place({ accountId: account.accountId, hoursSeen: hours([0, 4], [8, 12]) }),
  );
  const { coverage } = accessReview({ ...review({ places }), accounts: ACCOUNTS });
  expect(coverage.gaps.filter((sentence) => sentence.includes("not covered"))).toHaveLength(4);
  expect(coverage.gaps.join(" ")).toContain(`${ACCOUNTS.length - 4} more of this kind`);
});

test("what nobody can see is said even of complete records", () => {
  expect(accessReview(review()).coverage.neverVisible.join(" ")).toContain(
    "Signing in to AWS managed web applications",
  );
});
