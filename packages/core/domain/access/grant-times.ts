/**
 * When each path became whole, by which event, and by whom. Pure. No API of AWS tells the date of a grant: it is known from an event, or
 * bounded by the crawl that first saw the path.
 */
import type { EffectiveAccess } from "../access.ts";
import type { Instant } from "../time.ts";
import { latest } from "../time.ts";
import type { ObservedSnapshot } from "./effective.ts";
import { assignmentKey, membershipKey, observedKey, type FactKind } from "./facts.ts";
import type { GrantEvents, Made } from "./grants.ts";
import type { Leg, Pair, Slot } from "./model.ts";

export type GrantTime = Pick<
  EffectiveAccess,
  "grantedAt" | "grantedNotAfter" | "grantedBy" | "grantEventId"
>;

/** One leg of a path: when a crawl first saw it, and the event that made it. */
export interface SeenLeg {
  readonly seen: Instant;
  readonly made: Made | null;
}

export class GrantTimes {
  readonly #snapshot: Pick<ObservedSnapshot, "takenAt" | "observedFrom">;
  readonly #grants: GrantEvents;

  constructor(snapshot: Pick<ObservedSnapshot, "takenAt" | "observedFrom">, grants: GrantEvents) {
    this.#snapshot = snapshot;
    this.#grants = grants;
  }

  of(userId: string, { groupId }: Leg, slot: Slot, pair: Pair): GrantTime {
    const grant = this.grantLeg(groupId ?? userId, slot, pair);
    return groupId === null ? whole([grant]) : whole([grant, this.memberLeg(groupId, userId)]);
  }

  grantLeg(principalId: string, { entitlement }: Slot, pair: Pair): SeenLeg {
    if (entitlement !== null) {
      const seen = this.#seenAt("entitlement", entitlement.entitlementId);
      const { createdAt } = entitlement;
      const made = this.#grants.entitled(entitlement, seen);
      // AWS answers when an entitlement was made; who made it, only the event tells.
      if (made === null && createdAt !== null)
        return { seen, made: { at: createdAt, eventId: null, by: null } };
      return { seen, made };
    }
    const { accountId, heldArn: permissionSetArn } = pair;
    const assignment = { accountId, permissionSetArn, principalId };
    const seen = this.#seenAt("assignment", assignmentKey(assignment));
    return { seen, made: this.#grants.assigned(assignment, seen) };
  }

  memberLeg(groupId: string, userId: string): SeenLeg {
    const membership = { groupId, userId };
    const seen = this.#seenAt("membership", membershipKey(membership));
    return { seen, made: this.#grants.joined(membership, seen) };
  }

  #seenAt(kind: FactKind, key: string): Instant {
    return this.#snapshot.observedFrom.get(observedKey(kind, key)) ?? this.#snapshot.takenAt;
  }
}

/**
 * A path is as old as its youngest leg. A leg without an event is known not to be younger than the crawl that first saw it: where
 * another leg's event is later than that, the event still shows when the path became whole.
 */
export function whole(legs: readonly SeenLeg[]): GrantTime {
  let youngest: Made | null = null;
  let unknown: Instant | null = null;
  for (const { seen, made } of legs) {
    if (made === null) unknown = latest(unknown, seen);
    else if (youngest === null || made.at > youngest.at) youngest = made;
  }
  if (youngest !== null && (unknown === null || unknown <= youngest.at)) {
    const { at, by, eventId } = youngest;
    return { grantedAt: at, grantedNotAfter: null, grantedBy: by, grantEventId: eventId };
  }
  const grantedNotAfter = latest(...legs.map((leg) => leg.seen));
  return { grantedAt: null, grantedNotAfter, grantedBy: null, grantEventId: null };
}
