import { beforeAll, describe, expect, it } from "vitest";
import { Lives } from "#simulator/lives";
import type { TrailRecord } from "#simulator/model";
import { anchorFor, buildOrganisation } from "#simulator/organisation";
import { DAY, Dice, HOUR, MINUTE } from "#simulator/random";
import { DEFAULT_SWITCHES } from "#simulator/switches";
import { groundTruth } from "#simulator/truth";
import { at, DAYS, lastDay, makeDemo, nameOf, OPENING, vendedIn, type Vended } from "./demo.ts";

describe("lives", () => {
  it("tell the same story to every process, in whatever order it is asked", () => {
    const [from, to] = lastDay();
    const inOrder = makeDemo().lives;
    const first = Array.from({ length: DAYS }, (_, day) =>
      inOrder.records(OPENING - (DAYS - day) * DAY, OPENING - (DAYS - day - 1) * DAY),
    );
    const backwards = makeDemo().lives;
    expect(JSON.stringify(backwards.records(from, to))).toBe(JSON.stringify(first.at(-1)));
    expect(JSON.stringify(backwards.records(OPENING - 9 * DAY, OPENING - 8 * DAY))).toBe(
      JSON.stringify(first[5]),
    );
    expect(JSON.stringify(makeDemo(8).lives.records(from, to))).not.toBe(
      JSON.stringify(first.at(-1)),
    );
  });

  it("order records by instant and show each only after it occurred", () => {
    const records = makeDemo().lives.records(...lastDay());
    records.forEach((made, i) => {
      expect(made.occurredAt).toBeGreaterThanOrEqual(records[i - 1]?.occurredAt ?? 0);
      expect(at(made, "eventTime")).toBe(
        new Date(made.occurredAt).toISOString().replace(".000", ""),
      );
      expect(made.deliveredAt - made.occurredAt).toBeGreaterThanOrEqual(MINUTE);
      expect(made.lookupAt - made.occurredAt).toBeGreaterThanOrEqual(MINUTE);
      expect(at(made, "recipientAccountId")).toBe(made.accountId);
      expect(at(made, "awsRegion")).toBe(made.region);
    });
  });

  it("change their console key with every request, and only there", () => {
    const calls = makeDemo()
      .lives.records(OPENING - 5 * DAY, OPENING)
      .filter((made) => at(made, "userIdentity", "type") === "AssumedRole");
    const keys = (list: TrailRecord[]): number =>
      new Set(list.map((made) => at(made, "userIdentity", "accessKeyId"))).size;
    const byConsole = calls.filter((made) => at(made, "sessionCredentialFromConsole") === "true");
    expect(keys(byConsole)).toBe(byConsole.length);
    expect(byConsole.length).toBeGreaterThan(50);
    const others = calls.filter((made) => at(made, "sessionCredentialFromConsole") === undefined);
    expect(keys(others)).toBeLessThan(others.length / 3);
  });

  it("join each role session to its AssumeRoleWithSAML by principal and creation date, never by access key", () => {
    const { lives } = makeDemo();
    const records = lives.records(OPENING - 4 * DAY, OPENING);
    const assumed = records.filter((made) => nameOf(made) === "AssumeRoleWithSAML");
    const keys = new Set(
      assumed.map((made) => at(made, "responseElements", "credentials", "accessKeyId")),
    );
    const sessions = new Set(
      assumed.map(
        (made) =>
          `${String(at(made, "responseElements", "assumedRoleUser", "assumedRoleId"))} ${String(at(made, "eventTime"))}`,
      ),
    );
    const calls = records.filter(
      (made) =>
        made.occurredAt > OPENING - 3 * DAY &&
        String(at(made, "userIdentity", "arn")).includes("AWSReservedSSO_"),
    );
    for (const made of calls) {
      const session = `${String(at(made, "userIdentity", "principalId"))} ${String(at(made, "userIdentity", "sessionContext", "attributes", "creationDate"))}`;
      expect(sessions.has(session)).toBe(true);
      expect(keys.has(at(made, "userIdentity", "accessKeyId"))).toBe(false);
    }
  });

  it("leave chained sessions without their person", () => {
    const records = makeDemo().lives.records(OPENING - 10 * DAY, OPENING);
    const chained = records.filter(
      (made) =>
        nameOf(made) === "AssumeRole" && at(made, "responseElements", "credentials") !== undefined,
    );
    const keys = new Set(
      chained.map((made) => at(made, "responseElements", "credentials", "accessKeyId")),
    );
    const children = records.filter((made) => keys.has(at(made, "userIdentity", "accessKeyId")));
    expect(children.length).toBeGreaterThan(5);
    for (const made of children) expect(at(made, "userIdentity", "onBehalfOf")).toBeUndefined();
  });

  it("keep portal sessions that nobody touches again", () => {
    const truth = groundTruth(makeDemo().lives, OPENING - 6 * DAY, OPENING);
    const untouched = truth.sessions.filter(
      (session) =>
        session.kind === "portal" && session.endsBy === "hard-end" && session.eventIds.length <= 3,
    );
    expect(untouched.length).toBeGreaterThan(3);
  });

  it("hold an attack within the day before any instant of the day the demo opens", () => {
    const { lives } = makeDemo();
    const midnight = Math.floor(OPENING / DAY) * DAY;
    for (let now = midnight; now < midnight + DAY; now += 3 * HOUR) {
      expect(groundTruth(lives, now - DAY, now).attacks.length).toBeGreaterThan(0);
    }
  });

  it("leave a record an hour in each account and Region from the day a demo opens, so that a quiet account can be told from an unread one", () => {
    const { lives, organisation } = makeDemo();
    const places = (from: number, to: number): Set<string> =>
      new Set(lives.records(from, to).map((made) => `${made.accountId} ${made.region}`));
    const active = organisation.accounts.filter((account) => account.status === "ACTIVE");
    const everywhere = new Set(
      [...places(OPENING - DAYS * DAY, OPENING)].filter((place) =>
        active.some((account) => place.startsWith(account.id)),
      ),
    );
    expect(everywhere.size).toBeGreaterThan(active.length);
    for (let hour = 0; hour < 24; hour++) {
      const seen = places(OPENING + hour * HOUR, OPENING + (hour + 1) * HOUR);
      expect([...everywhere].filter((place) => !seen.has(place))).toEqual([]);
    }
    const before = lives.records(OPENING - 3 * DAY, OPENING - DAY);
    expect(
      before.some((made) => JSON.stringify(made.record).includes("AWSServiceRoleForConfig")),
    ).toBe(false);
  });

  it("send attackers through networks that nobody else uses", () => {
    const { lives } = makeDemo();
    const truth = groundTruth(lives, OPENING - DAYS * DAY, OPENING);
    const evil = new Set(truth.attacks.flatMap((attack) => attack.eventIds));
    const records = lives.records(OPENING - DAYS * DAY, OPENING);
    const fromThere = records.filter((made) =>
      String(made.record["sourceIPAddress"]).startsWith("203.0.113."),
    );
    expect(fromThere.length).toBeGreaterThan(10);
    expect(fromThere.filter((made) => !evil.has(made.record.eventID))).toEqual([]);
  });
});

