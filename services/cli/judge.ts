/** Judges everybody who is due, with a bar on a terminal: `ingest`, `sync` and `snapshot` do it before they return. */
import { sweepPeople, type SweepReceipt } from "#core/flows/sweep-people";
import type { Output } from "./output.ts";
import type { Runtime } from "./runtime.ts";

export async function judgeDue(runtime: Runtime, output: Output): Promise<SweepReceipt> {
  const bar = output.progress("Judging people");
  const receipt = await sweepPeople(runtime.sweepPorts, (done, total) => bar.update(done, total));
  bar.stop();
  for (const rule of receipt.failedRules) {
    output.note(
      `The rule ${rule} failed; its findings stay as they were. Run: curfew rules test ${rule}`,
    );
  }
  return receipt;
}
