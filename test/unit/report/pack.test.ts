import { describe, expect, test } from "vitest";
import { accessReview } from "#core/domain/report/access-review";
import { csvCell } from "#core/domain/report/csv";
import type { AccessReviewFacts } from "#core/domain/report/facts";
import { buildAccessReview, manifestDigest, REPORT_FORMATS } from "#core/domain/report/pack";
import { sha256 } from "#core/domain/ids";
import { organisation } from "./organisation.ts";

const FACTS = organisation();
const REVIEW = accessReview(FACTS);
const PACK = buildAccessReview(FACTS, REPORT_FORMATS);
const page = (facts: AccessReviewFacts): string =>
  buildAccessReview(facts, ["html"]).files[0]!.content;

describe("the files", () => {
  test("are bound by the manifest, whose digest covers all of it", () => {
    const { digest, ...body } = PACK.manifest;
    expect(manifestDigest(body)).toBe(digest);
    expect(PACK.manifest.files.map(({ name, sha256: hash, bytes }) => [name, hash, bytes])).toEqual(
      PACK.files.map(({ name, content }) => [name, sha256(content), Buffer.byteLength(content)]),
    );
    expect(manifestDigest({ ...body, organisation: "Another" })).not.toBe(digest);
  });

  test("never let a name become markup, a script or a change of direction", () => {
    const hostile = `<img src=x onerror=alert(1)>"'&\u202egnp.exe\u001b[31m`;
    const text = page({
      ...FACTS,
      organisation: hostile,
      users: FACTS.users.map((user) => ({ ...user, displayName: hostile, email: hostile })),
      accounts: FACTS.accounts.map((account) => ({
        ...account,
        name: hostile,
        organizationalUnitPath: hostile,
      })),
      access: FACTS.access.map((row) => ({
        ...row,
        permissionSetName: hostile,
        path: row.path.map((step) => ({ ...step, name: hostile })),
      })),
      findings: FACTS.findings.map((finding) => ({
        ...finding,
        summary: hostile,
        user: { ...finding.user!, userName: hostile },
      })),
      coverage: FACTS.coverage.map((row) => ({ ...row, source: hostile })),
    });
    expect(text).not.toMatch(/<img|onerror=alert\(1\)>|\u202e|\u001b/);
    expect(text).toContain(
      "&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;\ufffdgnp.exe\ufffd[31m",
    );
  });

  test("ask nothing of the network and run nothing", () => {
    expect(page(FACTS)).not.toMatch(/<script|<link|<img|<iframe|\ssrc=|https?:|@import|url\((?!#)/);
    expect(page(FACTS)).toContain("default-src &#39;none&#39;");
  });

  test("name everybody whose access is carried on, up to the number that a line holds", () => {
    const text = page(FACTS);
    const rest = REVIEW.items.filter(({ section }) => section === "rest");
    expect(rest.length).toBeGreaterThan(300);
    expect(text).toContain("more, listed in the CSV");
    expect(text).toContain(rest[0]!.person.displayName!);
  });

  test("show an organisation without access or records as just that", () => {
    const text = page({ ...FACTS, access: [], coverage: [], findings: [], sessions: [] });
    expect(text).toContain("Nobody has access to any account.");
    expect(text).toContain("No trail was read at all");
  });
});

describe("the CSV", () => {
  test.each([
    ["=1+1", "'=1+1"],
    ["+41 44", "'+41 44"],
    ["-2", "'-2"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\tx", "'\tx"],
    ["\rx", '"\'\rx"'],
    ['=HYPERLINK("a","b")', '"\'=HYPERLINK(""a"",""b"")"'],
    ["plain", "plain"],
    ["a,b", '"a,b"'],
    ['a"b', '"a""b"'],
    ["a\nb", '"a\nb"'],
    ["a=b", "a=b"],
  ])("writes %j so that no spreadsheet runs it", (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });

  test("has as many cells in each line as in its header, whatever the names", () => {
    const csv = buildAccessReview(FACTS, ["csv"]).files[0]!.content;
    const lines = csv.split("\r\n").slice(0, -1);
    expect(lines).toHaveLength(FACTS.access.length + 1);
    const cells = (line: string): number => line.replace(/"(?:[^"]|"")*"/g, "").split(",").length;
    expect(new Set(lines.map(cells))).toEqual(new Set([37]));
  });
});
