/** A least-privilege proposal as lines for a person to read: what was seen, what would go, and whom that would have hit. Pure. */
import type { DeniedCalls, Proposal } from "../proposal.ts";

/** Items of a list that are spelled out; the JSON has them all. */
const LISTED = 12;

const REASONS: Readonly<Record<DeniedCalls["reason"], string>> = {
  optional: "a read that hardly anybody made; in the optional part",
  "unknown-action": "its name in policies is not known",
  "not-kept": "which actions these were was not kept",
};

/** Lines without colour or width; every one stands for itself. */
export function proposalText(of: Proposal): string[] {
  const { from, to, days, gapHours } = of.observed;
  const since =
    from === null
      ? "no observation of all its accounts"
      : `${days} days (${from} to ${to}, ${gapHours} hours of it not read)`;
  return [
    `${of.permissionSetName}: ${of.people} people made ${of.calls} calls in ${since}.`,
    ...differenceLines(of.difference),
    ...deniedLines(of.wouldHaveDenied),
    ...(of.notAllowedNow.length === 0
      ? []
      : [`Asked for and not allowed today, so not proposed: ${shortened(of.notAllowedNow)}.`]),
    ...of.warnings,
    "Proposed policy:",
    ...JSON.stringify(of.document, null, 2).split("\n"),
    ...(of.optional === null
      ? []
      : ["Optional statement:", ...JSON.stringify(of.optional, null, 2).split("\n")]),
  ];
}

function differenceLines(difference: Proposal["difference"]): string[] {
  if (difference === null) {
    return ["What it allows today could not be read, so what would go is not known."];
  }
  const { removed, narrowed, kept } = difference;
  return [
    `Taken away whole: ${removed.length} services${removed.length === 0 ? "" : ` (${shortened(removed.map(({ service }) => service))})`}.`,
    ...(narrowed.length === 0
      ? []
      : [
          `Narrowed: ${shortened(narrowed.map((one) => `${one.service} from ${one.allowed} actions to ${one.proposed}`))}.`,
        ]),
    `Left as they are: ${kept.length} services.`,
  ];
}

function deniedLines(denied: readonly DeniedCalls[]): string[] {
  if (denied.length === 0) return ["It would have denied nothing in that time."];
  return [
    `Without its optional part it would have denied ${denied.reduce((sum, { calls }) => sum + calls, 0)} calls in that time:`,
    ...denied
      .slice(0, LISTED)
      .map(
        ({ action, calls, people, reason }) =>
          `  ${action}: ${calls} calls of ${shortened(people.map((one) => one.userName ?? one.userId))} (${REASONS[reason]})`,
      ),
    ...(denied.length > LISTED ? [`  and ${denied.length - LISTED} more actions`] : []),
  ];
}

function shortened(items: readonly string[]): string {
  const more = items.length - LISTED;
  return items.slice(0, LISTED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
