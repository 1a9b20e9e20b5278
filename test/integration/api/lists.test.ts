/** Lists and items: every page once and in order, filters that narrow, and answers that are exactly what the API publishes. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import {
  auditSchema,
  findingSchema,
  listSchema,
  personSummarySchema,
  sessionSchema,
  tokenSchema,
} from "#services/api/http/schemas";
import { sha256 } from "#core/domain/ids";
import { startTestApi, type TestApi } from "./api.ts";
import { reportSchema, reportSummarySchema } from "#services/api/routes/reports/schemas";
import { addFinding, addPerson, addReport, addSession, person } from "./seed.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  for (let number = 1; number <= 7; number += 1) {
    await addPerson(api.database, number);
    await addSession(api.database, number, number * 20);
    await addSession(api.database, number, number * 20 + 1, "portal");
    await addFinding(api.database, number, number, number % 2 === 0 ? "high" : "low");
  }
});
beforeAll(async () => {
  for (const number of [1, 2, 3]) await addReport(api.database, number);
});
afterAll(() => api.close());

interface Listed {
  readonly items: Record<string, unknown>[];
  readonly nextCursor: string | null;
}

async function everyPage(path: string, limit: number): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let cursor: string | null = null;
  for (;;) {
    const query: string = `${path.includes("?") ? "&" : "?"}limit=${limit}${cursor === null ? "" : `&cursor=${cursor}`}`;
    const page: Listed = (await api.get(path + query)).json();
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    if (page.nextCursor === null) return items;
    cursor = page.nextCursor;
  }
}

const LISTS: readonly [string, number, z.ZodType][] = [
  ["/v1/sessions", 14, sessionSchema],
  ["/v1/people", 7, personSummarySchema],
  ["/v1/findings", 7, findingSchema],
  ["/v1/reports", 3, reportSummarySchema],
  ["/v1/tokens", 6, tokenSchema],
  ["/v1/audit", 6, auditSchema],
];

describe.each(LISTS)("%s", (path, total, schema) => {
  test("gives every item once, in one order, whatever the size of its pages", async () => {
    const whole = await everyPage(path, 200);
    expect(whole).toHaveLength(total);
    expect(await everyPage(path, 1)).toEqual(whole);
    expect(await everyPage(path, 4)).toEqual(whole);
  });

  test("answers exactly what the API publishes", async () => {
    const answer = await api.get(path);
    expect(answer.headers["content-type"]).toMatch(/^application\/json/);
    expect(() => listSchema(schema).parse(answer.json())).not.toThrow();
  });

  test("refuses a cursor of another list, a forged one and a cut one", async () => {
    const other = path === "/v1/people" ? "/v1/tokens" : "/v1/people";
    const foreign = (await api.get(`${other}?limit=1`)).json<Listed>().nextCursor;
    const forged = Buffer.from('["sessions",{"id":"x"}]').toString("base64url");
    for (const cursor of [foreign, forged, "bnVsbA", "'", "e30", "%00"]) {
      const answer = await api.get(`${path}?cursor=${cursor}`);
      expect(answer.json()).toMatchObject({ status: 400, code: "input.invalid" });
    }
  });

  test.each(["0", "-1", "201", "1e9", "10abc", "1.5", ""])(
    "refuses the limit %j",
    async (limit) => {
      const answer = await api.get(`${path}?limit=${limit}`);
      expect(answer.json()).toMatchObject({
        status: 400,
        code: "input.invalid",
        detail: "limit in the query is wrong: give a whole number from 1 to 200.",
      });
    },
  );
});

test("a cursor of one list is refused by another whose keys look alike", async () => {
  const { nextCursor } = (await api.get("/v1/tokens?limit=1")).json<Listed>();
  expect((await api.get(`/v1/tokens?cursor=${nextCursor}`)).statusCode).toBe(200);
  expect((await api.get(`/v1/revocations?cursor=${nextCursor}`)).json()).toMatchObject({
    status: 400,
    code: "input.invalid",
  });
});

test("sessions are narrowed by user, kind and state", async () => {
  const { userId, userName } = person(1);
  expect(await everyPage(`/v1/sessions?user=${userId}`, 1)).toHaveLength(2);
  expect(await everyPage(`/v1/sessions?user=${userName.toUpperCase()}`, 50)).toHaveLength(2);
  expect(await everyPage("/v1/sessions?kind=portal", 50)).toHaveLength(7);
  const active = await everyPage("/v1/sessions?state=active", 2);
  const expired = await everyPage("/v1/sessions?state=expired", 2);
  expect([active.length, expired.length]).toEqual([4, 10]);
});

test("a session as of an instant is judged without later events", async () => {
  const page = (await api.get("/v1/sessions?asOf=2026-03-01T00:00:00Z")).json();
  // The seeded sessions stand on no events: before any event there is no session.
  expect(page).toEqual({ items: [], nextCursor: null });
});

test("findings are narrowed by severity, rule, state and user", async () => {
  expect(await everyPage("/v1/findings?severity=high", 2)).toHaveLength(3);
  expect(await everyPage("/v1/findings?rule=stale-portal-session&state=open", 50)).toHaveLength(7);
  expect(await everyPage("/v1/findings?state=resolved", 50)).toHaveLength(0);
  expect(await everyPage(`/v1/findings?user=${person(3).userId}`, 50)).toHaveLength(1);
});

test("one session and one finding answer by their id", async () => {
  for (const kind of ["sessions", "findings"] as const) {
    const [first] = await everyPage(`/v1/${kind}`, 200);
    const answer = await api.get(`/v1/${kind}/${String(first?.["id"])}`);
    expect(answer.json()).toMatchObject(first!);
  }
});

test("a report's file answers byte for byte, as an attachment that no browser renders here", async () => {
  const [newest] = (await api.get("/v1/reports")).json().items;
  const report = reportSchema.parse((await api.get(`/v1/reports/${newest.id}`)).json());
  const [file] = report.files;
  const answer = await api.get(`/v1/reports/${report.id}/files/${file?.name}`);
  expect(sha256(answer.rawPayload)).toBe(file?.sha256);
  expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(answer.headers["content-disposition"]).toMatch(/^attachment/);
  for (const name of ["nothing.html", "..%2fpasswd", "%00"]) {
    const refused = await api.get(`/v1/reports/${report.id}/files/${name}`);
    expect([400, 404]).toContain(refused.statusCode);
  }
});

test("an id of nobody's and a user nobody is named by are 404 problems", async () => {
  const none = "0".repeat(32);
  for (const path of [`/v1/sessions/ses_${none}`, `/v1/findings/fin_${none}`]) {
    expect((await api.get(path)).json()).toMatchObject({ status: 404, code: "api.not-found" });
  }
  const missing = (await api.get("/v1/sessions?user=nobody@example.com")).json();
  expect(missing).toMatchObject({ status: 404, code: "input.unknown-person" });
});

test("access is a 409 problem before the first snapshot, and coverage is empty", async () => {
  expect((await api.get("/v1/assignments")).json()).toMatchObject({ code: "snapshot.none" });
  expect((await api.get("/v1/coverage")).json()).toEqual({ items: [], nextCursor: null });
});

test("the audit can be narrowed to one subject", async () => {
  const [first] = await everyPage("/v1/audit", 200);
  const about = await everyPage(`/v1/audit?subject=${String(first?.["subject"])}`, 1);
  expect(about).toEqual([first]);
});
