/** The figures of a score as tables: what `npm run score:links` prints and the page on sessions holds. */
import { LINK_KINDS, type CrowdLink } from "#simulator/crowd/truth";
import { figuresOf, share, type JudgedLink, type Score } from "#test/score/score";

export function printed(score: Score): string {
  return [
    `${score.chains} chains, ${score.records} records, ${score.sessions} sessions rebuilt, ${score.truths.length} true links`,
    "",
    ...goals(score),
    "",
    ...bands(score.links),
    "",
    ...undecidable(score.truths),
    "",
  ].join("\n");
}

const percent = (value: number): string => `${(100 * value).toFixed(2)} %`;
const row = (...cells: (string | number)[]): string => `| ${cells.join(" | ")} |`;

function goals(score: Score): string[] {
  const lines = [
    row(
      "link of",
      "links",
      "sure (≥ 0.9)",
      "of them true",
      "decidable",
      "found surely",
      "undecidable",
    ),
    row("---", "---:", "---:", "---:", "---:", "---:", "---:"),
  ];
  for (const kind of [...LINK_KINDS, undefined]) {
    const one = figuresOf(score, kind);
    lines.push(
      row(
        kind ?? "all",
        one.links,
        one.sure,
        percent(one.precision),
        one.decidable,
        percent(one.recall),
        `${one.undecidable} (${percent(one.undecidableShare)})`,
      ),
    );
  }
  return lines;
}

/** Each confidence that was given, with the share that is true: what calibration means. */
function bands(links: readonly JudgedLink[]): string[] {
  const counts = new Map<string, { all: number; good: number }>();
  for (const link of links) {
    const key = row(link.kind, link.basis, link.confidence.toFixed(2));
    const count = counts.get(key) ?? { all: 0, good: 0 };
    count.all += 1;
    if (link.isTrue) count.good += 1;
    counts.set(key, count);
  }
  const lines = [...counts].toSorted(([left], [right]) => (left < right ? -1 : 1));
  return [
    row("link", "basis", "confidence", "links", "true"),
    row("---", "---", "---:", "---:", "---:"),
    ...lines.map(
      ([key, { all, good }]) => `${key.slice(0, -1)}${row(all, percent(share(good, all)))}`,
    ),
  ];
}

function undecidable(truths: readonly CrowdLink[]): string[] {
  const counts = new Map<string, number>();
  for (const { kind, why } of truths) {
    if (why === null) continue;
    const key = row(kind, why);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const lines = [...counts].toSorted((left, right) => right[1] - left[1]);
  return [
    row("link of", "undecidable because", "links"),
    row("---", "---", "---:"),
    ...lines.map(([key, count]) => `${key.slice(0, -1)}${row(count)}`),
  ];
}
