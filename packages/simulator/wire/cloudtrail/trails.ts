/**
 * The organisation's trail as CloudTrail describes it: where it is, what it records, how far it has delivered and with which keys it
 * signs. Guarantees that a trail of one Region shows in that Region alone. What a test declares otherwise (absent, write-only,
 * stopped) changes these answers and no log file.
 */
import type { SigningKeys } from "../../bucket/signing-keys.ts";
import type { TrailObjects } from "../../bucket/trail-objects.ts";
import type { Organisation } from "../../model.ts";
import { PARTITION } from "../../partition.ts";
import { DAY } from "../../random.ts";
import { text, type Members } from "../http/input.ts";
import { seconds } from "../http/json.ts";
import { InvalidInput, WireError } from "../http/wire-error.ts";
import type { Call, Operation } from "../service.ts";

/** How the trail is declared; what is left out is as a trail for Curfew should be. */
export interface TrailSettings {
  /** False: the account has no trail. */
  readonly exists?: boolean;
  /** False: a trail of its home Region alone. */
  readonly multiRegion?: boolean;
  /** "All" unless told. */
  readonly readWriteType?: "All" | "ReadOnly" | "WriteOnly";
  /** Which kind of selectors says so; "basic" unless told. */
  readonly selectors?: "basic" | "advanced";
  /** False: logging was stopped. */
  readonly logging?: boolean;
  /** False: the trail makes no digest files. */
  readonly validation?: boolean;
}

export const TRAIL_NAME = "organization-trail";

/** What the trail's operations need beside the world. */
export interface TrailDesk {
  readonly settings: TrailSettings;
  readonly bucketName: string;
  readonly objects: TrailObjects;
  readonly keys: SigningKeys;
}

/** The operations of a trail; without a desk there is no trail and no key. */
export function trailOperations(desk: TrailDesk | null): Record<string, Operation> {
  return {
    DescribeTrails: { handle: (call) => describeTrails(call, desk) },
    ListTrails: { handle: (call) => listTrails(call, desk) },
    GetTrail: { handle: (call) => ({ Trail: described(call, trailNamed(call, desk)) }) },
    GetTrailStatus: { handle: (call) => trailStatus(trailNamed(call, desk), call) },
    GetEventSelectors: { handle: (call) => eventSelectors(call, trailNamed(call, desk)) },
    ListPublicKeys: { handle: (call) => listPublicKeys(call, desk) },
  };
}

export function trailArn(organisation: Organisation): string {
  const { region, managementAccountId } = organisation;
  return `arn:${PARTITION}:cloudtrail:${region}:${managementAccountId}:trail/${TRAIL_NAME}`;
}

/** When the keys of every Region hold (epoch ms): from before the history on, and for longer than any simulation lasts. */
export function keyValidity({ anchor }: Organisation): { from: number; to: number } {
  return { from: anchor - 30 * DAY, to: anchor + 3650 * DAY };
}

/** The trail where it shows in the Region of the call; null elsewhere. */
function shown(call: Call, desk: TrailDesk | null): TrailDesk | null {
  if (desk === null || desk.settings.exists === false) return null;
  const isHome = call.region === call.world.organisation.region;
  return isHome || desk.settings.multiRegion !== false ? desk : null;
}

function trailNamed(call: Call, desk: TrailDesk | null): TrailDesk {
  const { organisation } = call.world;
  const name = text(call.members, call.operation === "GetEventSelectors" ? "TrailName" : "Name");
  const arn = trailArn(organisation);
  // A shadow of the trail, in another Region or account, is known by its ARN alone. AWS: GetTrailStatus API reference.
  const isHome =
    call.region === organisation.region &&
    call.caller.accountId === organisation.managementAccountId;
  const trail = shown(call, desk);
  if (trail !== null && (name === arn || (isHome && name === TRAIL_NAME))) return trail;
  throw new WireError("TrailNotFoundException", `Unknown trail: ${name} for the user.`);
}

