import { LookupEventsCommand, type LookupEventsCommandInput } from "@aws-sdk/client-cloudtrail";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Change, TrailRecord } from "#simulator/model";
import type { Attribute } from "#simulator/wire/cloudtrail/event";
import { History } from "#simulator/wire/cloudtrail/history";
import { first, NOW, openOffice, type Clients, type Office } from "./office.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const HOME = "eu-central-1";

let office: Office;
let clients: Clients;
let owner: string;
/** Which days were made, in order. */
const made: number[] = [];

/** Ten records an hour: eight of the owner's home Region, one of us-east-1, one of a member account. */
function* recordsOf(from: number, to: number): Iterable<TrailRecord> {
  made.push(from);
  for (let at = Math.ceil(from / (6 * MINUTE)) * 6 * MINUTE; at < to; at += 6 * MINUTE) {
    const slot = (at / (6 * MINUTE)) % 10;
    const source = slot === 1 ? "organizations" : slot % 2 === 0 ? "sso" : "signin";
    yield {
      accountId: slot === 2 ? "111122223333" : owner,
      region: slot === 1 ? "us-east-1" : HOME,
      occurredAt: at,
      deliveredAt: at + 5 * MINUTE,
      redeliveredAt: null,
      lookupAt: at + 3 * MINUTE,
      record: {
        eventID: `${String(at).padStart(16, "0")}-${slot}`,
        eventName: slot === 4 ? "Authenticate" : "ListApplications",
        eventSource: `${source}.amazonaws.com`,
        readOnly: slot !== 4,
        userIdentity:
          slot === 6
            ? {
                type: "AssumedRole",
                arn: "arn:aws:sts::1:assumed-role/r/kim",
                accessKeyId: "ASIAX",
              }
            : { type: "IdentityCenterUser" },
        resources: slot === 8 ? [{ type: "AWS::S3::Bucket", ARN: "arn:aws:s3:::example" }] : [],
      },
    };
  }
}

beforeAll(async () => {
  office = await openOffice({ records: recordsOf });
  owner = office.world.organisation.managementAccountId;
  clients = office.clients();
});
afterAll(() => office.close());

