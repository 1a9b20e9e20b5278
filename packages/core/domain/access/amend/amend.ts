/**
 * A snapshot as of an instant after its crawl: what events say was changed since is applied to it. Pure; any order and any repetition of
 * the events gives the same facts. Refused requests change nothing. What AWS only accepted is marked as asked for until a crawl
 * confirms it; policies that were changed are unknown until they are read again. Names that records mask stay unknown.
 */
import type { AccessSnapshot, CrawlNote } from "../../access.ts";
import type { TrailEvent } from "../../event.ts";
import type { Instant } from "../../time.ts";
import { amended } from "../../trail/amended.ts";
import { applyApplication, applyIssuer } from "./applications.ts";
import { applyGroup, applyMembership, applyUser } from "./directory.ts";
import { FactsByKey, type FactChange } from "./facts-by-key.ts";
import { applyAssignment, applyEntitlement, applyPermissionSet } from "./grants.ts";
import { isOfInstance } from "./instance.ts";

/** What events between the crawl and the instant did. */
export interface Amendments {
  /** In the order of the events. */
  readonly changes: readonly FactChange[];
  /** Facts, by `observedKey`, whose making AWS accepted and no crawl has seen. */
  readonly askedFor: ReadonlySet<string>;
  /** Permission sets, by ARN, whose policies were changed and have not been read since. */
  readonly unreadSets: ReadonlySet<string>;
}

/** Kinds of events that can change a snapshot: the beginnings of what is asked of the store. */
export const AMENDING_KINDS = [
  "assignment",
  "membership",
  "directory-user",
  "directory-group",
  "permission-set",
  "application",
  "access-application",
  "trusted-token-issuer",
  "entitlement",
] as const satisfies readonly TrailEvent["kind"][];

interface Period {
  /** When the crawl began: what happened after it may have been missed by its listings. */
  readonly startedAt: Instant;
  /** Events from here on do not count. */
  readonly at: Instant;
}

export function amend<
  S extends AccessSnapshot & { readonly observedFrom: ReadonlyMap<string, Instant> },
>(
  snapshot: S,
  events: readonly TrailEvent[],
  { startedAt, at }: Period,
): S & { readonly amendments: Amendments } {
  const readAgain = refreshedSince(snapshot.notes);
  const counted = amended(events).filter(
    (event) =>
      event.errorCode === null &&
      event.occurredAt > startedAt &&
      event.occurredAt < at &&
      !readAgain(event),
  );
  const ordered = counted.toSorted(removalsFirst);
  const facts = new FactsByKey(snapshot, snapshot.observedFrom);
  for (const event of ordered) {
    if (isOfInstance(event, snapshot.instance)) apply(facts, event, snapshot);
  }
  const { changes, askedFor } = facts;
  const unreadSets = new Set(changes.filter(isRedefined).map((one) => one.key));
  const amendments = { changes, askedFor, unreadSets };
  if (changes.length === 0) return { ...snapshot, amendments };
  const { facts: changed, observedFrom } = facts.finish();
  const notes = [...snapshot.notes, ...changes.flatMap(noteOf)];
  return { ...snapshot, ...changed, observedFrom, notes, amendments };
}

/**
 * Whether what an event did is in what was read again after it. A removal takes more with it than itself, grants for example, which were not
 * read again: it counts.
 */
function refreshedSince(notes: readonly CrawlNote[]): (event: TrailEvent) => boolean {
  const readAt = new Map(
    notes.flatMap((note) =>
      note.kind === "refreshed" && note.at !== undefined ? [[note.about, note.at] as const] : [],
    ),
  );
  if (readAt.size === 0) return () => false;
  return (event) => {
    if (isRemoval(event)) return false;
    const about =
      event.kind === "permission-set"
        ? event.permissionSetArn
        : event.kind === "application"
          ? event.applicationArn
          : event.kind === "trusted-token-issuer"
            ? "trusted-token-issuers"
            : null;
    const at = about === null ? undefined : readAt.get(about);
    return at !== undefined && event.occurredAt <= at;
  };
}

/** Seconds are all that a record tells: of a removal and a grant in one second the grant is taken for the later one. */
function removalsFirst(left: TrailEvent, right: TrailEvent): number {
  if (left.occurredAt !== right.occurredAt) return left.occurredAt < right.occurredAt ? -1 : 1;
  const rank = Number(!isRemoval(left)) - Number(!isRemoval(right));
  if (rank !== 0) return rank;
  return left.eventId < right.eventId ? -1 : 1;
}

function isRemoval(event: TrailEvent): boolean {
  if (!("change" in event)) return false;
  return event.change === "deleted" || event.change === "removed" || event.change === "disabled";
}

function apply(facts: FactsByKey, event: TrailEvent, { instance }: AccessSnapshot): void {
  switch (event.kind) {
    case "assignment":
      return applyAssignment(facts, event);
    case "entitlement":
      return applyEntitlement(facts, event);
    case "permission-set":
      return applyPermissionSet(facts, event);
    case "membership":
      return applyMembership(facts, event, instance);
    case "directory-user":
      return applyUser(facts, event, instance);
    case "directory-group":
      return applyGroup(facts, event, instance);
    case "application":
    case "access-application":
      return applyApplication(facts, event);
    case "trusted-token-issuer":
      return applyIssuer(facts, event);
    default:
  }
}

function isRedefined({ kind, change, eventName }: FactChange): boolean {
  if (kind !== "permission-set" || change === "removed") return false;
  return change === "added" || /Polic(?:y|ies)|Boundary/.test(eventName);
}

/** What a reader has to know beside the facts. */
function noteOf(one: FactChange): CrawlNote[] {
  const { kind, key, at, eventName, eventId, state } = one;
  const event = `${eventName} at ${at} (event ${eventId})`;
  if (state === "asked-for") {
    const problem = `${event} was accepted; AWS carries it out afterwards, and no crawl has confirmed it yet: take a snapshot.`;
    return [{ kind: "changed", about: `${kind}/${key}`, problem }];
  }
  if (isRedefined(one)) {
    const problem = `${event} changed what it allows, and its policies have not been read since: take a snapshot.`;
    return [{ kind: "unread", about: key, problem }];
  }
  return [];
}
