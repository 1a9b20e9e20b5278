/**
 * How long the role sessions of a permission set lasted at an instant, as events and crawls of the directory tell. AWS applies a change
 * to an account once the set is provisioned there, so what counted before still may until that is seen. Pure; any order of the facts
 * gives the same answers, and where nothing speaks of the instant there is none.
 */
import type { TrailEvent } from "../event.ts";
import type { PermissionSetDurations } from "../session.ts";
import type { Instant } from "../time.ts";
import { compareText } from "./draft.ts";

/** A permission set as crawls saw it from an instant on. */
export interface ObservedPermissionSet {
  readonly arn: string;
  readonly name: string;
  /** ISO-8601, as AWS gives it; empty where it was not read. */
  readonly sessionDuration: string;
  readonly from: Instant;
}

type Change = Extract<TrailEvent, { kind: "permission-set" }>;

/** AWS: CreatePermissionSet, SessionDuration: one hour where none is given. */
const WHERE_NOT_GIVEN = "PT1H";

/** One a permission set whose name is known, by its ARN. */
export function permissionSetDurations(
  events: readonly TrailEvent[],
  observed: readonly ObservedPermissionSet[],
): PermissionSetDurations[] {
  const names = new Map(observed.map(({ arn, name }) => [arn, name]));
  const byArn = new Map<string, Change[]>();
  for (const event of events) {
    if (event.kind !== "permission-set" || event.errorCode !== null) continue;
    const { permissionSetArn: arn, permissionSetName: name } = event;
    if (arn === null) continue;
    if (name !== null && !names.has(arn)) names.set(arn, name);
    byArn.set(arn, [...(byArn.get(arn) ?? []), event]);
  }
  return [...names]
    .toSorted(([left], [right]) => compareText(left, right))
    .map(([arn, name]) => ({
      name,
      values: valuesOf(
        byArn.get(arn) ?? [],
        observed.filter((one) => one.arn === arn),
      ),
      provisioned: (byArn.get(arn) ?? [])
        .filter(({ change }) => change === "provisioned")
        .map(({ targetAccountId, occurredAt }) => ({ accountId: targetAccountId, at: occurredAt })),
    }));
}

function valuesOf(
  changes: readonly Change[],
  observed: readonly ObservedPermissionSet[],
): PermissionSetDurations["values"] {
  const changed = changes.flatMap(({ change, sessionDuration, occurredAt }) => {
    if (change !== "created" && change !== "updated") return [];
    const text = sessionDuration ?? (change === "created" ? WHERE_NOT_GIVEN : null);
    const seconds = text === null ? null : secondsIn(text);
    return seconds === null ? [] : [{ seconds, from: occurredAt, changed: change === "updated" }];
  });
  const seen = observed.flatMap(({ sessionDuration, from }) => {
    const seconds = secondsIn(sessionDuration);
    return seconds === null ? [] : [{ seconds, from, changed: false }];
  });
  return [...changed, ...seen].toSorted(
    (left, right) => compareText(left.from, right.from) || left.seconds - right.seconds,
  );
}

/** AWS: PermissionSet, SessionDuration: one hour to twelve. Anything else states nothing. */
function secondsIn(text: string): number | null {
  const parts = /^PT(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,5})S)?$/.exec(text);
  if (parts === null) return null;
  const [hours, minutes, rest] = parts.slice(1).map((part) => Number(part ?? 0));
  const seconds = hours! * 3_600 + minutes! * 60 + rest!;
  return seconds >= 3_600 && seconds <= 43_200 ? seconds : null;
}

/**
 * The longest that a session of the set can last, in seconds, where it was issued in the account at the instant; null where nothing
 * says so. Of several sets with that name, as of two organisations, the longest.
 */
export function longestIssued(
  sets: readonly PermissionSetDurations[],
  name: string | null,
  accountId: string,
  issuedAt: Instant,
): number | null {
  let longest: number | null = null;
  for (const set of sets) {
    if (set.name !== name) continue;
    const seconds = longestOf(set, accountId, issuedAt);
    if (seconds === null) return null;
    if (longest === null || seconds > longest) longest = seconds;
  }
  return longest;
}

/** The newest value, and each before it that no provisioning is seen to have replaced by then. */
function longestOf(
  { values, provisioned }: PermissionSetDurations,
  accountId: string,
  issuedAt: Instant,
): number | null {
  let longest: number | null = null;
  const counted = values.filter(({ from }) => from <= issuedAt);
  for (const [index, { seconds, from, changed }] of counted.toReversed().entries()) {
    if (longest === null || seconds > longest) longest = seconds;
    const isReplaced = provisioned.some(
      (one) =>
        one.at >= from &&
        one.at <= issuedAt &&
        (one.accountId === null || one.accountId === accountId),
    );
    if (isReplaced) return longest;
    // What counted before this change was not read, and may still count.
    if (changed && index === counted.length - 1) return null;
  }
  return longest;
}
