/** Revocations over the API: planned without a trace, refused with the brake's sentence, approved by a second person only. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { ingestFiles } from "#core/flows/ingest/ingest-files";
import { planSchema, revocationSchema } from "#services/api/routes/revocations/schemas";
import { listSchema } from "#services/api/http/schemas";
import { signIn, USER } from "#test/support/records";
import { startTestApi, type TestApi } from "./api.ts";
import { addPerson, person } from "./seed.ts";

const REASON = "left the company";
const apis: TestApi[] = [];

async function apiWith(contain: TestApi["dependencies"]["contain"]): Promise<TestApi> {
  const api = await startTestApi({ contain });
  apis.push(api);
  for (const number of [1, 2, 3]) await addPerson(api.database, number);
  return api;
}
afterAll(async () => {
  for (const api of apis) await api.close();
});

const stored = async (api: TestApi): Promise<number> =>
  (await api.database.pool.query("select count(*) from revocations")).rows[0].count;
const as = (token: string) => ({ authorization: `Bearer ${token}` });
const ask = (number: number) => ({ user: person(number).userId, reason: REASON });

describe("with contain on and nobody to be cut without a second person", () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await apiWith({
      contain: "on",
      breakGlass: ["break-glass@example.com"],
      peopleIn24h: 0,
      denyPolicyIds: ["p-examplepolicy"],
    });
  });

  test("a plan stores nothing, nudges nobody and needs no key", async () => {
    const answer = await api.send(
      "POST",
      "/v1/revocations",
      { ...ask(1), plan: true },
      { "idempotency-key": "" },
    );
    expect(answer.statusCode).toBe(200);
    expect(() => planSchema.parse(answer.json())).not.toThrow();
    expect([await stored(api), api.nudges]).toEqual([0, []]);
  });

  test("a request is stored, waits for a second person and nudges the worker", async () => {
    const answer = await api.send("POST", "/v1/revocations", ask(1), as(api.tokens.responder));
    expect(answer.statusCode).toBe(201);
    const revocation = revocationSchema.parse(answer.json());
    expect(revocation).toMatchObject({
      state: "awaiting-approval",
      approvalNeeded: true,
      requestedBy: "test-responder",
      reason: REASON,
    });
    expect(api.nudges).toContain("advance-revocations");
    expect((await api.get(`/v1/revocations/${revocation.id}`)).json()).toEqual(revocation);
  });

  test("a second request for the same person joins the first", async () => {
    const again = await api.send("POST", "/v1/revocations", ask(1), as(api.tokens.admin));
    expect([again.statusCode, await stored(api)]).toEqual([200, 1]);
  });

  test("the requester cannot approve, a second person can, and nobody twice", async () => {
    const made = (await api.send("POST", "/v1/revocations", ask(2), as(api.tokens.admin))).json();
    const approve = `/v1/revocations/${made.id}/approve`;
    const own = await api.send("POST", approve, undefined, as(api.tokens.admin));
    expect(own.json()).toMatchObject({ status: 409, code: "revoke.forbidden" });
    const second = await api.send("POST", approve, undefined, as(api.tokens.approver));
    expect(second.json()).toMatchObject({ approvedBy: "test-approver", state: "planned" });
    const third = await api.send("POST", approve, {}, as(api.tokens.approver));
    expect(third.json()).toMatchObject({ status: 409, code: "revoke.state" });
  });

  test("one that has not begun can be withdrawn once", async () => {
    const made = (await api.send("POST", "/v1/revocations", ask(3))).json();
    const cancel = `/v1/revocations/${made.id}/cancel`;
    expect((await api.send("POST", cancel)).json()).toMatchObject({ state: "cancelled" });
    expect((await api.send("POST", cancel)).json()).toMatchObject({ code: "revoke.state" });
  });

  test("the list shows them newest first, a page at a time", async () => {
    const whole = (await api.get("/v1/revocations")).json();
    expect(() => listSchema(revocationSchema).parse(whole)).not.toThrow();
    expect(whole.items).toHaveLength(3);
    const first = (await api.get("/v1/revocations?limit=2")).json();
    const rest = (await api.get(`/v1/revocations?limit=2&cursor=${first.nextCursor}`)).json();
    expect([...first.items, ...rest.items]).toEqual(whole.items);
    expect(rest.nextCursor).toBeNull();
  });

  test("fifty requests with one key at once make one revocation", async () => {
    await addPerson(api.database, 4);
    const before = await stored(api);
    const headers = { "idempotency-key": "one-saga" };
    await Promise.all(
      Array.from({ length: 50 }, () => api.send("POST", "/v1/revocations", ask(4), headers)),
    );
    expect(await stored(api)).toBe(before + 1);
  });
});

test("with contain off a request is a 409 problem in the brake's words, and may be asked again", async () => {
  const api = await apiWith({ contain: "off", breakGlass: [], peopleIn24h: 5, denyPolicyIds: [] });
  const headers = { "idempotency-key": "refused" };
  const plan = planSchema.parse(
    (await api.send("POST", "/v1/revocations", { ...ask(1), plan: true })).json(),
  );
  const refusing = plan.brakes.find((brake) => brake.effect === "refused");
  for (let time = 0; time < 2; time += 1) {
    const answer = await api.send("POST", "/v1/revocations", ask(1), headers);
    expect(answer.json()).toMatchObject({
      status: 409,
      code: "revoke.forbidden",
      detail: refusing?.sentence,
    });
  }
  expect(await stored(api)).toBe(0);
});

test("a revocation nobody has is a 404 problem, and so is a user nobody is named by", async () => {
  const [api] = apis;
  const id = `rev_${"0".repeat(32)}`;
  expect((await api!.get(`/v1/revocations/${id}`)).json()).toMatchObject({
    code: "revoke.not-found",
  });
  for (const name of ["approve", "cancel"]) {
    const answer = await api!.send("POST", `/v1/revocations/${id}/${name}`);
    expect(answer.json()).toMatchObject({ status: 404, code: "revoke.not-found" });
  }
  const nobody = await api!.send("POST", "/v1/revocations", {
    user: "nobody@example.com",
    reason: REASON,
  });
  expect(nobody.json()).toMatchObject({ status: 404, code: "input.unknown-person" });
});

test("a plan goes by what was entered since the process began, which never judges", async () => {
  const api = await startTestApi();
  apis.push(api);
  const file = {
    path: "signed-in.json",
    bytes: Buffer.from(JSON.stringify({ Records: [signIn("2026-03-02T08:00:00Z")] })),
  };
  await ingestFiles([file], new PostgresTrailStore(api.database), api.dependencies.clock);
  const until = async () => {
    const asked = { user: USER, reason: REASON, plan: true };
    const plan = planSchema.parse((await api.send("POST", "/v1/revocations", asked)).json());
    return plan.residual.map((session) => session.until);
  };
  const before = await until();
  const minutes = { kind: "portal", minutes: 90, effectiveFrom: "2026-03-01T00:00:00Z" };
  expect((await api.send("POST", "/v1/durations", minutes)).statusCode).toBe(201);
  expect(await until()).toEqual(["2026-03-02T09:30:00.000Z"]);
  expect(before).not.toEqual(["2026-03-02T09:30:00.000Z"]);
});
