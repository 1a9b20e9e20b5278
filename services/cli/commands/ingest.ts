/** `curfew ingest PATH…`: imports trail files, each whole or not at all. */
import type { Command } from "commander";
import { fileFolder, trailFilesAt } from "#core/adapters/files/folder";
import { Fault } from "#core/domain/fault";
import { fileOf, ingestFiles } from "#core/flows/ingest/ingest-files";
import { NOTHING, sum, type IngestReceipt } from "#core/flows/ingest/ingest-receipt";
import { judgeDue } from "../judge.ts";
import { withCommonOptions, type CommonOptions } from "../options.ts";
import { Output } from "../output.ts";
import { openRuntime, type Runtime } from "../runtime.ts";

/** Bytes of standard input that are held. */
const LARGEST_INPUT = 64 * 1024 * 1024;

export function addIngest(program: Command): void {
  withCommonOptions(program.command("ingest"))
    .description(
      "import CloudTrail files: .json, .json.gz, NDJSON, folders or quoted patterns of them, or - for standard input",
    )
    .argument("<path...>", "files or folders")
    .action(ingest);
}

async function ingest(paths: string[], options: CommonOptions): Promise<void> {
  const started = performance.now();
  const output = new Output(options);
  // Every path is looked up before anything is opened: a mistyped one leaves nothing half-done.
  const files = (
    await Promise.all(paths.map(async (path) => (path === "-" ? [path] : trailFilesAt(path))))
  ).flat();
  const runtime = await openRuntime(options, () => ({ kind: "local" }));
  try {
    const { total, refused } = await ingestAll(files, runtime, output);
    await judgeDue(runtime, output);
    const read = files.length - refused.length;
    if (read > 0) report(read, total, performance.now() - started, output);
    const [first, ...others] = refused;
    if (first === undefined) return;
    for (const fault of others) process.stderr.write(`${fault.message}\n`);
    throw first;
  } finally {
    await runtime.close();
  }
}

async function ingestAll(
  files: readonly string[],
  runtime: Runtime,
  output: Output,
): Promise<{ total: IngestReceipt; refused: Fault[] }> {
  const bar = output.progress("Reading files");
  const refused: Fault[] = [];
  let total: IngestReceipt = NOTHING;
  let done = 0;
  for (const path of files) {
    const file =
      path === "-"
        ? { path, bytes: await standardInput() }
        : await fileOf(path, await fileFolder.open(path));
    const [outcome] = await ingestFiles([file], runtime.stores.trail, runtime.clock);
    if ("refused" in outcome!) refused.push(outcome.refused);
    else total = sum(total, outcome!.receipt);
    done += 1;
    bar.update(done, files.length);
  }
  bar.stop();
  return { total, refused };
}

/** It can be read once only, so it is held; written to a file it would leave secrets on disk. */
async function standardInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > LARGEST_INPUT) {
      throw new Fault(
        "input.too-large",
        `Standard input has more than ${LARGEST_INPUT / 1024 / 1024} MiB; save it as a file and name that.`,
      );
    }
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
}

function report(files: number, receipt: IngestReceipt, elapsed: number, output: Output): void {
  const { records, appended, duplicates, ignored, undecodable, ignoredByReason } = receipt;
  const elapsedMs = Math.round(elapsed);
  output.value({ files, records, appended, duplicates, ignored, undecodable, elapsedMs });
  output.say(
    `${records} records in ${files} files: ${appended} appended, ${duplicates} known already, ${ignored} not ours, ${undecodable} undecodable (${elapsedMs} ms).`,
  );
  for (const [reason, count] of Object.entries(ignoredByReason)) {
    output.note(`  not ours: ${count} × ${reason}`);
  }
}
