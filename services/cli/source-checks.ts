/**
 * What `curfew doctor` asks of the trail's bucket, its queue and its trail, and what the sources said when they were last read.
 * Guarantees that nothing is changed, in AWS or in the database, and that one check that fails hides no other.
 */
import { Fault } from "#core/domain/fault";
import { checkTrail, type TrailCheck } from "#core/domain/trail/trail-settings";
import type { SourceStates } from "#core/ports/trail/source-states";
import type { Sources } from "../ingest/sources.ts";

export interface Check {
  readonly check: string;
  readonly ok: boolean;
  /** What is so, or what is missing and what mends it. */
  readonly sentence: string;
}

const WELL: Readonly<Record<TrailCheck["what"], string>> = {
  trail: "It writes to the bucket and prefix that are read.",
  logging: "It records.",
  events: "Read and write management events.",
  regions: "All Regions.",
  organization: "Every account of the organisation.",
  clock: "Within five minutes of AWS's.",
};

/** The bucket, the queue and each setting of the trail, asked now. */
export async function bucketChecks(source: NonNullable<Sources["bucket"]>): Promise<Check[]> {
  const { bucket, queue, inspector } = source;
  const place = `s3://${bucket.name}/${bucket.prefix}`;
  const checks = [
    await attempt("bucket", async () => {
      const folders = await bucket.folders(`${bucket.prefix}AWSLogs/`);
      if (folders.length > 0) return `${place} can be listed.`;
      throw new Fault(
        "trail.absent",
        `${place} holds no AWSLogs/: name the bucket, and the prefix before AWSLogs/, that the trail writes to in CURFEW_TRAIL_BUCKET.`,
      );
    }),
  ];
  if (queue !== null) {
    checks.push(
      await attempt("queue of the bucket", async () => {
        const waiting = await queue.waiting();
        return `${queue.name} can be read; about ${waiting} messages wait.`;
      }),
    );
  }
  if (inspector === null) return checks;
  try {
    for (const { what, fault } of checkTrail(await inspector.facts(), place, bucket.prefix)) {
      const check = what === "clock" ? "clock" : `trail: ${what}`;
      checks.push({ check, ok: fault === null, sentence: fault?.message ?? WELL[what] });
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    checks.push({ check: "trail", ok: false, sentence: error.message });
  }
  return checks;
}

/** Sources that could not be read when they were last tried. */
export async function failingSources(states: SourceStates): Promise<Check[]> {
  return (await states.all()).flatMap(({ source, problem }) =>
    problem === null
      ? []
      : [{ check: source, ok: false, sentence: `Since ${problem.since}: ${problem.sentence}` }],
  );
}

/** A check by what the work answers, or by the fault that it throws. */
export async function attempt(check: string, work: () => Promise<string>): Promise<Check> {
  try {
    return { check, ok: true, sentence: await work() };
  } catch (error) {
    if (error instanceof Fault) return { check, ok: false, sentence: error.message };
    throw error;
  }
}
