/** Records that say what AWS never says: they make no false end, and keep nobody from being judged. */
import { expect, test } from "vitest";
import { settingsOf } from "#core/domain/sessions/durations";
import type { Session } from "#core/domain/session";
import { reconstruct } from "#core/domain/sessions/reconstruct";
import { decodeRecord } from "#core/domain/trail/decode";
import { assumeRole, call, NAME, signIn, STORE, token, USER } from "../../support/records.ts";

const ADA = { identityStoreArn: STORE, userId: USER, userName: NAME };

function sessions(...records: unknown[]): Session[] {
  const events = records.map((one) => {
    const decoded = decodeRecord(one);
    if (decoded.outcome !== "event") throw new Error(decoded.reason);
    return decoded.event;
  });
  return reconstruct(ADA, events, settingsOf(480));
}

test("two records of one sign-in workflow make one session, so that no two sessions share an id", () => {
  const additionalEventData = { AuthWorkflowID: "11111111-2222-4333-8444-555566667777" };
  const found = sessions(
    signIn("2026-11-02T08:00:00Z", { additionalEventData }),
    signIn("2026-11-02T08:00:02Z", { additionalEventData }),
  );
  expect(found.map((session) => session.eventIds.length)).toEqual([2]);
});

test.each([0, -1, 899, 43_201, Number.MAX_SAFE_INTEGER])(
  "a role session of %d seconds, which AWS does not issue, has no exact end",
  (seconds) => {
    const [session] = sessions(assumeRole("2026-11-02T08:00:00Z", seconds));
    expect(session?.endsAt).toMatchObject({
      at: "2026-11-02T20:00:00.000Z",
      certainty: "at-most",
    });
  },
);

test.each([0, -1, Number.MAX_SAFE_INTEGER])(
  "a token of %d seconds, which AWS does not issue, has no exact end",
  (expiresIn) => {
    const [session] = sessions(
      token("2026-11-02T08:00:00Z", "device", { responseElements: { expiresIn } }),
    );
    expect(session?.endsAt).toMatchObject({
      at: "2026-11-02T16:00:00.000Z",
      certainty: "at-most",
    });
  },
);

test("a session that claims to begin in the last hour of the year 9999 is rebuilt like another", () => {
  const [session] = sessions(call("2026-11-02T08:00:00Z", "9999-12-31T23:30:00Z"));
  expect(session?.endsAt.at).toBe("9999-12-31T23:59:59.999Z");
});
