/** The list of residual access: every page once and in order, filters that narrow, and a state that is of now. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { replaceResiduals } from "#core/adapters/postgres/people/judged/replace";
import { storedDigests } from "#core/adapters/postgres/people/judged/stored";
import { transaction } from "#core/adapters/postgres/transaction";
import { derivedId } from "#core/domain/ids";
import type { Residual } from "#core/domain/sessions/residual/removal";
import { HOUR, instant } from "#core/domain/time";
import { listSchema, residualSchema } from "#services/api/http/schemas";
import { START, startTestApi, type TestApi } from "../api/api.ts";
import { addPerson, person } from "../api/seed.ts";

/** The hours before the start at which something was removed; each left one session an hour longer. */
const HOURS = [0.5, 1, 1, 2, 3, 4, 5];

function residual(hoursAgo: number, number: number): Residual {
  const at = instant(START - hoursAgo * HOUR);
  const eventId = `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
  const sessionId = derivedId("ses", String(number));
  return {
    id: derivedId("res", eventId, sessionId),
    user: person(number % 2),
    sessionId,
    kind: "role",
    removal: { eventId, eventName: "DisableUser", at, what: "user-disabled", subject: "the user" },
    keeps: "its credentials",
    until: instant(START - hoursAgo * HOUR + HOUR),
    certainty: "exact",
    rule: "a rule",
    unknown: null,
    closedAt: null,
    closedBy: null,
  };
}

const all = HOURS.map(residual);
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  for (const number of [0, 1]) await addPerson(api.database, number);
  await transaction(api.database, (client) => replaceResiduals(client, [], all));
});
afterAll(() => api.close());

interface Page {
  readonly items: readonly { readonly id: string; readonly state: string }[];
  readonly nextCursor: string | null;
}

async function everyPage(query: string, limit: number): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const from: string = cursor === null ? "" : `&cursor=${cursor}`;
    const page: Page = (await api.get(`/v1/residuals?limit=${limit}${query}${from}`)).json();
    listSchema(residualSchema).parse(page);
    ids.push(...page.items.map((one) => one.id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return ids;
}

test.each([1, 2, 3, 50])(
  "pages of %i give every residual once, newest removal first",
  async (limit) => {
    const ordered = all.toSorted((left, right) =>
      left.removal.at === right.removal.at
        ? left.id < right.id
          ? 1
          : -1
        : left.removal.at < right.removal.at
          ? 1
          : -1,
    );
    expect(await everyPage("", limit)).toEqual(ordered.map((one) => one.id));
  },
);

test("a user, a session and what is open narrow the list", async () => {
  const ofOne = all.filter((one) => one.user.userId === person(1).userId);
  expect((await everyPage(`&user=${person(1).userId}`, 2)).toSorted()).toEqual(
    ofOne.map((one) => one.id).toSorted(),
  );
  expect(await everyPage(`&session=${all[3]!.sessionId}`, 2)).toEqual([all[3]!.id]);
  expect(await everyPage("&open=true", 2)).toEqual([all[0]!.id]);
});

test("a residual is over at its very end, and nobody is known by a wrong name", async () => {
  const { items }: Page = (await api.get("/v1/residuals")).json();
  const states = new Map(items.map((one) => [one.id, one.state]));
  expect(all.map((one) => states.get(one.id))).toEqual([
    "open",
    ...HOURS.slice(1).map(() => "expired"),
  ]);
  expect((await api.get("/v1/residuals?user=nobody")).json()).toMatchObject({
    code: "input.unknown-person",
  });
});

test("what is no longer left of a judged person is removed, and nobody else's is touched", async () => {
  const kept = all.filter((one) => one.user.userId === person(0).userId).slice(1);
  await transaction(api.database, async (client) =>
    replaceResiduals(client, await storedDigests(client, [person(0)]), kept),
  );
  expect(await everyPage("", 50)).toHaveLength(all.length - 1);
  await transaction(api.database, (client) => replaceResiduals(client, [], all));
});
