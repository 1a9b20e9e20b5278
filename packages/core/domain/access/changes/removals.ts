/**
 * By which event a path was lost: of its assignment or entitlement, of the membership, or of the user, group, permission set or application
 * that it hangs on. Pure. The first of them within the time counts, because it broke the path.
 */
import type { EffectiveAccess } from "../../access.ts";
import type { TrailEvent } from "../../event.ts";
import { membersIn } from "../../sessions/residual/access-history.ts";
import type { Instant } from "../../time.ts";
import { amended } from "../../trail/amended.ts";
import { askedBy } from "../asked-by.ts";
import { assignmentKey } from "../facts.ts";

export interface Removed {
  readonly at: Instant;
  readonly eventId: string;
  readonly eventName: string;
  readonly by: string | null;
  /** `asked-for` until a crawl that began after the event has confirmed it. */
  readonly state: "done" | "asked-for";
}

interface Instants {
  readonly at: Instant;
  readonly snapshot: { readonly takenAt: Instant };
}

/** What `[before, after)` removed, to be looked up by a row that was there. */
export function removalEvents(
  events: readonly TrailEvent[],
  before: Instants,
  after: Instants,
): (row: EffectiveAccess) => Removed | null {
  const removals = new Map<string, Removed>();
  for (const event of amended(events)) {
    const { occurredAt: at, eventId, eventName } = event;
    if (event.errorCode !== null || at < before.at || at >= after.at) continue;
    for (const subject of subjectsOf(event)) {
      if (removals.has(subject)) continue;
      const isOpen = event.kind === "assignment" && at >= after.snapshot.takenAt;
      const state = isOpen ? "asked-for" : "done";
      removals.set(subject, { at, eventId, eventName, by: askedBy(event), state });
    }
  }
  return (row) =>
    legsOf(row)
      .flatMap((subject) => removals.get(subject) ?? [])
      .toSorted((left, right) => (left.at < right.at ? -1 : 1))[0] ?? null;
}

const subject = (...parts: string[]): string => parts.join(" ");

function subjectsOf(event: TrailEvent): string[] {
  switch (event.kind) {
    case "assignment": {
      const { change, targetAccountId: accountId, permissionSetArn, principalId } = event;
      if (change !== "deleted" || accountId === null) return [];
      if (permissionSetArn === null || principalId === null) return [];
      return [subject("assignment", assignmentKey({ accountId, permissionSetArn, principalId }))];
    }
    case "membership": {
      const { change, groupId } = event;
      if (change !== "removed" || groupId === null) return [];
      return membersIn(event).map((userId) => subject("membership", groupId, userId));
    }
    case "entitlement":
      return event.change !== "deleted"
        ? []
        : [
            ...(event.entitlementId === null ? [] : [subject("entitlement", event.entitlementId)]),
            ...(event.roleArn === null || event.principalId === null
              ? []
              : [subject("role", event.roleArn, event.principalId)]),
          ];
    case "directory-user":
      return event.change === "deleted" && event.subjectUserId !== null
        ? [subject("user", event.subjectUserId)]
        : [];
    case "directory-group":
      return event.change === "deleted" && event.groupId !== null
        ? [subject("group", event.groupId)]
        : [];
    case "permission-set":
      return event.change === "deleted" && event.permissionSetArn !== null
        ? [subject("permission-set", event.permissionSetArn)]
        : [];
    default:
      return [];
  }
}

/** Everything whose removal breaks the row's path. */
function legsOf({ user, path, permissionSetArn, roleArn }: EffectiveAccess): string[] {
  const last = path.at(-1)!;
  const groupId = path.length === 2 ? path[0]!.id : null;
  return [
    subject("user", user.userId),
    subject(last.kind, last.id),
    ...(roleArn === null ? [] : [subject("role", roleArn, groupId ?? user.userId)]),
    ...(permissionSetArn === null ? [] : [subject("permission-set", permissionSetArn)]),
    ...(groupId === null
      ? []
      : [subject("group", groupId), subject("membership", groupId, user.userId)]),
  ];
}
