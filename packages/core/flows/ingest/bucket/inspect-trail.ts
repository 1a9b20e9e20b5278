/** Asks AWS what the trail shows at all, and keeps each check's sentence among the states of the sources. Changes nothing in AWS. */
import { instant } from "../../../domain/time.ts";
import { checkTrail, type TrailCheck } from "../../../domain/trail/trail-settings.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { SourceStates } from "../../../ports/trail/source-states.ts";
import type { TrailBucket, TrailInspector } from "../../../ports/trail/trail-bucket.ts";

/** The checks of one asking, and the names under which their states stand. */
export async function inspectTrail(
  bucket: TrailBucket,
  inspector: TrailInspector,
  states: SourceStates,
  clock: Clock,
): Promise<TrailCheck[]> {
  const checks = checkTrail(
    await inspector.facts(),
    `s3://${bucket.name}/${bucket.prefix}`,
    bucket.prefix,
  );
  const now = instant(clock.now());
  for (const { what, fault } of checks) {
    const source = what === "clock" ? what : `trail/${bucket.name}/${what}`;
    if (fault === null) await states.healthy(source, now);
    else await states.failing(source, fault, now);
  }
  return checks;
}
