/**
 * A list of sessions on standard output, of any length in bounded memory: one JSON value a line, or tables of so many rows. It waits
 * for a slow reader instead of keeping what that reader has not taken.
 */
import { once } from "node:events";
import type { SessionView } from "#core/domain/session";
import type { Output } from "../output.ts";

const ROWS_A_TABLE = 500;

export async function showSessions(
  sessions: AsyncIterable<SessionView>,
  output: Output,
  empty: string,
): Promise<void> {
  let rows: SessionView[] = [];
  let shown = 0;
  for await (const view of sessions) {
    shown += 1;
    output.value(view);
    if (!output.json) rows.push(view);
    if (rows.length === ROWS_A_TABLE) {
      showTable(rows, output, empty);
      rows = [];
    }
    if (process.stdout.writableNeedDrain) await once(process.stdout, "drain");
  }
  if (rows.length > 0 || shown === 0) showTable(rows, output, empty);
}

function showTable(views: readonly SessionView[], output: Output, empty: string): void {
  output.table(
    [
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
    views.map((view) => [
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
    ]),
    empty,
  );
}

function endText({ endedAt, endsAt }: SessionView): string {
  if (endedAt !== null) return endedAt;
  return endsAt.at === null ? "unknown" : `${endsAt.at} (${endsAt.certainty})`;
}
