/**
 * The access review as one page: no script, nothing loaded, for reading on a screen and for printing. It shows the document and
 * adds no judgement of its own; the same document gives the same bytes.
 */
import type { AccessReview } from "../access-review.ts";
import { SECTIONS, type SectionId } from "../item.ts";
import { between, DAY } from "../../time.ts";
import { countText, dayText, numberText, timeText } from "../words.ts";
import { charts } from "./charts.ts";
import { decisionSection, restSection } from "./decisions.ts";
import { coverageSection, findingsSection, populationSection } from "./evidence.ts";
import { html, NOTHING, type Markup } from "./markup.ts";
import { STYLE } from "./style.ts";

/** Nothing may be fetched or run, even if a name managed to become markup. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** How much is asked of the reader, in one sentence. */
function asked({ summary, population }: AccessReview): Markup {
  return summary.decisions === 0
    ? html`Nothing asks for a decision.`
    : html`<strong>${countText(summary.decisions, "decision is", "decisions are")} asked for</strong
        >, the weightiest first; ${numberText(summary.sections.rest)} of
        ${numberText(population.items)} rows are carried on.`;
}

function header(review: AccessReview): Markup {
  const { window, population, coverage, instance } = review;
  const period = Math.max(1, Math.round(between(window.from, window.to) / DAY));
  const observed =
    coverage.from === null
      ? "no records"
      : `${dayText(coverage.from)} to ${dayText(coverage.to ?? coverage.from)} (${countText(coverage.observedDays, "day", "days")})`;
  const facts: [string, string][] = [
    ["As of", timeText(review.asOf)],
    [
      "Period",
      `${dayText(window.from)} to ${dayText(window.to)} (${countText(period, "day", "days")})`,
    ],
    [
      "Compared with",
      review.previousAsOf === null
        ? "no earlier review"
        : `the review of ${dayText(review.previousAsOf)}`,
    ],
    ["Directory read", `${timeText(population.takenAt)}, every listing to its end`],
    ["Use observed", observed],
    ["Records", recordsWord(coverage)],
    [
      "Instance",
      `${instance.instanceArn.split("/").at(-1) ?? instance.instanceArn}, ${instance.region}`,
    ],
  ];
  return html`<header>
    <p class="kicker">Access review</p>
    <h1>${review.organisation}</h1>
    <p class="lead">
      Who could become what in which AWS account on ${timeText(review.asOf)}, and whether they used
      it. ${asked(review)}
    </p>
    <dl class="facts">
      ${facts.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  </header>`;
}

/** The one word that a reader takes away: only the ledger may give it. */
function recordsWord({ complete, gaps }: AccessReview["coverage"]): string {
  if (complete) return "complete, as far as CloudTrail shows";
  return gaps.length === 0
    ? "none"
    : `not whole: ${countText(gaps.length, "reason", "reasons")} below`;
}

function tiles({ summary, population }: AccessReview): Markup {
  const tile = (count: number, text: string, kind = ""): Markup =>
    html`<div class="tile ${kind}"><b>${numberText(count)}</b><span>${text}</span></div>`;
  return html`<div class="tiles">
    ${tile(summary.decisions, summary.decisions === 1 ? "decision asked for" : "decisions asked for", "first")}
    ${tile(summary.recommendations.revoke, "rows to revoke")}
    ${tile(summary.administratorUse.unused, "administrator grants not used for 60 days")}
    ${tile(population.peopleWithAccess, "people with access")}
    ${tile(summary.openSessions, "sessions that may be open now")}
  </div>`;
}

function unseen({ coverage }: AccessReview): Markup {
  const gaps =
    coverage.gaps.length === 0
      ? html`<p>
          No gap is known: every account was read, every hour in between, and every source to the
          end.
        </p>`
      : html`<ul>
          ${coverage.gaps.map((gap) => html`<li>${gap}</li>`)}
        </ul>`;
  return html`<div class="note ${coverage.gaps.length === 0 ? "calm" : ""}">
    <h3>What could not be seen</h3>
    ${gaps}
    <p class="never">Never visible: ${coverage.neverVisible.join(" ")}</p>
  </div>`;
}

function sections(review: AccessReview): { markup: Markup[]; count: number } {
  const asking = SECTIONS.filter((id): id is Exclude<SectionId, "rest"> => id !== "rest");
  const present = asking.filter((id) => review.summary.sections[id] > 0);
  const of = (id: SectionId) => review.items.filter(({ section }) => section === id);
  const markup = [
    ...present.map((id, index) => decisionSection(id, index + 1, of(id))),
    restSection(present.length + 1, of("rest")),
  ];
  return { markup, count: present.length + (review.summary.sections.rest > 0 ? 1 : 0) };
}

/** The whole page, beginning with its doctype. */
export function accessReviewHtml(review: AccessReview): string {
  const { markup, count } = sections(review);
  const empty =
    review.items.length === 0
      ? html`<p class="empty">Nobody has access to any account.</p>`
      : NOTHING;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Access review of ${review.organisation}, ${dayText(review.asOf)}</title>
        <style>
          ${{ markup: STYLE }}
        </style>
      </head>
      <body>
        <main class="sheet">
          ${header(review)} ${tiles(review)} ${charts(review.summary)} ${unseen(review)}
          ${empty}${markup} ${findingsSection(count + 1, review)}
          ${populationSection(count + (review.findings.length > 0 ? 2 : 1), review)}
          ${coverageSection(count + (review.findings.length > 0 ? 3 : 2), review)}
          <footer>
            <p>
              All times are UTC. A date after “by” is the first reading of the directory that saw
              the grant: AWS tells no grant date. Use belongs to a person, account and permission
              set; with several paths it is repeated on each.
            </p>
            <p>Digest of the population: <span class="hash">${review.population.digest}</span></p>
          </footer>
        </main>
      </body>
    </html> `;
  return page.markup;
}
