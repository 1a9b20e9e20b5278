/**
 * When each channel shows a record, and what gets lost on the way. Guarantees that delivery follows the occurrence by at least a
 * minute, is a function of the event alone, and that no loss touches eventID, the person of an event or its instant.
 */
import { DAY, HOUR, MINUTE, SECOND, type Dice } from "../random.ts";
import type { TrailRecord } from "../model.ts";
import type { Draft, Stage } from "./stage.ts";

/** Trail files come this often; a record's delivery is the instant its file is complete (facts 6.3). */
export const DELIVERY_EVERY = 5 * MINUTE;

const whole = (at: number): number => Math.ceil(at / DELIVERY_EVERY) * DELIVERY_EVERY;

/** Minutes to a day, most of them short. */
function lateness(dice: Dice): number {
  const kind = dice.next();
  if (kind < 0.7) return dice.int(8, 55) * MINUTE;
  return kind < 0.95 ? dice.int(60, 6 * 60) * MINUTE : dice.int(6 * 60, 23 * 60) * MINUTE;
}

/** Drops what real emitters sometimes leave out. */
function loseIds(record: Draft["record"], dice: Dice): Draft["record"] {
  const identity = record["userIdentity"] as Record<string, unknown>;
  if ("credentialId" in identity && dice.chance(0.5)) {
    const { credentialId: _credentialId, ...rest } = identity;
    return { ...record, userIdentity: rest };
  }
  const { requestID: _requestId, ...rest } = record;
  return rest;
}

/** The record with its instants of delivery. */
export function deliver(stage: Stage, draft: Draft): TrailRecord {
  const { switches } = stage;
  const dice = stage.dice("delivery", draft.record.eventID);
  const delay = dice.int(60, 260) * SECOND + (dice.chance(switches.lateShare) ? lateness(dice) : 0);
  const deliveredAt = whole(draft.at + delay);
  return {
    record: dice.chance(switches.missingIdShare) ? loseIds(draft.record, dice) : draft.record,
    accountId: draft.accountId,
    region: draft.region,
    occurredAt: draft.at,
    deliveredAt,
    redeliveredAt: dice.chance(switches.duplicateShare)
      ? whole(deliveredAt + dice.int(1, 60) * MINUTE)
      : null,
    lookupAt: draft.at + Math.min(delay, DAY) + dice.int(0, 60) * SECOND,
  };
}

/** The longest a record may take from its occurrence to its last delivery. */
export const LONGEST_DELIVERY = 23 * HOUR + 5 * MINUTE + HOUR + 2 * DELIVERY_EVERY;