async function lookup(input: LookupEventsCommandInput, from: Clients = clients) {
  const events = [];
  const pages: number[] = [];
  let NextToken: string | undefined;
  do {
    const command = new LookupEventsCommand({ ...input, ...(NextToken ? { NextToken } : {}) });
    const page = await from.cloudTrail.send(command);
    events.push(...(page.Events ?? []));
    pages.push(page.Events?.length ?? 0);
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return { events, pages };
}

const range = (from: number, to: number) => ({ StartTime: new Date(from), EndTime: new Date(to) });

test("events come newest first, at most fifty a page, each once to the end", async () => {
  const { events, pages } = await lookup(range(NOW - 2 * DAY, NOW - DAY));
  expect(events).toHaveLength(24 * 8 + 1);
  expect(new Set(events.map((one) => one.EventId)).size).toBe(events.length);
  const times = events.map((one) => one.EventTime?.getTime() ?? 0);
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  expect(pages).toEqual([50, 50, 50, 43]);
});

test("a page has the size that is asked for", async () => {
  const { pages } = await lookup({ ...range(NOW - 2 * HOUR, NOW - HOUR), MaxResults: 4 });
  expect(pages).toEqual([4, 4, 1]);
});

test("an event carries its record as text and its summary", async () => {
  const { events } = await lookup({ StartTime: new Date(NOW - 3 * HOUR) });
  const found = first(events.filter((one) => one.AccessKeyId !== undefined));
  expect(found).toMatchObject({ ReadOnly: "true", Username: "kim", AccessKeyId: "ASIAX" });
  expect(JSON.parse(found.CloudTrailEvent ?? "")).toMatchObject({ eventID: found.EventId });
  const resources = events.flatMap((one) => one.Resources ?? []);
  expect(resources).toContainEqual({
    ResourceType: "AWS::S3::Bucket",
    ResourceName: "arn:aws:s3:::example",
  });
});

test("an event is not shown before it is delivered", async () => {
  office.clock.now = NOW + 2 * MINUTE;
  const early = await lookup({ StartTime: new Date(NOW) });
  expect(early.events).toEqual([]);
  office.clock.now = NOW + 3 * MINUTE;
  const late = await lookup({ StartTime: new Date(NOW) });
  expect(late.events.map((one) => one.EventTime?.getTime())).toEqual([NOW]);
  office.clock.now = NOW;
});

test("only the account of the caller and the Region of the call are shown", async () => {
  const asked = range(NOW - 5 * HOUR, NOW - HOUR);
  const global = await lookup(asked, office.clients({ region: "us-east-1" }));
  expect(new Set(global.events.map((one) => one.EventSource))).toEqual(
    new Set(["organizations.amazonaws.com"]),
  );
  const elsewhere = await lookup(asked, office.clients({ region: "sa-east-1" }));
  expect(elsewhere.events).toEqual([]);
  const member = first(office.world.organisation.accounts.filter((one) => !one.isManagement));
  const other = await lookup(asked, await office.as("audit", member.id));
  expect(other.events).toEqual([]);
});

test.each([
  ["EventSource", "signin.amazonaws.com"],
  ["EventName", "Authenticate"],
  ["ReadOnly", "false"],
  ["Username", "kim"],
  ["AccessKeyId", "ASIAX"],
  ["ResourceName", "arn:aws:s3:::example"],
  ["ResourceType", "AWS::S3::Bucket"],
] as const)("%s filters", async (AttributeKey, AttributeValue) => {
  const asked = range(NOW - DAY, NOW - HOUR);
  const all = await lookup(asked);
  const { events } = await lookup({
    ...asked,
    LookupAttributes: [{ AttributeKey, AttributeValue }],
  });
  const shows = (one: (typeof events)[number]) =>
    [
      { ...one }[AttributeKey as "EventName"],
      ...(one.Resources ?? []).flatMap((it) => [it.ResourceName, it.ResourceType]),
    ].includes(AttributeValue);
  expect(events.length).toBeGreaterThan(0);
  expect(events).toEqual(all.events.filter(shows));
});

test("nothing older than 90 days is shown", async () => {
  const { events } = await lookup(range(NOW - 91 * DAY, NOW - 89 * DAY));
  const oldest = Math.min(...events.map((one) => one.EventTime?.getTime() ?? 0));
  expect(oldest).toBe(NOW - 90 * DAY);
});

test("a token works with identical parameters only", async () => {
  const asked = { ...range(NOW - DAY, NOW), MaxResults: 10 };
  const { NextToken } = await clients.cloudTrail.send(new LookupEventsCommand(asked));
  const refused = { name: "InvalidNextTokenException" };
  const misuse = (input: LookupEventsCommandInput, from = clients) =>
    from.cloudTrail.send(new LookupEventsCommand({ ...input, NextToken }));
  await expect(misuse({ ...asked, MaxResults: 11 })).rejects.toMatchObject(refused);
  await expect(misuse({ ...asked, EndTime: new Date(NOW - 1000) })).rejects.toMatchObject(refused);
  const elsewhere = office.clients({ region: "us-east-1" });
  await expect(misuse(asked, elsewhere)).rejects.toMatchObject(refused);
  expect((await misuse(asked)).Events).toHaveLength(10);
});

test.each<[string, string, LookupEventsCommandInput]>([
  ["a page of 51", "InvalidMaxResultsException", { MaxResults: 51 }],
  ["an end before the start", "InvalidTimeRangeException", range(NOW, NOW - DAY)],
  ["an unknown category", "InvalidEventCategoryException", { EventCategory: "data" as "insight" }],
  [
    "two attributes",
    "InvalidLookupAttributesException",
    {
      LookupAttributes: [
        { AttributeKey: "EventName", AttributeValue: "a" },
        { AttributeKey: "EventName", AttributeValue: "b" },
      ],
    },
  ],
  [
    "an unknown attribute",
    "InvalidLookupAttributesException",
    { LookupAttributes: [{ AttributeKey: "UserId" as "EventName", AttributeValue: "a" }] },
  ],
])("%s is refused", async (_what, name, input) => {
  await expect(clients.cloudTrail.send(new LookupEventsCommand(input))).rejects.toMatchObject({
    name,
  });
});

test("two requests a second are taken for an account and Region, the third is throttled", async () => {
  const limited = await openOffice();
  limited.stopwatch.runs = false;
  const ask = (region: string) =>
    limited.clients({ region }).cloudTrail.send(new LookupEventsCommand({}));
  await ask(HOME);
  await ask(HOME);
  await expect(ask(HOME)).rejects.toMatchObject({
    name: "ThrottlingException",
    $metadata: { httpStatusCode: 400 },
  });
  await ask("us-east-1");
  limited.stopwatch.ms += 500;
  await ask(HOME);
  await limited.close();
});

/** A history on the same records, with a stopwatch and a log of changes of the test's own. */
function historyOf(stepMs: number) {
  const changes: Change[] = [];
  let ms = 0;
  const world = { ...office.world, changes: () => changes };
  const history = new History(world, () => (ms += stepMs));
  const read = (start: number, attribute: Attribute | null = null) => ({
    place: { accountId: owner, region: HOME },
    attribute,
    start,
    end: NOW,
    after: null,
    limit: 50,
    now: NOW,
  });
  return { history, changes, read };
}

test("a day is made once for all its pages, and anew after a change that falls before its end", () => {
  const { history, changes, read } = historyOf(0);
  made.length = 0;
  history.read(read(NOW - HOUR));
  history.read(read(NOW - HOUR));
  expect(made).toHaveLength(1);
  changes.push({ at: NOW + DAY } as Change);
  history.read(read(NOW - HOUR));
  expect(made).toHaveLength(1);
  changes.push({ at: NOW } as Change);
  history.read(read(NOW - HOUR));
  history.read(read(NOW - HOUR));
  expect(made).toHaveLength(2);
});

test("a filter that matches nothing answers empty pages that lead to the end", () => {
  const { history, read } = historyOf(60);
  const asked = read(NOW - 10 * DAY, { key: "EventId", value: "none" });
  let pages = 0;
  let page = history.read(asked);
  for (; page.next !== null && pages < 100; pages += 1) {
    expect(page.entries).toEqual([]);
    page = history.read({ ...asked, after: page.next });
  }
  expect(pages).toBe(10);
});

test("a day that is known to have no such event is not made again", () => {
  const { history, changes, read } = historyOf(0);
  history.read(read(NOW - HOUR));
  made.length = 0;
  const asked = read(NOW - 20 * DAY, { key: "EventSource", value: "scim.amazonaws.com" });
  expect(history.read(asked)).toEqual({ entries: [], next: null });
  expect(made).toHaveLength(20);
  expect(history.read(asked)).toEqual({ entries: [], next: null });
  expect(made).toHaveLength(20);
  changes.push({ at: NOW - DAY } as Change);
  history.read(asked);
  expect(made).toHaveLength(22);
});
