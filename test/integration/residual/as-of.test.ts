/** What outlived removals as of an instant in the past: from the events before it alone, with the durations that were entered since. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { PostgresDurationStore } from "#core/adapters/postgres/people/duration-store";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { DAY, HOUR, instant, MINUTE, parseInstant } from "#core/domain/time";
import { enterDuration } from "#core/flows/enter-duration";
import { ingestFiles } from "#core/flows/ingest/ingest-files";
import { assumeRole, portal, signIn, USER } from "#test/support/records";
import { byAdmin } from "#test/unit/sessions/made";
import { START, startTestApi, type TestApi } from "../api/api.ts";

const ago = (milliseconds: number) => instant(START - milliseconds).replace(".000Z", "Z");

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  const day = [
    signIn(ago(DAY)),
    portal(ago(DAY - 2_000), "Authenticate"),
    assumeRole(ago(DAY - HOUR), 4 * 3_600),
    byAdmin(ago(DAY - 2 * HOUR), "DisableUser"),
  ];
  const file = { path: "day.json", bytes: Buffer.from(JSON.stringify({ Records: day })) };
  const clock = { now: () => START };
  await ingestFiles([file], new PostgresTrailStore(api.database), clock);
  await enterDuration(
    { durations: new PostgresDurationStore(api.database), clock },
    {
      kind: "portal",
      minutes: 480,
      effectiveFrom: parseInstant("2006-01-01T00:00:00Z"),
      identityStore: null,
      actor: "another process",
    },
  );
});
afterAll(() => api.close());

interface Page {
  readonly items: readonly Record<string, unknown>[];
  readonly nextCursor: string | null;
}

const asOf = async (milliseconds: number, more = ""): Promise<Page> =>
  (await api.get(`/v1/residuals?asOf=${ago(milliseconds)}${more}`)).json();

test("before the removal nothing outlived it, after it the role session does until its end", async () => {
  expect((await asOf(DAY - 2 * HOUR)).items).toEqual([]);
  const states = [];
  for (const after of [2 * HOUR + MINUTE, 5 * HOUR - 1_000, 5 * HOUR]) {
    const { items } = await asOf(DAY - after);
    expect(items.filter(({ kind }) => kind === "role")).toHaveLength(1);
    states.push(items.find(({ kind }) => kind === "role")!["state"]);
  }
  expect(states).toEqual(["open", "open", "expired"]);
});

test("a user, a session, what is open and pages narrow it as they do the list of now", async () => {
  const { items } = await asOf(DAY - 3 * HOUR);
  const [role] = items.filter(({ kind }) => kind === "role");
  const when = DAY - 3 * HOUR;
  expect((await asOf(when, `&session=${String(role!["sessionId"])}`)).items).toEqual([role]);
  expect((await asOf(when, `&user=${USER}`)).items).toEqual(items);
  expect((await asOf(DAY - 6 * HOUR, "&open=true")).items).toEqual([]);
  const paged: unknown[] = [];
  let cursor = "";
  do {
    const page = await asOf(when, `&limit=1${cursor}`);
    paged.push(...page.items);
    cursor = page.nextCursor === null ? "" : `&cursor=${page.nextCursor}`;
  } while (cursor !== "");
  expect(paged).toEqual(items);
});

test("a process that judges nobody knows the durations that another one entered", async () => {
  const at = ago(DAY - 10 * MINUTE);
  const page: Page = (await api.get(`/v1/sessions?asOf=${at}&kind=portal`)).json();
  expect(page.items).toMatchObject([
    { endsAt: { at: instant(START - DAY + 8 * HOUR + 2_000), certainty: "at-most" } },
  ]);
});

test("an instant of the future is now, and what is no instant is refused", async () => {
  expect((await asOf(-DAY)).items).toEqual([]);
  expect((await api.get("/v1/residuals?asOf=yesterday")).statusCode).toBe(400);
});
