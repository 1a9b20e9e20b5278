import { describe, expect, test } from "vitest";
import { HOUR, SECOND, type Instant } from "#core/domain/time";
import { backOff, MAXIMUM_ATTEMPTS, settle } from "#core/flows/deliver-alerts";

const NOW = "2026-03-01T00:00:00.000Z" as Instant;

describe("an attempt that failed", () => {
  test("is repeated after 10 s, doubled each time, an hour at most", () => {
    const waits = Array.from({ length: 12 }, (_, index) => backOff(index + 1) / SECOND);
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]);
  });

  test("waits as long as the receiver asks when that is longer, a day at most", () => {
    expect(backOff(1, 120_000)).toBe(120_000);
    expect(backOff(10, 5_000)).toBe(HOUR);
    expect(backOff(1, 900 * HOUR)).toBe(24 * HOUR);
    expect(
      settle({ outcome: "refused", reason: "busy", retryAfterMilliseconds: 120_000 }, 0, NOW),
    ).toEqual({ state: "pending", reason: "busy", nextAttemptAt: "2026-03-01T00:02:00.000Z" });
  });

  test("is dead at the twentieth, and at once when the receiver is gone", () => {
    const refused = { outcome: "refused", reason: "busy" } as const;
    expect(settle(refused, MAXIMUM_ATTEMPTS - 2, NOW).state).toBe("pending");
    expect(settle(refused, MAXIMUM_ATTEMPTS - 1, NOW)).toEqual({
      state: "dead",
      reason: "given up after 20 attempts: busy",
    });
    expect(settle({ outcome: "dead", reason: "gone" }, 0, NOW)).toEqual({
      state: "dead",
      reason: "gone",
    });
  });
});
