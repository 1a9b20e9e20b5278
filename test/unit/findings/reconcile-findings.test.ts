import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Finding } from "#core/domain/finding";
import {
  findingId,
  reconcileFindings,
  type AttributedDetection,
} from "#core/domain/reconcile-findings";
import type { Person } from "#core/domain/person";
import { plus, type Instant } from "#core/domain/time";

const PERSON: Person = {
  identityStoreArn: "arn:aws:identitystore::111122223333:identitystore/d-1234567890",
  userId: "1234567890-0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d",
  userName: "jane.roe",
};
const SINCE = "2026-03-01T00:00:00.000Z" as Instant;
const NOW = "2026-03-05T00:00:00.000Z" as Instant;

function detected(key: string, over: Partial<AttributedDetection> = {}): AttributedDetection {
  return {
    key: [key],
    subject: { kind: "session", id: key },
    since: SINCE,
    lastSeenAt: SINCE,
    severity: "medium",
    summary: `seen ${key}`,
    evidence: { observed: 1 },
    eventIds: [],
    ruleId: "some-rule",
    ruleVersion: "v1",
    parameters: { idleHours: 24 },
    ...over,
  };
}
const reconcile = (open: readonly Finding[], detections: AttributedDetection[]) =>
  reconcileFindings(open, detections, PERSON, NOW);

describe("reconciling findings", () => {
  test("opens a finding at the instant its condition became true, with the rule's parameters as evidence", () => {
    const { opened } = reconcile([], [detected("a")]);
    expect(opened).toEqual([
      expect.objectContaining({
        id: findingId("some-rule", PERSON, ["a"]),
        openedAt: SINCE,
        resolvedAt: null,
        state: "open",
        user: PERSON,
        evidence: { observed: 1, parameters: { idleHours: 24 } },
      }),
    ]);
  });

  test("leaves a finding alone when the rule says the same again, whatever the time and the person's name", () => {
    const { opened } = reconcile([], [detected("a")]);
    const again = reconcileFindings(
      opened,
      [detected("a")],
      { ...PERSON, userName: "jane.doe" },
      plus(NOW, 1),
    );
    expect(again).toEqual({ opened: [], refreshed: [], resolved: [], unchanged: opened });
  });

  test("refreshes what the rule says without moving openedAt or an acknowledgement", () => {
    const open = reconcile([], [detected("a")]).opened.map((finding): Finding => ({
      ...finding,
      state: "acknowledged",
    }));
    const { refreshed } = reconcile(open, [detected("a", { evidence: { observed: 2 } })]);
    expect(refreshed).toEqual([
      expect.objectContaining({
        openedAt: SINCE,
        state: "acknowledged",
        evidence: { observed: 2, parameters: { idleHours: 24 } },
      }),
    ]);
  });

  test("follows a since that a late record moved, and keeps the earlier value", () => {
    const later = plus(SINCE, 60_000);
    const open = reconcile([], [detected("a")]).opened;
    const { refreshed } = reconcile(open, [detected("a", { since: later })]);
    expect(refreshed[0]).toMatchObject({
      openedAt: later,
      evidence: { earlier: [{ openedAt: SINCE, resolvedAt: null }] },
    });
    expect(reconcile(refreshed, [detected("a", { since: later })]).unchanged).toEqual(refreshed);
  });

  test("resolves at now what is not detected any more", () => {
    const open = reconcile([], [detected("a"), detected("b")]).opened;
    const { resolved, unchanged } = reconcile(open, [detected("b")]);
    expect(resolved).toEqual([{ ...open[0], state: "resolved", resolvedAt: NOW }]);
    expect(unchanged).toEqual([open[1]]);
  });

  test("ends in the same findings however often and in whatever order it is repeated", () => {
    const keys = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"));
    fc.assert(
      fc.property(fc.array(keys, { maxLength: 5 }), keys, (history, last) => {
        let open: readonly Finding[] = [];
        for (const seen of [...history, last, last]) {
          const result = reconcile(
            open,
            seen.map((key) => detected(key)),
          );
          open = [...result.opened, ...result.refreshed, ...result.unchanged];
        }
        const fresh = reconcile(
          [],
          last.map((key) => detected(key)),
        ).opened;
        const byId = (findings: readonly Finding[]) =>
          findings.toSorted((left, right) => (left.id < right.id ? -1 : 1));
        expect(byId(open)).toEqual(byId(fresh));
      }),
    );
  });

  test("counts two detections with one key once", () => {
    expect(reconcile([], [detected("a"), detected("a")]).opened).toHaveLength(1);
  });
});
