/** What a list of sessions shows of each on a terminal. */
import type { SessionView } from "#core/domain/session";
import type { Output } from "../output.ts";
import { showInTables } from "./in-tables.ts";

export function showSessions(
  sessions: AsyncIterable<SessionView>,
  output: Output,
  empty: string,
): Promise<void> {
  return showInTables(sessions, output, {
    headings: [
      "state",
      "kind",
      "user",
      "started",
      "last seen",
      "ends",
      "account",
      "permission set",
      "from",
      "session",
    ],
    cells: (view) => [
      view.state,
      view.kind,
      view.user.userName ?? view.user.userId,
      view.startedAt,
      view.lastSeenAt,
      endText(view),
      view.accountId,
      view.permissionSetName,
      view.sourceIpAddresses.join(" "),
      view.id,
    ],
    empty,
  });
}

function endText({ endedAt, endsAt }: SessionView): string {
  if (endedAt !== null) return endedAt;
  return endsAt.at === null ? "unknown" : `${endsAt.at} (${endsAt.certainty})`;
}
