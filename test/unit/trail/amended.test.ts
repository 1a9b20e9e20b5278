/** What CloudTrail corrects afterwards replaces what it corrects, in any order, and both records stay named. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TrailEvent } from "#core/domain/event";
import { amended } from "#core/domain/trail/amended";
import { decodeRecord } from "#core/domain/trail/decode";
import { vend } from "../../support/records.ts";

const T = "2026-11-02T08:00:00Z";
const LATER = "2026-11-02T08:00:05Z";
const id = (last: number): string => `00000000-0000-4000-8000-${String(last).padStart(12, "0")}`;

function event(eventID: string, account: string, more: Record<string, unknown> = {}): TrailEvent {
  const decoded = decodeRecord(
    vend(T, "GetRoleCredentials", "6a1f2c3d-1111-4222-8333-444455556666", {
      eventID,
      serviceEventDetails: { role_name: "PowerUser", account_id: account },
      ...more,
    }),
  );
  if (decoded.outcome !== "event") throw new Error(decoded.outcome);
  return decoded.event;
}

const update = (originalEventID: string, reason = "UPDATED_DATA"): Record<string, unknown> => ({
  addendum: { reason, updatedFields: "serviceEventDetails", originalEventID },
});

const original = event(id(1), "111111111111");
const first = event(id(2), "222222222222", update(id(1)));
const second = event(id(3), "333333333333", { ...update(id(1)), eventTime: LATER });
const ofAmendment = event(id(4), "444444444444", { ...update(id(3)), eventTime: LATER });

describe("amendments", () => {
  it("give the original the newest values, and keep every id", () => {
    expect(amended([second, original, first])).toEqual([
      { ...second, eventId: id(1), amendedBy: [id(2), id(3)] },
    ]);
  });

  it("are followed through amendments of amendments", () => {
    expect(amended([ofAmendment, second, original])).toMatchObject([
      { eventId: id(1), targetAccountId: "444444444444", amendedBy: [id(3), id(4)] },
    ]);
  });

  it("stand for themselves where the original is missing, and of two that name each other both stay", () => {
    expect(amended([first])).toEqual([first]);
    const circle = [event(id(5), "1", update(id(6))), event(id(6), "2", update(id(5)))];
    expect(amended(circle).map((one) => one.eventId)).toEqual([id(5), id(6)]);
  });

  it("are only what AWS calls updated data, and only of the same call", () => {
    const delayed = event(id(2), "222222222222", update(id(1), "DELIVERY_DELAY"));
    const other = event(id(3), "3", { ...update(id(1)), eventName: "Federate" });
    expect(amended([original, delayed, other])).toHaveLength(3);
  });

  it("give the same answer for any order and any repetition", () => {
    const all = [original, first, second, ofAmendment, event(id(9), "9")];
    const expected = amended(all);
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 }),
        (shuffled) => {
          expect(amended(shuffled)).toEqual(expected);
        },
      ),
    );
  });
});
