import { LookupEventsCommand, type LookupEventsCommandOutput } from "@aws-sdk/client-cloudtrail";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HOUR, NOW, openPlace, type Place } from "./place.ts";

const PAGE = 20;
let place: Place;
/** The stopwatch of the limits. */
let ms = 0;
beforeEach(async () => {
  ms = 0;
  place = await openPlace({ days: 1, monotonicMs: () => ms });
});
afterEach(() => place.close());

async function ask(NextToken?: string): Promise<LookupEventsCommandOutput> {
  const range = { StartTime: new Date(NOW - 3 * HOUR), EndTime: new Date(NOW - HOUR) };
  const more = NextToken === undefined ? {} : { NextToken };
  ms += 1_000;
  return place.cloudTrail.send(new LookupEventsCommand({ ...range, MaxResults: PAGE, ...more }));
}

const ids = (page: LookupEventsCommandOutput) => (page.Events ?? []).map((one) => one.EventId);

/** Every page from here to the end, or as many as `most`. */
async function walk(most = 1_000): Promise<LookupEventsCommandOutput[]> {
  const pages = [await ask()];
  for (let token = pages[0]?.NextToken; token !== undefined && pages.length < most;) {
    const page = await ask(token);
    pages.push(page);
    token = page.NextToken;
  }
  return pages;
}

test("a repeated page shows the page before again, and its token leads on to everything", async () => {
  const right = await walk();
  expect(right.length).toBeGreaterThan(3);
  place.simulator.faults.lookup.add({ kind: "repeated-page" });
  const pages = await walk();
  expect(ids(pages[1] as LookupEventsCommandOutput)).toEqual(ids(right[0] as LookupEventsCommandOutput));
  expect(pages[1]?.NextToken).not.toBe(pages[0]?.NextToken);
  expect([pages[0], ...pages.slice(2)].flatMap((page) => ids(page as LookupEventsCommandOutput))).toEqual(right.flatMap(ids));
}); // prettier-ignore

test("a page can be repeated although its token was given before the fault was planned", async () => {
  const first = await ask();
  place.simulator.faults.lookup.add({ kind: "repeated-page" });
  expect(ids(await ask(first.NextToken))).toEqual(ids(first));
});

test("an empty page has a token that leads on to everything", async () => {
  const right = await walk();
  place.simulator.faults.lookup.add({ kind: "empty-page", times: 3 });
  const pages = await walk();
  expect(pages.slice(1, 4).map(ids)).toEqual([[], [], []]);
  expect(new Set(pages.slice(0, 4).map((page) => page.NextToken)).size).toBe(4);
  expect(pages.flatMap(ids)).toEqual(right.flatMap(ids));
});

test("a token loop answers the token that it was asked with, again and again", async () => {
  place.simulator.faults.lookup.add({ kind: "token-loop", times: 5 });
  const pages = await walk(6);
  expect(new Set(pages.map((page) => page.NextToken)).size).toBe(1);
  expect(ids(pages[2] as LookupEventsCommandOutput)).toEqual(ids(pages[1] as LookupEventsCommandOutput)); // prettier-ignore
  expect((await ask(pages[5]?.NextToken)).NextToken).not.toBe(pages[5]?.NextToken);
});

test("a token is refused mid paging and never on the first page", async () => {
  place.simulator.faults.lookup.add({ kind: "invalid-token" });
  const first = await ask();
  await expect(ask(first.NextToken)).rejects.toMatchObject({ name: "InvalidNextTokenException" });
  await expect(ask(first.NextToken)).resolves.toBeDefined();
  expect(place.simulator.faults.lookup.struck).toBe(1);
});

test("credentials expire mid paging, or on any page where that is asked for", async () => {
  const { lookup } = place.simulator.faults;
  lookup.add({ kind: "expired-token" });
  const first = await ask();
  const name = "ExpiredTokenException";
  await expect(ask(first.NextToken)).rejects.toMatchObject({ name });
  await expect(ask(first.NextToken)).resolves.toBeDefined();
  lookup.add({ kind: "expired-token", anyPage: true });
  await expect(ask()).rejects.toMatchObject({ name });
});

test("a share of the requests is throttled for as long as was told, and no longer", async () => {
  place.simulator.faults.lookup.add({ kind: "throttle", share: 0.9, forMs: 40_000 });
  const outcomes: string[] = [];
  for (let n = 0; n < 50; n++)
    outcomes.push(await ask().then(() => "answered", (error: Error) => error.name)); // prettier-ignore
  expect(outcomes.slice(0, 39).filter((one) => one === "ThrottlingException")).toHaveLength(35);
  expect(new Set(outcomes.slice(40))).toEqual(new Set(["answered"]));
});

test("the server throttles above two requests a second and counts what it saw, by account and Region", async () => {
  const outcomes = [];
  for (let n = 0; n < 5; n++) {
    ms -= 1_000; // All within one instant.
    outcomes.push(await ask().then(() => "answered", (error: Error) => error.name));
  }
  expect(outcomes).toEqual(["answered", "answered", ...Array<string>(3).fill("ThrottlingException")]);
  ms += 60_000;
  await ask();
  const accountId = place.simulator.organisation.managementAccountId;
  expect(place.simulator.lookupRates()).toEqual([
    { accountId, region: "eu-central-1", requests: 6, throttled: 3, highestPerSecond: 5 },
  ]);
}); // prettier-ignore

test("a reader of two requests a second is never seen above two", async () => {
  for (let n = 0; n < 20; n++) {
    ms -= 500;
    await ask();
  }
  expect(place.simulator.lookupRates()).toMatchObject([{ throttled: 0, highestPerSecond: 2 }]);
});

test("a reset ends every fault", async () => {
  const { lookup } = place.simulator.faults;
  lookup.add({ kind: "throttle", share: 1, forMs: 1e9 });
  lookup.add({ kind: "expired-token", anyPage: true, times: 9 });
  await expect(ask()).rejects.toMatchObject({ name: "ThrottlingException" });
  place.simulator.faults.reset();
  await expect(ask()).resolves.toBeDefined();
});
