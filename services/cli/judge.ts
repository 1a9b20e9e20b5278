/** Judges everybody and every organisation that is due, with a bar on a terminal: whatever reads, and whatever looks, does it before it answers. */
import { sweepDue } from "#core/flows/sweep-due";
import type { SweepReceipt } from "#core/flows/sweep-people";
import type { WorldOptions } from "./options.ts";
import { Output } from "./output.ts";
import { lookClaim, openRuntime, type Runtime } from "./runtime.ts";

export async function judgeDue(runtime: Runtime, output: Output): Promise<SweepReceipt> {
  const bar = output.progress("Judging people");
  const ports = { people: runtime.sweepPorts, organisation: runtime.organisationPorts };
  const { people, organisation } = await sweepDue(ports, "none", (done, total) =>
    bar.update(done, total),
  );
  bar.stop();
  for (const rule of [...people.failedRules, ...organisation.failedRules]) {
    output.note(
      `The rule ${rule} failed; its findings stay as they were. Run: curfew rules test ${rule}`,
    );
  }
  return people;
}

/** For commands that look: opens what is there, judges who is due, does the work, and closes whatever happens. */
export async function look<T extends WorldOptions>(
  options: T,
  work: (runtime: Runtime, options: T, output: Output) => Promise<void>,
): Promise<void> {
  const output = new Output(options);
  const runtime = await openRuntime(options, lookClaim(options));
  try {
    await judgeDue(runtime, output);
    await work(runtime, options, output);
  } finally {
    await runtime.close();
  }
}
