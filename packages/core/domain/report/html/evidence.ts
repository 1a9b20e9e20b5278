/** The end of the page: open findings, how the population was counted, and how far each source reached. */
import { ownerName } from "../../finding.ts";
import type { AccessReview } from "../access-review.ts";
import { countText, dayText, numberText, timeText } from "../words.ts";
import { html, NOTHING, type Markup } from "./markup.ts";

const WEIGHT = ["critical", "high", "medium", "low"] as const;

/** Findings and coverage rows that the page lists; JSON has them all. */
const LISTED = 60;

export function findingsSection(number: number, review: AccessReview): Markup {
  if (review.findings.length === 0) return NOTHING;
  const heaviest = WEIGHT.flatMap((severity) =>
    review.findings.filter((finding) => finding.severity === severity),
  );
  const rows = heaviest.slice(0, LISTED).map(
    ({ severity, user, summary, openedAt, ruleId }) =>
      html`<tr>
        <td><b>${severity}</b></td>
        <td class="who">${ownerName({ user })}</td>
        <td>${summary}<span class="sub">${ruleId}</span></td>
        <td class="when">${dayText(openedAt)}</td>
      </tr> `,
  );
  const more = heaviest.length - LISTED;
  return html`<section id="findings">
    <div class="head">
      <h2>${number}. Open findings</h2>
      <span class="n">${countText(heaviest.length, "finding", "findings")}</span>
    </div>
    <div class="scroll">
      <table>
        <colgroup>
          <col style="width:9%" />
          <col style="width:18%" />
          <col />
          <col style="width:12%" />
        </colgroup>
        <thead>
          <tr>
            <th>Severity</th>
            <th>About</th>
            <th>What was seen</th>
            <th>Since</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    ${more > 0 ? html`<p class="why">${numberText(more)} more are in the JSON.</p>` : NOTHING}
  </section>`;
}

const KINDS: Readonly<Record<string, string>> = {
  users: "users",
  groups: "groups",
  memberships: "group memberships",
  permissionSets: "permission sets",
  accounts: "accounts",
  assignments: "account assignments",
};

export function populationSection(number: number, { population }: AccessReview): Markup {
  const counts = Object.entries(population.counts)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(
      ([kind, count]) =>
        html`<div>
          <dt>${KINDS[kind] ?? kind}</dt>
          <dd>${numberText(count)}</dd>
        </div>`,
    );
  return html`<section id="population">
    <div class="head">
      <h2>${number}. Population</h2>
      <span class="n">${countText(population.items, "row", "rows")}</span>
    </div>
    <p class="why">
      Taken from one reading of the directory, finished ${timeText(population.takenAt)}. A reading
      counts only when every listing was read to its end, so the population is complete as of then.
      The first reading was ${timeText(population.firstCrawlAt)}.
    </p>
    <dl class="facts">
      ${counts}
      <div>
        <dt>people with access</dt>
        <dd>${numberText(population.peopleWithAccess)}</dd>
      </div>
    </dl>
  </section>`;
}

export function coverageSection(number: number, { coverage }: AccessReview): Markup {
  const rows = coverage.rows.slice(0, LISTED).map(
    (row) =>
      html`<tr>
        <td>${row.source}</td>
        <td>${row.accountId}</td>
        <td>${row.region}</td>
        <td class="when">
          ${row.firstEventAt === null ? "no record" : timeText(row.firstEventAt)}
        </td>
        <td class="when">${row.readTo === null ? "" : timeText(row.readTo)}</td>
        <td class="r">${numberText(row.hoursSeen)}</td>
        <td class="r">${row.gapHours === 0 ? "none" : numberText(row.gapHours)}</td>
      </tr> `,
  );
  const more = coverage.rows.length - LISTED;
  const table =
    rows.length === 0
      ? html`<p class="empty">Nothing was read.</p>`
      : html`<div class="scroll">
          <table>
            <thead>
              <tr>
                <th>Source</th>
                <th>Account</th>
                <th>Region</th>
                <th>First record</th>
                <th>Read to</th>
                <th class="r">Hours with records</th>
                <th class="r">Hours not read</th>
              </tr>
            </thead>
            <tbody>
              ${rows}
            </tbody>
          </table>
        </div>`;
  return html`<section id="coverage">
    <div class="head">
      <h2>${number}. Records behind “used” and “not used”</h2>
      <span class="n">${countText(coverage.rows.length, "source", "sources")}</span>
    </div>
    ${table}${more > 0 ? html`<p class="why">${numberText(more)} more are in the JSON.</p>` : NOTHING}
  </section>`;
}
