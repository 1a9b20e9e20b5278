import { describe, expect, it } from "vitest";
import { deliver } from "#simulator/lives/delivery";
import { onWatch, SHIFT } from "#simulator/lives/watch";
import type { Membership, Person, TrailRecord } from "#simulator/model";
import { DAY, HOUR, MINUTE } from "#simulator/random";
import { stateAt, type OrganisationState } from "#simulator/state";
import { groundTruth } from "#simulator/truth";
import { at, change, deny, makeDemo, nameOf, OPENING, type Demo } from "./demo.ts";

/** In the middle of a shift. */
const NOW = OPENING + 90 * MINUTE;
const HELP_DESK = NOW + 20_000 + 4 * MINUTE;
const LATER = HELP_DESK + HOUR;

/** On watch, and of the external directory. */
function watchman(demo: Demo): Person {
  const [person] = onWatch(demo.lives.stage, Math.floor(NOW / SHIFT));
  if (person === undefined) throw new Error("Nobody is on watch.");
  return person;
}

function localPerson(demo: Demo): Person {
  const { people, breakGlassUserId } = demo.organisation;
  const found = people.find(
    (person) => person.externalId === null && person.userId !== breakGlassUserId,
  );
  if (found === undefined) throw new Error("The organisation has no local person.");
  return found;
}

function denied(demo: Demo, person: Person): TrailRecord[] {
  demo.changes.push(deny(demo.organisation, NOW, [person.userId]));
  return demo.lives.records(NOW + 20_000, LATER);
}

const named = (records: TrailRecord[], ...names: string[]): TrailRecord[] =>
  records.filter((made) => names.includes(nameOf(made)));

/** What the identity provider did in the directory about somebody. */
const byProvider = (records: TrailRecord[], person: Person): TrailRecord[] =>
  records.filter(
    (made) =>
      made.record["eventSource"] === "identitystore-scim.amazonaws.com" &&
      JSON.stringify(made.record).includes(person.userId) &&
      JSON.stringify(made.record["requestParameters"]).match(/active|members/) !== null,
  );

const stateOf = (demo: Demo, instant: number): OrganisationState =>
  stateAt(demo.organisation, demo.changes, instant, demo.lives.stage.switches.helpDeskMinutes);

const heldBy = (demo: Demo, person: Person, instant: number): Membership[] =>
  stateOf(demo, instant).memberships.filter((held) => held.userId === person.userId);

const isScim = (demo: Demo, groupId: string): boolean =>
  demo.organisation.groups.some((one) => one.groupId === groupId && one.externalId !== null);

const sessionIds = (made: TrailRecord): string[] =>
  (at(made, "requestParameters", "sessionIds") ?? []) as string[];

