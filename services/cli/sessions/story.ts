/**
 * One session on a terminal: what it is, where it comes from and why we think so, what happened, and what kept working of it. Works
 * without colour: exact and inferred are words. What records say is made harmless; a long story is folded, `--json` has all of it.
 */
import type { TimelineItem } from "#core/domain/timeline";
import type { Instant } from "#core/domain/time";
import type { ResidualView, ResolvedLink, SessionDetail } from "#core/flows/session-views";
import { type Cell, type Output, printable } from "../output.ts";
import type { ShownTimes } from "./times.ts";

/** Of everything that a person reads on a terminal. */
const LINES = 200;
const CLIENTS = 5;

export function showStory(
  session: SessionDetail,
  timeline: readonly TimelineItem[],
  output: Output,
  times: ShownTimes,
): void {
  output.table([], factsOf(session, times), "");
  showLinks(session.linked, output, times);
  showTimeline(session.id, timeline, output, times);
  showResiduals(session.residuals, output, times);
}

function factsOf(session: SessionDetail, times: ShownTimes): [string, Cell][] {
  const { user, state, stateReason, startBasis, startedAt, lastSeenAt } = session;
  const { sourceIpAddresses, userAgents, region, accountId } = session;
  const more = userAgents.length - CLIENTS;
  const name = user.userName === null ? "" : `${user.userName}, `;
  const what = [session.kind, session.permissionSetName].filter((part) => part !== null).join(" ");
  return [
    ["session", session.id],
    ["what", `${what} in ${accountId}, ${region}`],
    ["who", `${name}${user.userId} of ${user.identityStoreArn}`],
    ["state", stateReason === null ? state : `${state}: ${stateReason}`],
    [
      "began",
      `${times.full(startedAt)}${startBasis === "event" ? "" : " (first seen; it began earlier)"}`,
    ],
    ["last seen", times.full(lastSeenAt)],
    ["hard end", hardEndText(session, times)],
    ["ended", endedText(session, times)],
    ["from", sourceIpAddresses.join(" ") || "no address was recorded"],
    ["clients", userAgents.slice(0, CLIENTS).join(" | ") + (more > 0 ? ` and ${more} more` : "")],
  ];
}

const CERTAINTY = { exact: "", "at-most": " at the latest", unknown: " (not certain)" } as const;

function hardEndText({ endsAt }: SessionDetail, times: ShownTimes): string {
  const { at, certainty, limitedBy } = endsAt;
  if (at === null) return `not known: ${limitedBy}`;
  return `${times.full(at)}${CERTAINTY[certainty]}, limited by ${limitedBy}`;
}

function endedText({ endedAt, endedBy }: SessionDetail, times: ShownTimes): string {
  if (endedAt === null) return "by no event";
  const by = endedBy === null ? "" : ` by ${endedBy.eventName}, event ${endedBy.eventId}`;
  return `${times.full(endedAt)}${by}`;
}

function showLinks(links: readonly ResolvedLink[], output: Output, times: ShownTimes): void {
  output.say("\nLinked to");
  output.table(
    ["link", "session", "began", "how sure", "why"],
    links.map(({ direction, session, basis, confidence, reasons }) => [
      session === null
        ? "comes from"
        : direction === "from"
          ? `comes from ${session.kind}`
          : `led to ${session.kind}`,
      session === null ? "not stored" : session.id,
      session === null ? null : times.text(session.startedAt),
      basis === "exact" ? "exact" : `inferred, ${Math.round(confidence * 100)} %`,
      reasons.join(", ") || (basis === "exact" ? "one key joins them" : null),
    ]),
    "  nothing: no key joins it to another session, and no inference is sure enough.",
  );
}

interface Line {
  readonly first: TimelineItem;
  count: number;
  last: Instant;
}

/** Items that tell the same, one after the other, as one line. */
function folded(items: readonly TimelineItem[], basisOf: (item: TimelineItem) => string): Line[] {
  const lines: Line[] = [];
  let key = "";
  for (const item of items) {
    const own = JSON.stringify([item.type, item.text, item.sourceIpAddress, basisOf(item)]);
    const line = lines.at(-1);
    if (line !== undefined && own === key && item.type === "event") {
      line.count += 1;
      line.last = item.at;
    } else lines.push({ first: item, count: 1, last: item.at });
    key = own;
  }
  return lines;
}

function showTimeline(
  id: string,
  items: readonly TimelineItem[],
  output: Output,
  times: ShownTimes,
): void {
  const basisOf = ({ sessions }: TimelineItem) =>
    sessions.find((ref) => ref.id === id)?.basis ?? "exact";
  const lines = folded(items, basisOf);
  output.say("\nWhat happened");
  output.table(
    ["when", "UTC", "what", "from", "joined", "event"],
    lines
      .slice(0, LINES)
      .map(({ first, count, last }) => [
        times.text(first.at),
        first.at.slice(11, 19),
        count === 1 ? first.text : `${first.text} (${count} times until ${times.text(last)})`,
        first.sourceIpAddress,
        first.type === "event" ? basisOf(first) : null,
        first.eventId,
      ]),
    "  nothing that is still kept.",
  );
  if (lines.length > LINES) output.say(`… and ${lines.length - LINES} lines more: --json has all.`);
}

function showResiduals(
  residuals: readonly ResidualView[],
  output: Output,
  times: ShownTimes,
): void {
  if (residuals.length === 0) return;
  output.say("\nWhat kept working after something was taken away");
  for (const { removal, keeps, until, certainty, closedAt, closedBy, rule, state } of residuals) {
    const bound = until === null ? "nothing bounds it" : `until ${times.full(until)}`;
    const closed =
      closedAt === null
        ? `${bound}${CERTAINTY[certainty]}`
        : `closed ${times.full(closedAt)} by ${closedBy?.eventName ?? "an event"}`;
    const what = `${times.full(removal.at)} ${removal.what}: ${removal.subject} (event ${removal.eventId})`;
    output.say(`  ${printable(what)}\n    ${state}: ${printable(keeps)} ${printable(closed)}`);
    output.say(`    ${printable(rule)}`);
  }
}
