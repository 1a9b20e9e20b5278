import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { lookupEventsSources } from "#core/adapters/aws/lookup-events";
import { instant } from "#core/domain/time";
import type { PolledSource, SourcePage } from "#core/ports/trail/event-source";
import type { TrailRecord } from "#simulator/model";
import { NOW } from "#test/unit/simulator-wire/office";
import { openAwsOffice, type AwsOffice } from "./aws-office.ts";
import { openScriptedAws, ScriptedError, type Script, type ScriptedAws } from "./scripted-aws.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FROM = instant(NOW - 12 * HOUR);
const TO = instant(NOW);

let office: AwsOffice;
let aws: ScriptedAws | null = null;
beforeAll(async () => {
  office = await openAwsOffice({ records: recordsOf });
});
afterAll(() => office.close());
afterEach(async () => {
  await aws?.close();
  aws = null;
});

const eventId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** Four records an hour of the portal, one of Organizations. */
function* recordsOf(from: number, to: number): Iterable<TrailRecord> {
  const { managementAccountId, identityStoreArn, people } = office.world.organisation;
  for (let at = Math.ceil(from / (15 * MINUTE)) * 15 * MINUTE; at < to; at += 15 * MINUTE) {
    const global = at % HOUR === 0;
    const region = global ? "us-east-1" : office.home;
    yield {
      accountId: managementAccountId,
      region,
      occurredAt: at,
      deliveredAt: at,
      redeliveredAt: null,
      lookupAt: at,
      record: {
        eventVersion: "1.08",
        eventID: eventId(at / (15 * MINUTE)),
        eventTime: new Date(at).toISOString().replace(".000Z", "Z"),
        eventName: global ? "UpdatePolicy" : "ListAccounts",
        eventSource: `${global ? "organizations" : "sso"}.amazonaws.com`,
        awsRegion: region,
        recipientAccountId: managementAccountId,
        sourceIPAddress: "203.0.113.7",
        userAgent: "aws-cli/2",
        userIdentity: {
          type: "IdentityCenterUser",
          accountId: managementAccountId,
          onBehalfOf: { userId: people[0]?.userId, identityStoreArn },
        },
      },
    };
  }
}

function sourceOf(sources: readonly PolledSource[], name: string): PolledSource {
  const source = sources.find((one) => one.stream.endsWith(`/${name}.amazonaws.com`));
  if (source === undefined) throw new Error(`no stream reads ${name}`);
  return source;
}

const officeSources = () =>
  lookupEventsSources({
    instance: office.clientsOf(office.home),
    global: office.clientsOf("us-east-1"),
    clock: { now: () => NOW },
  });

const scriptedSource = async (script: Script): Promise<PolledSource> => {
  aws = await openScriptedAws(script);
  const { clients } = aws;
  const sources = lookupEventsSources({
    instance: clients,
    global: clients,
    clock: { now: () => NOW },
  });
  return sourceOf(sources, "sso");
};

async function walk(source: PolledSource, from = FROM, to = TO): Promise<SourcePage[]> {
  const pages: SourcePage[] = [];
  for await (const page of source.pages(from, to)) pages.push(page);
  return pages;
}

const idsOf = (pages: readonly SourcePage[]) =>
  pages.flatMap((page) =>
    page.records.map(({ decoded }) =>
      decoded.outcome === "event" ? decoded.event.eventId : decoded.outcome,
    ),
  );

test("reads every event of a window, newest first, and says when it is at the end", async () => {
  const pages = await walk(sourceOf(officeSources(), "sso"));
  const ids = idsOf(pages);
  expect(ids).toHaveLength(36);
  expect(ids).toEqual(ids.toSorted().toReversed());
  expect(pages.map((page) => page.done)).toEqual([...pages.slice(1).map(() => false), true]);
  expect(pages[0]?.receivedAt).toBe(TO);
});

test("leaves an event at the window's end to the next window", async () => {
  const source = sourceOf(officeSources(), "sso");
  const middle = instant(NOW - 6 * HOUR - 15 * MINUTE);
  const [early, late] = [await walk(source, FROM, middle), await walk(source, middle, TO)];
  expect([...idsOf(late), ...idsOf(early)]).toEqual(idsOf(await walk(source)));
});

test("reads Organizations in the Region of global services, under a stream of its own", async () => {
  const source = sourceOf(officeSources(), "organizations");
  expect(source.stream).toBe(`lookup-events/${office.owner}/us-east-1/organizations.amazonaws.com`);
  expect(idsOf(await walk(source))).toHaveLength(12);
});

test("goes on after an empty page", async () => {
  const source = await scriptedSource({
    LookupEvents: (input) =>
      input["NextToken"] === undefined
        ? { Events: [], NextToken: "first" }
        : { Events: [{ EventId: "no record at all" }] },
  });
  const pages = await walk(source);
  expect(pages.map((page) => page.records.length)).toEqual([0, 1]);
  expect(pages.map((page) => page.done)).toEqual([false, true]);
});

test.each([
  ["a token that CloudTrail no longer takes", "no longer takes"],
  ["a token that comes again", "given before"],
  ["a page that comes again under another token", "shown before"],
  ["empty pages without end", "empty pages"],
])("breaks the listing off at %s", async (_name, words) => {
  const source = await scriptedSource({
    LookupEvents: (input, n) => {
      if (words === "no longer takes" && input["NextToken"] !== undefined)
        throw new ScriptedError("InvalidNextTokenException");
      return {
        Events:
          words === "empty pages" ? [] : [{ EventId: words === "shown before" ? "same" : `${n}` }],
        NextToken: words === "given before" ? "again" : `token ${n}`,
      };
    },
  });
  await expect(walk(source)).rejects.toMatchObject({
    code: "aws.broken-listing",
    retry: "later",
    message: expect.stringMatching(new RegExp(`^AWS broke off [^\\n]*${words}[^\\n]*\\.$`)),
  });
  expect(aws?.calls.length).toBe(words === "empty pages" ? 1_201 : 2);
});

test("says that credentials have expired and what mends it, without trying again", async () => {
  const source = await scriptedSource({
    LookupEvents: () => {
      throw new ScriptedError("ExpiredTokenException");
    },
  });
  await expect(walk(source)).rejects.toMatchObject({
    code: "aws.denied",
    message: expect.stringMatching(
      /^AWS did not list .* credentials have expired: renew them.*\.$/,
    ),
  });
  expect(aws?.calls).toHaveLength(1);
});

test("survives a storm of throttles with growing waits and loses nothing", async () => {
  const source = await scriptedSource({
    LookupEvents: (_input, n) => {
      if (n <= 3) throw new ScriptedError("ThrottlingException");
      return { Events: [{ CloudTrailEvent: "{}" }] };
    },
  });
  expect(await walk(source)).toHaveLength(1);
  const waits = aws?.waits ?? [];
  expect(waits).toHaveLength(3);
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(500);
  expect(waits[2]).toBeGreaterThan(waits[0] ?? Infinity);
});