describe("the help desk", () => {
  it("ends the sessions of a denied person, then disables them, from its console session", () => {
    const demo = makeDemo();
    const person = watchman(demo);
    const acts = named(denied(demo, person), "BatchDeleteSession", "DisableUser");
    expect(acts.map(nameOf).at(-1)).toBe("DisableUser");
    expect(named(acts, "DisableUser")).toHaveLength(1);
    expect(Math.abs((acts[0]?.occurredAt ?? 0) - HELP_DESK)).toBeLessThanOrEqual(1000);
    for (const made of acts) {
      expect(at(made, "userIdentity", "type")).toBe("AssumedRole");
      expect(at(made, "requestParameters", "userId")).toBe(person.userId);
      expect(at(made, "requestParameters", "identityStoreId")).toBe(
        demo.organisation.identityStoreId,
      );
    }
  });

  it("names every credential that a session alive then has shown, of sessions begun days ago too", () => {
    const demo = makeDemo(7, { missingIdShare: 0 });
    const alive = groundTruth(demo.lives, NOW, NOW + 1).sessions.filter(
      (session) => !session.kind.endsWith("role") && session.startAt < NOW && session.endAt > LATER,
    );
    const people = demo.organisation.people.filter((person) =>
      alive.some((session) => session.userId === person.userId),
    );
    expect(alive.some((session) => session.startAt < NOW - 3 * DAY)).toBe(true);
    expect(new Set(alive.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(2);
    const shown = demo.lives.records(NOW - 8 * DAY, NOW);
    demo.changes.push(
      deny(
        demo.organisation,
        NOW,
        people.map((person) => person.userId),
      ),
    );
    const ended = new Set(
      named(demo.lives.records(NOW, LATER), "BatchDeleteSession").flatMap(sessionIds),
    );
    const events = new Set(alive.flatMap((session) => session.eventIds));
    const credentials = shown
      .filter((made) => events.has(made.record.eventID))
      .filter((made) => made.record["eventSource"] !== "signin.amazonaws.com")
      .map((made) => at(made, "userIdentity", "credentialId"))
      .filter((id) => id !== undefined);
    expect(credentials.length).toBeGreaterThan(alive.length);
    expect(credentials.filter((id) => !ended.has(id as string))).toEqual([]);
  });

  it("is another administrator, who signs in for it, where the one on watch is denied", () => {
    const demo = makeDemo();
    const onDuty = onWatch(demo.lives.stage, Math.floor(NOW / SHIFT)).at(-1) as Person;
    const records = denied(demo, onDuty);
    const acts = named(records, "BatchDeleteSession", "DisableUser");
    const actors = new Set(
      acts.map((made) => at(made, "userIdentity", "onBehalfOf", "userId") as string),
    );
    expect(acts.length).toBeGreaterThan(1);
    expect([...actors]).toHaveLength(1);
    expect(actors).not.toContain(onDuty.userId);
    const begun = named(records, "AssumeRoleWithSAML").map(
      (made) => at(made, "responseElements", "assumedRoleUser", "arn") as string,
    );
    for (const made of acts) expect(begun).toContain(at(made, "userIdentity", "arn"));
    const signedIn = named(records, "Authenticate").find((made) =>
      actors.has(at(made, "userIdentity", "onBehalfOf", "userId") as string),
    );
    expect(signedIn?.occurredAt).toBeLessThan(acts[0]?.occurredAt ?? 0);
    expect(signedIn?.occurredAt).toBeGreaterThanOrEqual(HELP_DESK);
    const told = JSON.stringify(acts);
    demo.changes.push(deny(demo.organisation, LATER, [onDuty.userId, ...actors]));
    const again = demo.lives.records(NOW + 20_000, LATER);
    expect(JSON.stringify(named(again, "BatchDeleteSession", "DisableUser"))).toBe(told);
  });

  it("ends a session each and names none where the switch says so", () => {
    const [naming, silent] = [true, false].map((batchDeleteNamesSession) => {
      const demo = makeDemo(7, { batchDeleteNamesSession });
      return named(denied(demo, watchman(demo)), "BatchDeleteSession");
    });
    expect(silent).toHaveLength(naming?.length ?? 0);
    expect(silent?.flatMap((made) => Object.keys(at(made, "requestParameters") as object)).sort())
      .toEqual(silent?.flatMap(() => ["identityStoreId", "userId"]).sort()); // prettier-ignore
  });
});

describe("the identity provider", () => {
  it("deactivates a person of its own a minute or two after the help desk, then ends each membership it owns", () => {
    const demo = makeDemo();
    const person = watchman(demo);
    const owned = heldBy(demo, person, NOW).filter((held) => isScim(demo, held.groupId));
    expect(owned.length).toBeGreaterThan(0);
    const [deactivation, ...removals] = byProvider(denied(demo, person), person);
    expect(nameOf(deactivation as TrailRecord)).toBe("PatchUser");
    expect(at(deactivation as TrailRecord, "requestParameters", "id")).toBe(person.userId);
    const after = ((deactivation?.occurredAt ?? 0) - HELP_DESK) / MINUTE;
    expect(after).toBeGreaterThanOrEqual(1);
    expect(after).toBeLessThanOrEqual(2.1);
    expect(new Set(removals.map(nameOf))).toEqual(new Set(["PatchGroup"]));
    expect(removals.map((made) => String(at(made, "requestParameters", "id"))).sort()).toEqual(
      owned.map((held) => held.groupId).sort(),
    );
    for (const made of removals) {
      expect(made.occurredAt).toBeGreaterThan(deactivation?.occurredAt ?? Infinity);
      expect(at(made, "userIdentity", "type")).toBe("WebIdentityUser");
      expect(at(made, "requestParameters", "httpBody", "operations", "0")).toEqual({
        op: "REMOVE",
        path: "members",
        value: [{ value: person.userId }],
      });
    }
  });

  it("takes away in the directory exactly what its records say, at their instants, and nothing local", () => {
    const demo = makeDemo();
    const person = watchman(demo);
    const before = heldBy(demo, person, NOW);
    const removals = named(byProvider(denied(demo, person), person), "PatchGroup");
    for (const made of removals) {
      const groupId = at(made, "requestParameters", "id");
      const holds = (instant: number): boolean =>
        heldBy(demo, person, instant).some((held) => held.groupId === groupId);
      expect([holds(made.occurredAt - 1), holds(made.occurredAt)]).toEqual([true, false]);
    }
    expect(heldBy(demo, person, LATER).map((held) => held.membershipId)).toEqual(
      before.filter((held) => !isScim(demo, held.groupId)).map((held) => held.membershipId),
    );
    expect(stateOf(demo, LATER).userStatus(person.userId)).toBe("DISABLED");
  });

  it("ends no membership before its instant, and none a second time that a caller ended", () => {
    const demo = makeDemo();
    const person = watchman(demo);
    const [own] = heldBy(demo, person, NOW).filter((held) => isScim(demo, held.groupId));
    demo.changes.push(
      change(demo.organisation, NOW, "DeleteGroupMembership", { MembershipId: own?.membershipId }),
    );
    const removals = named(byProvider(denied(demo, person), person), "PatchGroup");
    expect(removals.map((made) => at(made, "requestParameters", "id"))).not.toContain(own?.groupId);
    expect(heldBy(demo, person, HELP_DESK).filter((held) => isScim(demo, held.groupId))).toHaveLength(
      removals.length,
    ); // prettier-ignore
  });

  it("lets nobody in again when the deny is lifted", () => {
    const demo = makeDemo();
    const person = watchman(demo);
    demo.changes.push(
      deny(demo.organisation, NOW, [person.userId]),
      deny(demo.organisation, LATER, []),
    );
    expect(heldBy(demo, person, LATER + DAY).some((held) => isScim(demo, held.groupId))).toBe(
      false,
    );
    expect(stateOf(demo, LATER + DAY).userStatus(person.userId)).toBe("DISABLED");
  });

  it("knows nothing of a local person, whom the help desk disables alone", () => {
    const demo = makeDemo();
    const person = localPerson(demo);
    const records = denied(demo, person);
    expect(named(records, "DisableUser")).toHaveLength(1);
    expect(byProvider(records, person)).toEqual([]);
    expect(heldBy(demo, person, LATER)).toEqual(heldBy(demo, person, NOW));
  });

  it("does nothing before the help desk would have, and the help desk nothing when the deny is lifted by then", () => {
    const demo = makeDemo();
    const person = watchman(demo);
    const held = heldBy(demo, person, NOW);
    const records = denied(demo, person);
    expect(named(records.filter((made) => made.occurredAt < HELP_DESK - 1000), "BatchDeleteSession", "DisableUser", "PatchGroup")).toEqual([]); // prettier-ignore
    demo.changes.push(deny(demo.organisation, NOW + 3 * MINUTE, []));
    const lifted = demo.lives.records(NOW + 20_000, LATER);
    expect(named(lifted, "BatchDeleteSession", "DisableUser")).toEqual([]);
    expect(byProvider(lifted, person)).toEqual([]);
    expect(heldBy(demo, person, LATER)).toEqual(held);
  });
});

describe("what is done about a denied person", () => {
  it("is done by nobody where the switch says so", () => {
    const demo = makeDemo(7, { helpDeskMinutes: null });
    const person = watchman(demo);
    const held = heldBy(demo, person, NOW);
    const records = denied(demo, person);
    expect(named(records, "BatchDeleteSession", "DisableUser", "PatchGroup")).toEqual([]);
    expect(byProvider(records, person)).toEqual([]);
    expect(heldBy(demo, person, LATER)).toEqual(held);
    expect(stateOf(demo, LATER).userStatus(person.userId)).toBe("ENABLED");
  });

  it("is in the trail and in the lookups as everything else is, whatever part of it is asked for", () => {
    const demo = makeDemo(7, { missingIdShare: 0 });
    const person = watchman(demo);
    const all = denied(demo, person);
    const done = [...named(all, "BatchDeleteSession", "DisableUser"), ...byProvider(all, person)];
    for (const made of done) {
      expect(made.deliveredAt).toBeGreaterThan(made.occurredAt);
      expect(made.lookupAt).toBeGreaterThan(made.occurredAt);
      const alone = demo.lives.records(made.occurredAt, made.occurredAt + 1);
      expect(alone.map((one) => one.record.eventID)).toContain(made.record.eventID);
    }
    const drafts = demo.lives.drafts(Math.floor(NOW / DAY));
    const again = drafts.map((draft) => deliver(demo.lives.stage, draft).record.eventID);
    expect(done.filter((made) => !again.includes(made.record.eventID))).toEqual([]);
    expect(new Set(again).size).toBe(again.length);
  });
});
