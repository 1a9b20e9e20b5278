/**
 * How LookupEvents shows a record: a summary beside the record as text, and the attributes that it can be looked up by.
 * The summary is derived from the record alone, so it says nothing that the record does not.
 */
import type { TrailRecord } from "../../model.ts";
import { isMembers, type Members } from "../http/input.ts";

/** An event as LookupEvents answers it. */
export interface LookupEvent {
  EventId: string;
  EventName: string;
  ReadOnly: string;
  AccessKeyId?: string;
  EventTime: number;
  EventSource: string;
  Username?: string;
  Resources: { ResourceType?: string; ResourceName?: string }[];
  CloudTrailEvent: string;
}

export interface Entry {
  /** Epoch milliseconds of a whole second: the resolution of CloudTrail. */
  eventTime: number;
  lookupAt: number;
  event: LookupEvent;
}

/** One of the attributes that events are looked up by. */
export interface Attribute {
  key: AttributeKey;
  value: string;
}

const READERS = {
  AccessKeyId: ({ event }: Entry) => [event.AccessKeyId],
  EventId: ({ event }: Entry) => [event.EventId],
  EventName: ({ event }: Entry) => [event.EventName],
  EventSource: ({ event }: Entry) => [event.EventSource],
  ReadOnly: ({ event }: Entry) => [event.ReadOnly],
  ResourceName: ({ event }: Entry) => event.Resources.map((one) => one.ResourceName),
  ResourceType: ({ event }: Entry) => event.Resources.map((one) => one.ResourceType),
  Username: ({ event }: Entry) => [event.Username],
} as const;

export type AttributeKey = keyof typeof READERS;
export const ATTRIBUTE_KEYS = Object.keys(READERS) as AttributeKey[];

/** Attributes with few different values in a day: it is remembered which of them a day has. */
export const COARSE_KEYS = ["EventName", "EventSource", "ReadOnly", "Username"] as const;

export function has(entry: Entry, { key, value }: Attribute): boolean {
  return READERS[key](entry).includes(value);
}

/** What is remembered of a day's coarse attributes. */
export function coarse(entry: Entry): string[] {
  return COARSE_KEYS.flatMap((key) => READERS[key](entry).map((value) => `${key} ${value}`));
}

export function entryOf({ record, occurredAt, lookupAt }: TrailRecord): Entry {
  const identity = isMembers(record["userIdentity"]) ? record["userIdentity"] : {};
  const accessKeyId = identity["accessKeyId"];
  const username = usernameOf(identity);
  const eventTime = Math.floor(occurredAt / 1000) * 1000;
  return {
    eventTime,
    lookupAt,
    event: {
      EventId: record.eventID,
      EventName: String(record["eventName"]),
      ReadOnly: record["readOnly"] === true ? "true" : "false",
      ...(typeof accessKeyId === "string" && accessKeyId !== ""
        ? { AccessKeyId: accessKeyId }
        : {}),
      EventTime: eventTime / 1000,
      EventSource: String(record["eventSource"]),
      ...(username === null ? {} : { Username: username }),
      Resources: resourcesOf(record["resources"]),
      CloudTrailEvent: JSON.stringify(record),
    },
  };
}

/** The session name of a role, the name of a user; identities of IAM Identity Center have none. */
function usernameOf(identity: Members): string | null {
  if (typeof identity["userName"] === "string") return identity["userName"];
  const arn = identity["arn"];
  const name = typeof arn === "string" ? arn.split("/").at(-1) : undefined;
  return identity["type"] === "AssumedRole" && name !== undefined ? name : null;
}

function resourcesOf(resources: unknown): LookupEvent["Resources"] {
  if (!Array.isArray(resources)) return [];
  return resources.filter(isMembers).map((one) => ({
    ...(typeof one["type"] === "string" ? { ResourceType: one["type"] } : {}),
    ...(typeof one["ARN"] === "string" ? { ResourceName: one["ARN"] } : {}),
  }));
}
