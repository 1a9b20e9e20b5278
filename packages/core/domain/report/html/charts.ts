/**
 * Two small pictures as inline SVG. Every bar carries its label and number as text, so that they are read without colour and aloud.
 */
import type { ReviewSummary, AdministratorUse, Tier } from "../summary.ts";
import { ADMINISTRATOR_USES, TIERS } from "../summary.ts";
import { countText, numberText } from "../words.ts";
import { html, NOTHING, type Markup } from "./markup.ts";

const TIER_LABELS: Readonly<Record<Tier, string>> = {
  "administrator-of-management": "Management account administrator",
  administrator: "Administrator elsewhere",
  unclear: "Could not be told",
  other: "Other access",
  none: "No access",
};
const USE_LABELS: Readonly<Record<AdministratorUse, string>> = {
  "used-30": "Used in the last 30 days",
  "used-earlier": "Used 30 to 60 days ago",
  unused: "Not used for 60 days or more",
  "not-observed": "Too new, or observed too briefly",
};

const WIDTH = 480;
const LABEL = 254;
const ROW = 30;

/** Bars on one scale; a number above zero always shows. */
function bars(
  title: string,
  rows: readonly { label: string; count: number; fill: string }[],
): Markup {
  const most = Math.max(1, ...rows.map(({ count }) => count));
  const room = WIDTH - LABEL - 52;
  const spoken = rows.map(({ label, count }) => `${label}: ${count}`).join("; ");
  const drawn = rows.map(({ label, count, fill }, index) => {
    const width = count === 0 ? 0 : Math.max(3, Math.round((room * count) / most));
    const y = index * ROW;
    const bar =
      width === 0
        ? NOTHING
        : html`<rect
            x="${LABEL}"
            y="${y + 6}"
            width="${width}"
            height="18"
            rx="3"
            style="fill:${fill};stroke:var(--bar);stroke-width:1"
          />`;
    return html`<text x="0" y="${y + 20}">${label}</text>${bar}<text
        class="count"
        x="${LABEL + width + 8}"
        y="${y + 20}"
        >${numberText(count)}</text
      >`;
  });
  return html`<svg
    viewBox="0 0 ${WIDTH} ${rows.length * ROW}"
    role="img"
    aria-label="${title}. ${spoken}"
  >
    ${HATCH}${drawn}
  </svg>`;
}

const HATCH = html`<defs
  ><pattern
    id="hatch"
    width="6"
    height="6"
    patternUnits="userSpaceOnUse"
    patternTransform="rotate(45)"
    ><rect width="6" height="6" style="fill:var(--hatch)" /><rect
      width="2.5"
      height="6"
      style="fill:var(--bar)" /></pattern
></defs>`;
const SOLID = "var(--bar)";
const FILLS = { solid: SOLID, middle: "var(--bar2)", light: "var(--bar3)", hatch: "url(#hatch)" };

export function charts(summary: ReviewSummary): Markup {
  const tierFills: Readonly<Record<Tier, string>> = {
    "administrator-of-management": FILLS.hatch,
    administrator: FILLS.solid,
    unclear: FILLS.middle,
    other: FILLS.middle,
    none: FILLS.light,
  };
  const useFills: Readonly<Record<AdministratorUse, string>> = {
    "used-30": FILLS.light,
    "used-earlier": FILLS.middle,
    unused: FILLS.hatch,
    "not-observed": FILLS.light,
  };
  const people = TIERS.filter((tier) => tier !== "unclear" || summary.peopleByTier.unclear > 0).map(
    (tier) => ({
      label: TIER_LABELS[tier],
      count: summary.peopleByTier[tier],
      fill: tierFills[tier],
    }),
  );
  const uses = ADMINISTRATOR_USES.map((use) => ({
    label: USE_LABELS[use],
    count: summary.administratorUse[use],
    fill: useFills[use],
  }));
  const everybody = people.reduce((sum, { count }) => sum + count, 0);
  const holdings = uses.reduce((sum, { count }) => sum + count, 0);
  return html`<div class="pictures">
    <figure>
      <h3>What people can do at most</h3>
      <figcaption>
        ${countText(everybody, "person", "people")} of the directory, each counted once
      </figcaption>
      ${bars("People by what they can do at most", people)}
    </figure>
    <figure>
      <h3>Is administrator access used?</h3>
      <figcaption>
        ${countText(holdings, "grant", "grants")}, each a person with one permission set in one
        account
      </figcaption>
      ${bars("Use of administrator access", uses)}
    </figure>
  </div>`;
}
