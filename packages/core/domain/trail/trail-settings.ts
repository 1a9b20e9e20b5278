/**
 * Whether the trails that write to a bucket show what Curfew has to see, and whether this machine's clock agrees with AWS's. Each
 * check is a fault with the sentence that mends it, or none. What a trail is set to today says nothing of what it was set to before.
 */
import { Fault, type FaultCode } from "../fault.ts";
import { between, MINUTE, type Instant } from "../time.ts";

/** A trail as its own settings describe it. */
export interface TrailFact {
  readonly name: string;
  /** Before `AWSLogs/`: empty, or it ends with a slash. */
  readonly prefix: string;
  readonly multiRegion: boolean;
  readonly organization: boolean;
  readonly homeRegion: string;
  readonly logging: boolean;
  /** Management events that its selectors let through. */
  readonly readEvents: boolean;
  readonly writeEvents: boolean;
}

export interface TrailFacts {
  /** Those that write to the bucket, as far as the calling account sees them. */
  readonly trails: readonly TrailFact[];
  /** The `Date` of AWS's answer; null where it had none. */
  readonly serverTime: Instant | null;
  /** This machine's clock when the answer came. */
  readonly receivedAt: Instant;
}

export interface TrailCheck {
  /** Names the check within its source: `trail/<bucket>/<what>`, or `clock`. */
  readonly what: "trail" | "logging" | "events" | "regions" | "organization" | "clock";
  /** Null when all is well. */
  readonly fault: Fault | null;
}

/** A clock that is off by more makes requests fail and windows wrong (AWS refuses signatures at 15 minutes). */
const CLOCK_TOLERANCE = 5 * MINUTE;

/** Every check of the trail that serves the bucket best; `place` names the bucket: `s3://bucket/prefix`. */
export function checkTrail(facts: TrailFacts, place: string, prefix: string): TrailCheck[] {
  const clock: TrailCheck = { what: "clock", fault: clockFault(facts) };
  const best = facts.trails
    .map((trail) => checksOf(trail, place, prefix))
    .toSorted((left, right) => failures(left) - failures(right))[0];
  if (best !== undefined) return [...best, clock];
  const absent = problem(
    "trail.absent",
    `No trail that these credentials can see writes to ${place}: name the bucket of the organisation's trail in CURFEW_TRAIL_BUCKET, and read with credentials of the management account.`,
  );
  return [{ what: "trail", fault: absent }, clock];
}

function checksOf(trail: TrailFact, place: string, prefix: string): TrailCheck[] {
  const { name } = trail;
  const elsewhere = trail.prefix !== prefix;
  return [
    {
      what: "trail",
      fault: elsewhere
        ? problem(
            "trail.absent",
            `The trail ${name} writes below the prefix ${trail.prefix === "" ? "(none)" : trail.prefix} of the bucket, and ${place} is read: correct the prefix in CURFEW_TRAIL_BUCKET.`,
          )
        : null,
    },
    {
      what: "logging",
      fault: trail.logging
        ? null
        : problem(
            "trail.not-logging",
            `The trail ${name} is stopped, so nothing new comes to ${place}: start its logging again, and ask who stopped it.`,
          ),
    },
    { what: "events", fault: eventsFault(trail) },
    {
      what: "regions",
      fault: trail.multiRegion
        ? null
        : problem(
            "trail.single-region",
            `The trail ${name} records ${trail.homeRegion} only, so what happens in other Regions is missing: make it a multi-Region trail.`,
          ),
    },
    {
      what: "organization",
      fault: trail.organization
        ? null
        : problem(
            "trail.not-organization",
            `The trail ${name} records one account only, so role sessions in member accounts are missing: enable it for the organisation.`,
          ),
    },
  ];
}

function eventsFault({ name, readEvents, writeEvents }: TrailFact): Fault | null {
  // GetRoleCredentials and ListAccounts are read-only events (AWS: IAM Identity Center User Guide, CloudTrail information).
  if (!readEvents) {
    return problem(
      "trail.no-read-events",
      `The trail ${name} leaves out read events, so GetRoleCredentials, by which people take roles, is missing: let it record read and write management events.`,
    );
  }
  if (!writeEvents) {
    return problem(
      "trail.no-write-events",
      `The trail ${name} leaves out write events, so sign-ins and changes of access are missing: let it record read and write management events.`,
    );
  }
  return null;
}

function clockFault({ serverTime, receivedAt }: TrailFacts): Fault | null {
  if (serverTime === null) return null;
  const ahead = between(serverTime, receivedAt);
  if (Math.abs(ahead) <= CLOCK_TOLERANCE) return null;
  const minutes = Math.round(Math.abs(ahead) / MINUTE);
  return problem(
    "clock.off",
    `This machine's clock is ${minutes} minutes ${ahead > 0 ? "ahead of" : "behind"} AWS's (${receivedAt} here, ${serverTime} there): set it by a time server, because sessions, lags and signatures rest on it.`,
  );
}

const problem = (code: FaultCode, sentence: string): Fault => new Fault(code, sentence);

const failures = (checks: readonly TrailCheck[]): number =>
  checks.filter(({ fault }) => fault !== null).length;