describe("120 days", () => {
  const organisation = buildOrganisation(11, anchorFor(OPENING));
  const vended: Vended[] = [];
  const ids = new Map<string, number>();
  let records = 0;
  beforeAll(() => {
    const lives = new Lives(organisation, DEFAULT_SWITCHES, () => []);
    for (let day = 0; day < 121; day++) {
      const made = lives.records(
        organisation.anchor + day * DAY,
        organisation.anchor + (day + 1) * DAY,
      );
      if (day < 120) records += made.length;
      vended.push(...vendedIn(organisation, made));
      for (const one of made) ids.set(one.record.eventID, (ids.get(one.record.eventID) ?? 0) + 1);
    }
  });

  it("hold 90,000 to 130,000 records, each under an eventID of its own", () => {
    expect(records).toBeGreaterThan(90_000);
    expect(records).toBeLessThan(130_000);
    expect([...ids.values()].filter((count) => count > 1)).toEqual([]);
  });

  it("have at any instant six people in role sessions of member accounts, one of them an administrator", () => {
    const dice = new Dice("instants");
    for (let i = 0; i < 200; i++) {
      const now = organisation.anchor + DAY + Math.floor(dice.next() * 119 * DAY);
      const alive = vended.filter((session) => session.startAt <= now && now < session.endAt);
      expect(new Set(alive.map((session) => session.userName)).size).toBeGreaterThanOrEqual(6);
      expect(alive.some((session) => session.setName === "AdministratorAccess")).toBe(true);
    }
  });
});
