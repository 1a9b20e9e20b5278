/**
 * CloudTrail's LookupEvents as polled streams, one for each (Region, event source), because a call takes one attribute only.
 * Guarantees every page of a window or a fault: an empty page is no end; a token that CloudTrail no longer takes, a token or a page
 * that comes again break the listing off. It shows the calling account only, 90 days back, and repeats what it showed.
 */
import { createHash } from "node:crypto";
import { LookupEventsCommand, type LookupEventsResponse } from "@aws-sdk/client-cloudtrail";
import { Fault } from "../../domain/fault.ts";
import { DAY, epoch, instant, type Instant } from "../../domain/time.ts";
import { decodeRecord } from "../../domain/trail/decode.ts";
import type { PolledSource, SourcedRecord, SourcePage } from "../../ports/trail/event-source.ts";
import type { AwsClients } from "./clients.ts";
import { awsErrorName } from "./faults.ts";
import { pages, TokenLoop } from "./paging.ts";

/** AWS: LookupEvents API reference. */
const REACH = 90 * DAY;
const PAGE = 50;
/** So many pages without an event in a row are no end, and no listing either: ten minutes at the allowed rate. */
const MOST_EMPTY_PAGES = 1_200;

/** Where the events of Identity Center and of its sessions appear in the Region of the instance. */
const INSTANCE_SOURCES = [
  "signin.amazonaws.com",
  "sso.amazonaws.com",
  "sso-oauth.amazonaws.com",
  "sso-directory.amazonaws.com",
  "identitystore.amazonaws.com",
  "identitystore-scim.amazonaws.com",
  "account-access.amazonaws.com",
  "sts.amazonaws.com",
] as const;

const EXPIRED = new Set(["ExpiredTokenException", "ExpiredToken"]);

/** Organizations is a global service: CloudTrail shows its events in this Region only. */
export const GLOBAL_EVENTS_REGION = "us-east-1";

export interface LookupOptions {
  /** Clients of the instance's Region and of `GLOBAL_EVENTS_REGION`: where these are one, the same object twice. */
  readonly instance: Pick<AwsClients, "cloudTrail" | "call" | "region" | "accountId">;
  readonly global: Pick<AwsClients, "cloudTrail" | "call" | "region" | "accountId">;
  /** When a page was received. */
  readonly clock: { now(): number };
}

/** All streams of an organisation's owner account. */
export function lookupEventsSources({ instance, global, clock }: LookupOptions): PolledSource[] {
  return [
    ...INSTANCE_SOURCES.map((eventSource) => lookupStream(instance, eventSource, clock)),
    lookupStream(global, "organizations.amazonaws.com", clock),
  ];
}

function lookupStream(
  clients: LookupOptions["instance"],
  eventSource: string,
  clock: { now(): number },
): PolledSource {
  const stream = `lookup-events/${clients.accountId}/${clients.region}/${eventSource}`;
  return {
    stream,
    reachMilliseconds: REACH,
    pages: (from, to) => walk({ clients, eventSource, clock, stream }, from, to),
  };
}

interface Walk {
  readonly clients: LookupOptions["instance"];
  readonly eventSource: string;
  readonly clock: { now(): number };
  readonly stream: string;
}

async function* walk(stream: Walk, from: Instant, to: Instant): AsyncGenerator<SourcePage> {
  const { clients, eventSource, clock } = stream;
  const listing = `the events of ${eventSource} in ${clients.region}`;
  const read = (token: string | undefined) =>
    clients.call(`list ${listing}`, () =>
      clients.cloudTrail.send(
        new LookupEventsCommand({
          LookupAttributes: [{ AttributeKey: "EventSource", AttributeValue: eventSource }],
          StartTime: new Date(epoch(from)),
          // Both ends are inclusive in AWS; an event has whole seconds, so this one belongs to the next window.
          EndTime: new Date(Math.max(epoch(from), epoch(to) - 1)),
          MaxResults: PAGE,
          NextToken: token,
        }),
      ),
    );
  const repetition = new Repetition();
  try {
    for await (const page of pages(`LookupEvents (${stream.stream})`, read)) {
      const problem = repetition.problemOf(page);
      if (problem !== null) throw brokenListing(listing, problem);
      const done = page.NextToken === undefined || page.NextToken === "";
      yield { records: recordsOf(page), receivedAt: instant(clock.now()), done };
    }
  } catch (error) {
    throw asListingFault(error, listing);
  }
}

/** Finds a listing that goes round in circles although its tokens differ: what stood in place of the repeated page is missing. */
class Repetition {
  readonly #seen = new Set<string>();
  #empty = 0;

  problemOf({ Events: events = [] }: LookupEventsResponse): string | null {
    if (events.length === 0) {
      this.#empty += 1;
      return this.#empty > MOST_EMPTY_PAGES ? `${MOST_EMPTY_PAGES} empty pages in a row` : null;
    }
    this.#empty = 0;
    const hash = createHash("sha256");
    for (const { EventId, CloudTrailEvent } of events)
      hash.update(`${EventId ?? CloudTrailEvent}\n`);
    const page = hash.digest("base64");
    if (this.#seen.has(page)) return "a page that it had shown before";
    this.#seen.add(page);
    return null;
  }
}

/** CloudTrail takes a token for a while and with the same parameters only; credentials of a role live for hours. */
function asListingFault(error: unknown, listing: string): unknown {
  if (!(error instanceof Fault)) return error;
  if (error instanceof TokenLoop)
    return brokenListing(listing, "a page token that it had given before", error);
  const name = awsErrorName(error.cause);
  if (name === "InvalidNextTokenException")
    return brokenListing(listing, "a page token that it no longer takes", error);
  if (!EXPIRED.has(name)) return error;
  return new Fault(
    "aws.denied",
    `AWS did not list ${listing}, because the credentials have expired: renew them, and reading goes on where it ended.`,
    { detail: error.detail, cause: error },
  );
}

function brokenListing(listing: string, gave: string, cause?: unknown): Fault {
  return new Fault(
    "aws.broken-listing",
    `AWS broke off ${listing}: it gave ${gave}, so the window is read again later.`,
    { detail: { listing, gave }, ...(cause === undefined ? {} : { cause }) },
  );
}

/**
 * A listing has no stable places, so every record stands at 0: what cannot be decoded is then kept once, however often windows
 * overlap. Only `CloudTrailEvent` is read; the summary's own fields say less.
 */
function recordsOf(page: LookupEventsResponse): SourcedRecord[] {
  return (page.Events ?? []).map((event) => ({
    position: 0,
    decoded: decodeRecord(parsed(event.CloudTrailEvent) ?? event),
  }));
}

/** The text itself where it is no JSON: decoding then says why it cannot be read. */
function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
