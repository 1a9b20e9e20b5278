/** Sessions over HTTP: who was alive at an instant, one account's, and one session with both ends of its links and its residual access. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { derivedId } from "#core/domain/ids";
import type { Session } from "#core/domain/session";
import type { Residual } from "#core/domain/sessions/residual/removal";
import { instant, plus } from "#core/domain/time";
import { listSchema, sessionDetailSchema, sessionSchema } from "#services/api/http/schemas";
import { START, startTestApi, type TestApi } from "./api.ts";
import { addPerson, addSession, person } from "./seed.ts";

let api: TestApi;
let portal: Session;
let role: Session;
let unbounded: Session;
beforeAll(async () => {
  api = await startTestApi();
  await addPerson(api.database, 1);
  await addPerson(api.database, 2);
  portal = await change(await addSession(api.database, 1, 200, "portal"), {
    endsAt: { at: null, limitedBy: "nothing that was read", certainty: "unknown" },
    unknownReason: "nobody entered the duration",
    endedAt: instant(START - 100 * 60_000),
    endedBy: { eventName: "Logout", eventId: "00000000-0000-4000-8000-0000000000aa" },
  });
  role = await change(await addSession(api.database, 1, 190), {
    accountId: "444455556666",
    links: [
      {
        sessionId: portal.id,
        kind: "portal",
        confidence: 0.96,
        basis: "inferred",
        reasons: ["seconds apart"],
      },
      {
        sessionId: derivedId("ses", "gone"),
        kind: "token",
        confidence: 1,
        basis: "exact",
        reasons: [],
      },
    ],
  });
  unbounded = await change(await addSession(api.database, 2, 300, "background"), {
    endsAt: { at: null, limitedBy: "nothing that was read", certainty: "unknown" },
    unknownReason: "nobody entered the duration",
  });
  await addResidual();
});
afterAll(() => api.close());

async function change(session: Session, parts: Partial<Session>): Promise<Session> {
  const changed = { ...session, ...parts };
  await api.database.pool.query("update sessions set body = $2, account_id = $3 where id = $1", [
    session.id,
    JSON.stringify(changed),
    changed.accountId,
  ]);
  return changed;
}

async function addResidual(): Promise<void> {
  const removedAt = instant(START - 180 * 60_000);
  const residual: Residual = {
    id: derivedId("fin", "residual of the test"),
    user: role.user,
    sessionId: role.id,
    kind: "role",
    removal: {
      eventId: "00000000-0000-4000-8000-0000000000bb",
      eventName: "DeleteAccountAssignment",
      at: removedAt,
      what: "assignment-deleted",
      subject: "ReadOnly in 444455556666",
    },
    keeps: "The role session goes on.",
    until: plus(removedAt, 3_000_000),
    certainty: "exact",
    rule: "A role session goes on until its own end.",
    unknown: null,
    closedAt: null,
    closedBy: null,
  };
  await api.database.pool.query(
    `insert into residuals (id, identity_store_arn, user_id, session_id, removed_at, until, body)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      residual.id,
      role.user.identityStoreArn,
      role.user.userId,
      role.id,
      removedAt,
      residual.until,
      JSON.stringify(residual),
    ],
  );
}

async function listed(query: string): Promise<[string, string][]> {
  const answer = (await api.get(`/v1/sessions?${query}`)).json();
  listSchema(sessionSchema).parse(answer);
  return answer.items.map((item: { id: string; state: string }) => [item.id, item.state]);
}

const minutesAgo = (minutes: number) => instant(START - minutes * 60_000);

test("activeAt shows what was alive at an instant of the past with the state of then", async () => {
  expect(await listed(`activeAt=${minutesAgo(195)}`)).toEqual([
    [portal.id, "active"],
    [unbounded.id, "unknown"],
  ]);
  expect(await listed(`activeAt=${minutesAgo(150)}`)).toEqual([
    [role.id, "active"],
    [portal.id, "unknown"],
    [unbounded.id, "unknown"],
  ]);
  expect(await listed(`activeAt=${minutesAgo(150)}&state=active`)).toEqual([[role.id, "active"]]);
  expect(await listed(`activeAt=${minutesAgo(301)}`)).toEqual([]);
});

test("an end belongs to what is over: a session is not alive at the instant of its end, and is at that of its start", async () => {
  expect(await listed(`activeAt=${role.startedAt}&kind=role`)).toEqual([[role.id, "active"]]);
  expect(await listed(`activeAt=${role.endsAt.at}&kind=role`)).toEqual([]);
  expect(await listed(`activeAt=${portal.endedAt}&kind=portal`)).toEqual([]);
});

test("activeAt beyond what is judged is refused", async () => {
  for (const query of [
    "activeAt=2026-03-02T09:00:01Z",
    "activeAt=2026-03-01T09:00:01Z&asOf=2026-03-01T09:00:00Z",
  ]) {
    const answer = await api.get(`/v1/sessions?${query}`);
    expect(answer.json()).toMatchObject({ status: 400, code: "input.invalid" });
  }
});

test("account narrows to one account, and every page of one size is the whole list", async () => {
  expect(await listed("account=444455556666")).toEqual([[role.id, "expired"]]);
  const first = (await api.get(`/v1/sessions?limit=1&activeAt=${minutesAgo(150)}`)).json();
  const second = await listed(`limit=5&activeAt=${minutesAgo(150)}&cursor=${first.nextCursor}`);
  expect([first.items[0].id, ...second.map(([id]) => id)]).toEqual([
    role.id,
    portal.id,
    unbounded.id,
  ]);
});

test("one session names where it comes from, what comes from it, and what kept working of it", async () => {
  const later = sessionDetailSchema.parse((await api.get(`/v1/sessions/${role.id}`)).json());
  expect(later.linked).toMatchObject([
    { direction: "from", basis: "inferred", confidence: 0.96, reasons: ["seconds apart"] },
    { direction: "from", basis: "exact", session: null },
  ]);
  expect(later.linked[0]?.session).toMatchObject({ id: portal.id, kind: "portal", state: "ended" });
  expect(later.residuals).toMatchObject([{ state: "expired", rule: expect.any(String) }]);
  const earlier = sessionDetailSchema.parse((await api.get(`/v1/sessions/${portal.id}`)).json());
  expect(earlier.linked).toMatchObject([
    { direction: "to", basis: "inferred", session: { id: role.id, accountId: "444455556666" } },
  ]);
  expect(earlier.residuals).toEqual([]);
  expect(person(1).userId).toBe(earlier.user.userId);
});