function described({ world }: Call, { settings, bucketName }: TrailDesk): object {
  return {
    Name: TRAIL_NAME,
    TrailARN: trailArn(world.organisation),
    HomeRegion: world.organisation.region,
    S3BucketName: bucketName,
    IncludeGlobalServiceEvents: true,
    IsMultiRegionTrail: settings.multiRegion !== false,
    IsOrganizationTrail: true,
    LogFileValidationEnabled: settings.validation !== false,
    HasCustomEventSelectors: (settings.readWriteType ?? "All") !== "All",
    HasInsightSelectors: false,
  };
}

function describeTrails(call: Call, desk: TrailDesk | null): object {
  const { members, world } = call;
  const names: unknown = members["trailNameList"] ?? [];
  if (!Array.isArray(names)) throw new InvalidInput("trailNameList must be a list of strings.");
  const trail = shown(call, desk);
  const isHome = call.region === world.organisation.region;
  const wanted =
    names.length === 0
      ? isHome || members["includeShadowTrails"] !== false
      : names.includes(trailArn(world.organisation)) || (isHome && names.includes(TRAIL_NAME));
  return { trailList: trail === null || !wanted ? [] : [described(call, trail)] };
}

function listTrails(call: Call, desk: TrailDesk | null): object {
  const { organisation } = call.world;
  if (shown(call, desk) === null) return { Trails: [] };
  const HomeRegion = organisation.region;
  return { Trails: [{ TrailARN: trailArn(organisation), Name: TRAIL_NAME, HomeRegion }] };
}

function trailStatus({ settings, objects }: TrailDesk, { region, world }: Call): object {
  const { log, digest } = objects.latest(region);
  return {
    IsLogging: settings.logging !== false,
    StartLoggingTime: seconds(world.organisation.anchor),
    ...(log === null ? {} : { LatestDeliveryTime: seconds(log) }),
    ...(digest === null ? {} : { LatestDigestDeliveryTime: seconds(digest) }),
  };
}

function eventSelectors({ world }: Call, { settings }: TrailDesk): object {
  const TrailARN = trailArn(world.organisation);
  const ReadWriteType = settings.readWriteType ?? "All";
  if (settings.selectors !== "advanced") {
    const basic = { ReadWriteType, IncludeManagementEvents: true };
    return {
      TrailARN,
      EventSelectors: [{ ...basic, DataResources: [], ExcludeManagementEventSources: [] }],
    };
  }
  const readOnly = { Field: "readOnly", Equals: [String(ReadWriteType === "ReadOnly")] };
  const FieldSelectors = [
    { Field: "eventCategory", Equals: ["Management"] },
    ...(ReadWriteType === "All" ? [] : [readOnly]),
  ];
  return { TrailARN, AdvancedEventSelectors: [{ Name: "Management events", FieldSelectors }] };
}

/** The key of the asked Region, where its validity meets the asked time. AWS: ListPublicKeys API reference. */
async function listPublicKeys(call: Call, desk: TrailDesk | null): Promise<object> {
  const { from, to } = keyValidity(call.world.organisation);
  const start = instant(call.members, "StartTime") ?? 0;
  const end = instant(call.members, "EndTime") ?? call.now;
  if (start > end)
    throw new WireError("InvalidTimeRangeException", "StartTime must not be after EndTime.");
  if (desk === null || start > to || end < from) return { PublicKeyList: [] };
  const { value, fingerprint } = await desk.keys.of(call.region);
  return {
    PublicKeyList: [
      {
        Value: value.toString("base64"),
        ValidityStartTime: seconds(from),
        ValidityEndTime: seconds(to),
        Fingerprint: fingerprint,
      },
    ],
  };
}

/** An instant as the protocol sends it, in seconds; null when absent. */
export function instant(members: Members, name: string): number | null {
  const value = members[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== "number" || !Number.isFinite(value))
    throw new InvalidInput(`${name} must be a number of seconds.`);
  return Math.round(value * 1000);
}
