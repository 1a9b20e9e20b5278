/** `curfew event ID`: from an event back to its redacted record and to the very bytes in the trail. */
import type { Command } from "commander";
import { PostgresRecordStore } from "#core/adapters/postgres/trail/record-batches";
import { Fault } from "#core/domain/fault";
import type { EventRecord } from "#core/ports/trail/record-store";
import { withCommonOptions, withDemo, type WorldOptions } from "../options.ts";
import { Output } from "../output.ts";
import { lookClaim, openRuntime } from "../runtime.ts";

const EVENT_ID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

export function addEvent(program: Command): void {
  withDemo(withCommonOptions(program.command("event")))
    .description("an event's redacted record, its file and place, and what the digests say of it")
    .argument("<eventId>", "an eventID from the evidence of a session or a finding")
    .action(event);
}

async function event(eventId: string, options: WorldOptions): Promise<void> {
  if (!EVENT_ID.test(eventId)) {
    throw new Fault(
      "input.invalid",
      `${JSON.stringify(eventId.slice(0, 80))} is no eventID: expected a GUID such as those in a session's eventIds.`,
    );
  }
  const output = new Output(options);
  const runtime = await openRuntime(options, lookClaim(options));
  try {
    const found = await new PostgresRecordStore(runtime.database).record(eventId.toLowerCase());
    if (found === null) {
      throw new Fault(
        "input.unknown-event",
        `No event ${eventId} is stored: read the source that holds it, or look at the id again.`,
      );
    }
    output.value(found);
    output.table([], linesOf(found), "");
    if (found.kept !== null) output.say(JSON.stringify(found.kept.record, null, 2));
  } finally {
    await runtime.close();
  }
}

function linesOf({ eventId, occurredAt, kept }: EventRecord): [string, string | number][] {
  const head: [string, string][] = [
    ["event", eventId],
    ["occurred", occurredAt],
  ];
  if (kept === null)
    return [...head, ["record", "not kept: one of many like calls of its session"]];
  const { file } = kept;
  const place: [string, string | number][] =
    file === null
      ? [["read from", kept.origin]]
      : [
          ["file", file.path],
          ["SHA-256 of the file", file.sha256],
          ["version", file.versionId ?? file.etag ?? "not of a bucket"],
          ["digest", file.digestVerdict ?? "not checked"],
        ];
  return [...head, ["received", kept.receivedAt], ...place, ["place in it", kept.position]];
}
