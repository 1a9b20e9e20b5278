/** Every bad record that is known of, with what becomes of it: an event, a reason to ignore it, or a reason why it is kept unread. */
import { describe, expect, it } from "vitest";
import { decodeRecord } from "#core/domain/trail/decode";
import { portal, PORTAL, STORE, USER } from "../../support/records.ts";
import { CASES, within } from "./bad-records.ts";

const T = "2026-11-02T08:00:00Z";
const OTHER = { userId: "d4e8f4a8-10d1-70ab-9f00-0a1b2c3d4e5f", identityStoreArn: STORE };

describe("bad records", () => {
  it.each(CASES)("%s", (_what, value, expected) => {
    const decoded = decodeRecord(value);
    expect(decoded.outcome).toBe(expected.outcome);
    if (decoded.outcome === "event") {
      expect(decoded.event).toMatchObject(expected.event ?? {});
      for (const part of expected.text ?? []) expect(decoded.text).toContain(part);
    } else expect(decoded.reason).toContain(expected.reason);
  });

  it("25 one eventID with other content has another digest, whatever the order of the keys", () => {
    const one = portal(T, "Logout");
    const turned = Object.fromEntries(Object.entries(one).toReversed());
    const digests = [one, turned, { ...one, userAgent: "other" }].map((made) => {
      const decoded = decodeRecord(made);
      return decoded.outcome === "event" ? decoded.contentSha256 : decoded.outcome;
    });
    expect(digests[0]).toBe(digests[1]);
    expect(digests[2]).not.toBe(digests[0]);
  });

  it("33 NaN is no JSON: no reader of records gets this far", () => {
    expect(() => within('{"n":NaN}')).toThrow(SyntaxError);
  });

  it("41 one credentialId of two people stays with both of them", () => {
    const other = { type: "IdentityCenterUser", credentialId: PORTAL, onBehalfOf: OTHER };
    const events = [portal(T, "Logout"), portal(T, "Logout", PORTAL, { userIdentity: other })].map(
      (made) => {
        const decoded = decodeRecord(made);
        return decoded.outcome === "event" ? decoded.event : null;
      },
    );
    expect(events.map((event) => event?.credentialId)).toEqual([PORTAL, PORTAL]);
    expect(events.map((event) => event?.person?.userId)).toEqual([USER, OTHER.userId]);
  });
});
