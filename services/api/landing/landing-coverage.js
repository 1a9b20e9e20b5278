/**
 * The page's part on coverage: how each source was read, with a bar of its last 30 days, what is wrong in its one sentence, and what
 * CloudTrail cannot show at all. Every state of a bar has a sign and a word besides its colour.
 */
import { code, counted, element, empty, head, table, tag, time } from "./landing-view.js";

const STATES = {
  read: ["▇", "read"],
  quiet: ["·", "nothing happened"],
  gap: ["×", "a gap"],
  outside: ["\u00a0", "not observed"],
};

/** One sign a day; said as one sentence to those who do not see it. */
function bar(days) {
  const gaps = days.filter((state) => state === "gap").length;
  const read = days.filter((state) => state === "read").length;
  const words = `Of the last ${days.length} days ${read} were read and ${gaps} ${gaps === 1 ? "has" : "have"} a gap.`;
  return element(
    "span",
    { class: "bar", role: "img", "aria-label": words, title: words },
    days.map((state) => element("span", { class: `day ${state}` }, STATES[state][0])),
  );
}

function gapsOf({ gapHours, gapCount, gaps }) {
  if (gapCount === 0) return "none";
  const newest = gaps[gaps.length - 1];
  return [
    tag(`${counted(gapHours, false)} h in ${gapCount}`, "high"),
    element("div", { class: "small" }, "newest from ", time(newest.from)),
  ];
}

function lagOf(seconds) {
  if (seconds === null) return "–";
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} days`;
}

const COLUMNS = [
  {
    title: "Source",
    key: (item) => item.source,
    cell: (item) => element("span", { class: "nowrap" }, item.source),
  },
  {
    title: "Account and Region",
    key: (item) => `${item.accountId} ${item.region}`,
    cell: (item) => [
      element("span", { class: "nowrap" }, item.accountId),
      element("div", { class: "small" }, item.region),
    ],
  },
  { title: "Last 30 days", key: (item) => -item.gapHours, cell: (item) => bar(item.lastDays) },
  { title: "Gaps", key: (item) => item.gapHours, cell: gapsOf },
  { title: "Read to", key: (item) => item.readTo, cell: (item) => time(item.readTo) },
  {
    title: "Lag",
    key: (item) => item.lagSeconds,
    cell: (item) => element("span", { class: "nowrap" }, lagOf(item.lagSeconds)),
  },
];

function wrong({ items, more }) {
  if (items.length === 0) return element("p", { class: "small" }, "Nothing is known to be wrong.");
  return element(
    "ul",
    { class: "problems", "aria-label": "What is wrong" },
    items.map(({ kind, sentence }) =>
      element("li", {}, tag(kind, kind === "lag" ? "medium" : "high"), " ", sentence),
    ),
    more ? element("li", { class: "small" }, "More: see ", code("curfew coverage"), ".") : null,
  );
}

function unseen(spots) {
  return element(
    "details",
    {},
    element("summary", {}, `What CloudTrail cannot show at all (${spots.length})`),
    element(
      "dl",
      { class: "unseen" },
      spots.flatMap(({ what, means, source }) => [
        element("dt", {}, what),
        element("dd", {}, means, element("div", { class: "small" }, source)),
      ]),
    ),
  );
}

/** Coverage by source, account and Region, those with gaps first. */
export function coverageParts(rows, problems, blindSpots) {
  const gaps = rows.items.filter((item) => item.gapCount > 0).length;
  const note =
    gaps === 0
      ? `${counted(rows.items.length, rows.more)} read`
      : `${gaps} of ${counted(rows.items.length, rows.more)} with gaps`;
  const legend = Object.values(STATES)
    .filter(([sign]) => sign.trim() !== "")
    .map(([sign, word]) => `${sign} ${word}`)
    .join(", ");
  return [
    head("coverage-title", "Coverage", note),
    wrong(problems),
    rows.items.length === 0
      ? empty(
          "Nothing was read yet. Read a trail with ",
          code("curfew ingest PATH"),
          " or ",
          code("curfew sync"),
          ".",
        )
      : [
          table("Coverage", COLUMNS, rows.items, { by: 3, descending: true }),
          element(
            "p",
            { class: "small" },
            `A day is drawn as ${legend}, or left blank: not observed.`,
          ),
        ],
    unseen(blindSpots.items),
  ].flat();
}
