import { describe, expect, test } from "vitest";
import type { Instant } from "#core/domain/time";
import { PERSON, sessionOf } from "#core/rules/case-facts";
import { networkOf } from "#core/rules/network";
import type { PersonFacts, PersonRule } from "#core/rules/rule";
import { NO_RULE_SETTINGS } from "#core/rules/settings";
import { ruleVersion, runRules } from "#core/rules/run-rules";
import { stalePortalSession } from "#core/rules/stale-portal-session/rule";

const NOW = "2026-03-03T12:00:00.000Z" as Instant;
const FACTS: PersonFacts = {
  person: PERSON,
  sessions: [
    sessionOf({ id: "ses_b", lastSeenAt: "2026-03-01T12:00:00.000Z" }),
    sessionOf({ id: "ses_a", lastSeenAt: "2026-03-01T12:00:00.000Z" }),
    sessionOf({ id: "ses_c", lastSeenAt: "2026-03-03T06:00:00.000Z" }),
  ],
  events: [],
  access: [],
  accessKnown: false,
  directory: null,
  settings: NO_RULE_SETTINGS,
};
const throwing: PersonRule = {
  ...stalePortalSession,
  metadata: { ...stalePortalSession.metadata, id: "broken" },
  evaluate: () => {
    throw new Error("no such field");
  },
};

describe("a run of the rules", () => {
  test("stamps each detection with its rule, version and parameters, in a fixed order", () => {
    const run = runRules([stalePortalSession], FACTS, NOW);
    expect(run.detections.map(({ key }) => key)).toEqual([["ses_a"], ["ses_b"]]);
    expect(run.detections[0]).toMatchObject({
      ruleId: "stale-portal-session",
      ruleVersion: ruleVersion(stalePortalSession),
      parameters: { idleHours: 24 },
    });
    expect(run.nextDecisionAt).toBe("2026-03-04T06:00:00.000Z");
  });

  test("names a rule that throws and lets the others go on", () => {
    const run = runRules([throwing, stalePortalSession], FACTS, NOW);
    expect(run.failed).toEqual([{ ruleId: "broken", problem: "no such field" }]);
    expect(run.detections).toHaveLength(2);
  });

  test("changes the version with a parameter or the revision, and with nothing else", () => {
    const version = ruleVersion(stalePortalSession);
    expect(ruleVersion({ ...stalePortalSession, evaluate: throwing.evaluate })).toBe(version);
    expect(ruleVersion({ ...stalePortalSession, parameters: { idleHours: 25 } })).not.toBe(version);
    const metadata = { ...stalePortalSession.metadata, revision: 99 };
    expect(ruleVersion({ ...stalePortalSession, metadata })).not.toBe(version);
  });
});

describe("the network of an address", () => {
  test.each([
    ["192.0.2.77", "192.0.2.0/24"],
    ["2001:db8:1:2::7", "2001:db8:1::/48"],
    ["2001:DB8:0001:ffff:1:2:3:4", "2001:db8:1::/48"],
    ["::1", "0:0:0::/48"],
    ["::ffff:192.0.2.77", "192.0.2.0/24"],
    ["::ffff:c000:24d", "192.0.2.0/24"],
  ])("of %s is %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  test.each([
    null,
    "",
    "AWS Internal",
    "sso.amazonaws.com",
    "192.0.2",
    "192.0.2.256",
    "192.0.2.07",
    "192.0.2.0/24",
    "fe80::1%eth0",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7::8",
    "12345::",
  ])("of %j is none", (address) => {
    expect(networkOf(address)).toBeNull();
  });
});
