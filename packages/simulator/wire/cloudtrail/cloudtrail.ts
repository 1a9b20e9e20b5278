/**
 * CloudTrail's LookupEvents: the last 90 days of the caller's own account and the asked Region, newest first.
 * Two requests a second for an account and Region, whatever the speed of the simulated clock; what describes the trail has a
 * limit of its own.
 */
import { isMembers, optionalText, text, wholeNumber, type Members } from "../http/input.ts";
import { boundTo, openToken, sealToken } from "../http/paging.ts";
import { InvalidInput, InvalidPageToken, WireError } from "../http/wire-error.ts";
import type { LookupFaults, LookupPage } from "../faults/lookup-faults.ts";
import type { Call, Service } from "../service.ts";
import type { World } from "../world.ts";
import { ATTRIBUTE_KEYS, type Attribute } from "./event.ts";
import { History, type Position } from "./history.ts";
import { instant, trailOperations, type TrailDesk } from "./trails.ts";

const DAY_MS = 86_400_000;
/** AWS: LookupEvents API reference. */
const HISTORY_MS = 90 * DAY_MS;
const PAGE_MOST = 50;

/** AWS: CloudTrail quotas: every operation but LookupEvents, for an account and Region. */
const OTHERS = { perSecond: 10, burst: 10 };

/** `desk` is null where no trail is kept. */
export function cloudTrailService(
  world: World,
  desk: TrailDesk | null,
  faults: LookupFaults,
): Service {
  const history = new History(world, () => performance.now());
  return {
    name: "cloudtrail",
    target: "CloudTrail_20131101",
    namespace: "com.amazonaws.cloudtrail",
    eventSource: "cloudtrail.amazonaws.com",
    iamPrefix: "cloudtrail",
    eventRegion: null,
    invalid: "InvalidParameterException",
    invalidToken: "InvalidNextTokenException",
    throttled: "ThrottlingException",
    quota: (operation, accountId, region) =>
      operation === "LookupEvents"
        ? { key: `${accountId} ${region}`, limit: { perSecond: 2, burst: 2 } }
        : { key: `${operation} ${accountId} ${region}`, limit: OTHERS },
    operations: {
      LookupEvents: {
        handle: (call) =>
          faults.around(call.members, (members) => lookupEvents({ ...call, members }, history)),
      },
      ...trailOperations(desk),
    },
  };
}

function lookupEvents(call: Call, history: History): LookupPage {
  const { members, now, caller, region } = call;
  const attribute = attributeOf(members);
  const limit = pageSize(members);
  const end = Math.min(instant(members, "EndTime") ?? now, now);
  const start = Math.max(instant(members, "StartTime") ?? 0, now - HISTORY_MS);
  if ((instant(members, "StartTime") ?? 0) > (instant(members, "EndTime") ?? Infinity)) {
    throw new WireError("InvalidTimeRangeException", "StartTime must not be after EndTime.");
  }
  const { NextToken: _token, ...parameters } = members;
  const binding = boundTo([caller.accountId, region, parameters]);
  const token = optionalText(members, "NextToken");
  const after = token === null ? null : position(openToken(binding, token));
  if (isInsight(members)) return { Events: [] };
  const place = { accountId: caller.accountId, region };
  const found = history.read({ place, attribute, start, end, after, limit, now });
  const next =
    found.next === null ? {} : { NextToken: sealToken(binding, JSON.stringify(found.next)) };
  return { Events: found.entries.map((one) => one.event), ...next };
}

/** CloudTrail refuses a page size under a name of its own. */
function pageSize(members: Members): number {
  try {
    return wholeNumber(members, "MaxResults", { least: 1, most: PAGE_MOST, otherwise: PAGE_MOST });
  } catch (error) {
    if (error instanceof InvalidInput)
      throw new WireError("InvalidMaxResultsException", error.message);
    throw error;
  }
}

/** Insight events are a category of their own, of which the simulated organisation has none. */
function isInsight(members: Members): boolean {
  const category = optionalText(members, "EventCategory");
  if (category !== null && category !== "insight") {
    throw new WireError(
      "InvalidEventCategoryException",
      `EventCategory must be insight or absent; it is ${category}.`,
    );
  }
  return category === "insight";
}

function attributeOf(members: Members): Attribute | null {
  const attributes: unknown = members["LookupAttributes"] ?? [];
  if (!Array.isArray(attributes) || attributes.length > 1) {
    throw new WireError(
      "InvalidLookupAttributesException",
      "LookupAttributes must have one attribute at most.",
    );
  }
  const [attribute]: unknown[] = attributes;
  if (attribute === undefined) return null;
  const asked = isMembers(attribute) ? attribute["AttributeKey"] : null;
  const key = ATTRIBUTE_KEYS.find((one) => one === asked);
  if (!isMembers(attribute) || key === undefined) {
    throw new WireError(
      "InvalidLookupAttributesException",
      `AttributeKey must be one of ${ATTRIBUTE_KEYS.join(", ")}.`,
    );
  }
  return { key, value: text(attribute, "AttributeValue") };
}

function position(sealed: string): Position {
  const parsed: unknown = JSON.parse(sealed);
  if (!Array.isArray(parsed) || typeof parsed[0] !== "number" || typeof parsed[1] !== "string")
    throw new InvalidPageToken();
  return [parsed[0], parsed[1]];
}
