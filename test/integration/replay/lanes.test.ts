/** A rebuild comes to the same however many lanes share it out, and a lane that fails fails all of it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { PostgresPersonHistory } from "#core/adapters/postgres/people/person-history";
import { personKey } from "#core/domain/person";
import { settingsOf } from "#core/domain/sessions/durations";
import { DigestOfSessions, replay, type ReplayPart } from "#core/flows/replay";
import { catalogue } from "#core/rules/catalogue";
import { lanesOver } from "#services/cli/replay/lanes";
import { actions } from "#test/support/actions";
import { portal, signIn, STORE } from "#test/support/records";
import { openStand, trailFile, type Stand } from "../ingest/stand.ts";

/** More than a few ranges hold. */
const PEOPLE = 530;

let stand: Stand;
beforeAll(async () => {
  stand = await openStand();
  const userIdentity = (index: number) => ({
    type: "IdentityCenterUser",
    onBehalfOf: {
      userId: `c4e8f4a8-10d1-70ab-9f00-${index.toString(16).padStart(12, "0")}`,
      identityStoreArn: STORE,
    },
    credentialId: `6a1f2c3d-1111-4222-8333-${index.toString(16).padStart(12, "0")}`,
  });
  await stand.ingest(
    trailFile(
      ...Array.from({ length: PEOPLE }, (_, index) => index).flatMap((index) => [
        signIn("2026-11-09T07:00:00Z", { userIdentity: userIdentity(index) }),
        portal("2026-11-09T07:00:05Z", "Authenticate", "", { userIdentity: userIdentity(index) }),
      ]),
    ),
  );
});
afterAll(() => stand.drop());

const settings = settingsOf(720);

function portsOf() {
  return {
    history: new PostgresPersonHistory(stand.database),
    access: new PostgresAccessStore(stand.database),
    observations: new PostgresObservationStore(stand.database),
    actions,
    catalogue,
    settings,
  };
}

const lanes = (threads: number, url = stand.database.url) =>
  lanesOver({ url, settings, threads, worthwhile: 1 });

test("one lane, two and three come to the same digest and counts", async () => {
  const alone = await replay(portsOf(), stand.now);
  expect(alone.sessions).toBe(PEOPLE);
  for (const threads of [0, 1, 2]) {
    expect(await replay(portsOf(), stand.now, lanes(threads))).toEqual(alone);
  }
}, 60_000);

test("two threads share out the ranges among them, and come to what one lane comes to", async () => {
  const ranges = await portsOf().history.ranges(20);
  const next = () => Promise.resolve(ranges.shift() ?? null);
  const digest = new DigestOfSessions();
  const people: string[] = [];
  const take = (part: ReplayPart) => {
    digest.addLines(part);
    people.push(...part.uses.map(({ person }) => person.userId));
  };
  await lanes(2)!.run(stand.now, next, take, new AbortController().signal);
  expect(people).toHaveLength(PEOPLE);
  expect(new Set(people).size).toBe(PEOPLE);
  const { digest: alone } = await replay(portsOf(), stand.now);
  expect(digest.finish().digest).toBe(alone);
}, 60_000);

test("the rebuild fails with the lane that cannot read, and the threads are gone", async () => {
  const elsewhere = new URL(stand.database.url);
  elsewhere.pathname = "/no_such_database";
  await expect(replay(portsOf(), stand.now, lanes(2, elsewhere.href))).rejects.toThrow(
    /no_such_database/,
  );
}, 60_000);

test.each([7, 265, 530, 531])(
  "ranges of %d people hold everybody once, in order",
  async (people) => {
    const history = new PostgresPersonHistory(stand.database);
    const ranges = await history.ranges(people);
    const next = () => Promise.resolve(ranges.shift() ?? null);
    const shared: string[] = [];
    for await (const { person } of history.everybodyIn(next, stand.now))
      shared.push(personKey(person));
    const all: string[] = [];
    for await (const { person } of history.everybody(stand.now)) all.push(personKey(person));
    expect(new Set(all).size).toBe(PEOPLE);
    expect(shared).toEqual(all);
  },
);
