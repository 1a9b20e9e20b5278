/** Views of access over HTTP: people, accounts and permission sets, now and on a past day, by page and as one stream. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listSchema, assignmentSchema } from "#services/api/http/schemas";
import {
  accountSummarySchema,
  permissionSetDetailSchema,
  permissionSetSummarySchema,
} from "#services/api/access/schemas";
import * as records from "#test/support/records";
import { setArn } from "#test/unit/access/directory-facts";
import { START, startTestApi, type TestApi } from "../api/api.ts";
import {
  BEN,
  CRAWLED,
  GRANT_EVENT,
  GRANTED,
  GROUP,
  publishMore,
  seedDirectory,
} from "./small-directory.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await seedDirectory(api.database, START);
});
afterAll(() => api.close());

type Row = ReturnType<typeof assignmentSchema.parse>;

async function every(path: string, limit = 200): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    const join = path.includes("?") ? "&" : "?";
    const more: string = cursor === null ? "" : `&cursor=${cursor}`;
    const answer = await api.get(`${path}${join}limit=${limit}${more}`);
    expect(answer.statusCode, answer.body).toBe(200);
    const page = answer.json<{ items: Row[]; nextCursor: string | null }>();
    listSchema(assignmentSchema).parse(page);
    rows.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return rows;
}

const brief = (rows: readonly Row[]) =>
  rows.map((row) => {
    const by = row.path.length === 1 ? "direct" : "group";
    return `${row.user.userName?.split("@")[0]} ${row.permissionSetName} ${by}`;
  });

test("rows come by user name, account, set and path, each once over pages of any size", async () => {
  const whole = await every("/v1/assignments");
  expect(brief(whole)).toEqual([
    "ada Admin group",
    "ada PowerUser direct",
    "ada PowerUser group",
    "ben Admin group",
    "ben Custom direct",
    "ben PowerUser group",
  ]);
  for (const limit of [1, 2, 4]) expect(await every("/v1/assignments", limit)).toEqual(whole);
});

test("a row names who granted it by which event, what it allows, and its use as shared", async () => {
  const rows = await every(`/v1/people/${records.USER}/access?account=${records.MEMBER}`);
  expect(rows).toMatchObject([
    {
      path: [{ kind: "assignment" }],
      grantedAt: GRANTED,
      grantEventId: GRANT_EVENT,
      grantedBy: expect.stringContaining("pipeline"),
      askedFor: true,
      accountTier: "production",
      administrator: false,
      calls: 4,
      deniedCalls: 1,
      usageSharedByPaths: true,
    },
    {
      path: [{ kind: "group", id: GROUP }, {}],
      grantedAt: null,
      grantedNotAfter: CRAWLED,
      calls: 4,
    },
  ]);
});

test.each([
  ["set=Admin", ["ada Admin group", "ben Admin group"]],
  [`set=${encodeURIComponent(setArn(3))}`, ["ben Custom direct"]],
  ["administrator=yes&user=ada@corp.example", ["ada Admin group"]],
  ["administrator=unknown", ["ben Custom direct"]],
  ["tier=management", ["ada Admin group", "ben Admin group"]],
  ["finding=administrator&tier=production", []],
  ["finding=administrator", ["ada Admin group", "ben Admin group"]],
])("assignments narrowed by %s are what was asked for", async (query, expected) => {
  expect(brief(await every(`/v1/assignments?${query}`, 1))).toEqual(expected);
});

test("the past is told without later events, its use too, and before the first crawl it is unknown", async () => {
  const before = await every(`/v1/people/${records.USER}/access?asOf=2026-03-02T08:00:00Z`);
  expect(brief(before)).toEqual(["ada Admin group", "ada PowerUser group"]);
  expect(before.map(({ calls }) => calls)).toEqual([0, 0]);
  const during = await every(`/v1/people/${records.USER}/access?asOf=2026-03-02T08:06:30Z`);
  expect(during.map(({ calls }) => calls)).toEqual([0, 1]);
  expect(
    brief(await every(`/v1/accounts/${records.OWNER}/access?asOf=2026-03-02T08:00:00Z`)),
  ).toEqual(["ada Admin group", "ben Admin group"]);
  for (const path of [
    "assignments",
    "accounts",
    "permission-sets",
    `people/${records.USER}/access`,
  ]) {
    const answer = await api.get(`/v1/${path}?asOf=2026-03-02T07:00:00Z`);
    expect(answer.json(), path).toMatchObject({ status: 409, code: "snapshot.none" });
    expect(answer.json().detail).toMatch(/is unknown/);
  }
});

test("a stream has every row as the pages have it, by format or by Accept", async () => {
  const whole = await every("/v1/assignments");
  const ndjson = await api.get("/v1/assignments?format=ndjson");
  expect(ndjson.headers["content-type"]).toBe("application/x-ndjson; charset=utf-8");
  const lines = ndjson.body.trimEnd().split("\n");
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual(whole);
  const csv = await api.app.inject({
    method: "GET",
    url: "/v1/assignments?set=Admin",
    headers: { authorization: `Bearer ${api.tokens.reader}`, accept: "text/csv" },
  });
  expect(csv.headers["content-type"]).toMatch(/^text\/csv; charset=utf-8/);
  expect(csv.headers["content-disposition"]).toBe(
    'attachment; filename="access-2026-03-02T090000Z.csv"',
  );
  expect(csv.body.trimEnd().split("\r\n")).toHaveLength(3);
  const ofAccount = await api.get(`/v1/accounts/${records.MEMBER}/access?format=csv`);
  expect(ofAccount.body.trimEnd().split("\r\n")).toHaveLength(5);
});

test("accounts count everybody once, with the tier and what made it so", async () => {
  const page = (await api.get("/v1/accounts")).json();
  listSchema(accountSummarySchema).parse(page);
  expect(page.items).toMatchObject([
    { accountId: records.OWNER, accountTier: "management", people: 2, administrators: 2 },
    { accountId: records.MEMBER, accountTier: "production", people: 2, perhapsAdministrators: 1 },
  ]);
  expect(page.items[1].tierReason).toContain("orders-prod");
  const one = (await api.get("/v1/accounts?limit=1&tier=production")).json();
  expect(one).toMatchObject({ items: [{ accountId: records.MEMBER }], nextCursor: null });
});

describe("permission sets", () => {
  test("are listed by name with reach, verdict, drift and use", async () => {
    const page = (await api.get("/v1/permission-sets")).json();
    listSchema(permissionSetSummarySchema).parse(page);
    expect(page.items).toMatchObject([
      { name: "Admin", administrator: true, people: 2, accounts: 1, lastUsedAt: null, unread: 0 },
      { name: "Custom", administrator: null, people: 1, unread: 1 },
      { name: "Empty", administrator: false, people: 0, accounts: 0 },
      {
        name: "PowerUser",
        people: 2,
        drift: 1,
        peopleWhoUsed: 1,
        policyFindings: expect.arrayContaining(["service-wildcard"]),
      },
    ]);
    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const more: string = cursor === null ? "" : `&cursor=${cursor}`;
      const answer = (await api.get(`/v1/permission-sets?limit=1${more}`)).json();
      paged.push(...answer.items.map(({ name }: { name: string }) => name));
      cursor = answer.nextCursor;
    } while (cursor !== null);
    expect(paged).toEqual(["Admin", "Custom", "Empty", "PowerUser"]);
    const some = (await api.get("/v1/permission-sets?administrator=unknown")).json();
    expect(some.items).toMatchObject([{ name: "Custom" }]);
  });

  test("one is told in plain words, with holders, use and a proposal, by its ARN or the last part", async () => {
    const whole = await api.get(`/v1/permission-sets/${encodeURIComponent(setArn(1))}`);
    const set = permissionSetDetailSchema.parse(whole.json());
    expect((await api.get(`/v1/permission-sets/${setArn(1).split("/").at(-1)}`)).json()).toEqual(
      set,
    );
    expect(set.verdicts[0]?.summary.join(" ")).toMatch(/SQS/i);
    expect(set.grants).toMatchObject([
      { principalName: "engineers", people: 2, peopleWhoUsed: 1 },
      { principalType: "USER", principalId: records.USER, people: 1, peopleWhoUsed: 1 },
    ]);
    expect(set.use).toMatchObject({ people: 1, formerHolders: 0, calls: 4, deniedCalls: 1 });
    // Four reads by one person are few: they are proposed apart.
    expect(set.proposal.optional).toMatchObject({ Action: ["s3:ListAllMyBuckets"] });
    expect(set.proposal.difference?.removed).toMatchObject([{ service: "sqs" }]);
    expect(set.inAccounts).toMatchObject([{ accountId: records.MEMBER, isLatest: false }]);
  });

  test("what could not be read is unknown and named, and the past has its own use", async () => {
    const custom = (await api.get(`/v1/permission-sets/${setArn(3).split("/").at(-1)}`)).json();
    expect(custom).toMatchObject({ administrator: null, policies: [{ read: 0, unread: 1 }] });
    expect(custom.verdicts[0].summary[0]).toMatch(/^Not judged: Policy \/team/);
    const id = setArn(1).split("/").at(-1);
    const past = (await api.get(`/v1/permission-sets/${id}?asOf=2026-03-02T08:06:30Z`)).json();
    expect(past).toMatchObject({ use: { calls: 1 }, grants: [{ principalName: "engineers" }] });
    const list = (await api.get("/v1/permission-sets?asOf=2026-03-02T08:06:30Z")).json();
    expect(list.items[3]).toMatchObject({
      name: "PowerUser",
      lastUsedAt: expect.stringContaining("08:06"),
    });
  });
});

test.each([
  ["/v1/people/nobody/access", 404, "input.unknown-person"],
  ["/v1/accounts/999999999999/access", 404, "api.not-found"],
  ["/v1/accounts/12/access", 400, "input.invalid"],
  ["/v1/permission-sets/ps-0000000000000009", 404, "api.not-found"],
  ["/v1/permission-sets/%00", 400, "input.invalid"],
  ["/v1/assignments?set=Nothing", 404, "input.unknown-permission-set"],
  ["/v1/assignments?user=nobody", 404, "input.unknown-person"],
  ["/v1/assignments?administrator=true", 400, "input.invalid"],
  ["/v1/assignments?tier=gold", 400, "input.invalid"],
  ["/v1/assignments?finding=x", 400, "input.invalid"],
  ["/v1/assignments?format=xml", 400, "input.invalid"],
  ["/v1/assignments?format=csv&limit=5", 400, "input.invalid"],
  ["/v1/assignments?asOf=yesterday", 400, "input.invalid"],
  ["/v1/assignments?color=blue", 400, "input.invalid"],
  ["/v1/assignments?limit=0", 400, "input.invalid"],
  ["/v1/accounts?limit=1e2", 400, "input.invalid"],
  ["/v1/permission-sets?limit=-1", 400, "input.invalid"],
  ["/v1/accounts?cursor=e30", 400, "input.invalid"],
  ["/v1/permission-sets?cursor='", 400, "input.invalid"],
  [`/v1/people/${BEN}/access?cursor=bnVsbA`, 400, "input.invalid"],
])("%s is refused with %i %s", async (path, status, code) => {
  expect((await api.get(path)).json()).toMatchObject({ status, code, detail: expect.any(String) });
});

test("a cursor of one list of access is refused by another", async () => {
  const { nextCursor } = (await api.get("/v1/assignments?limit=1")).json();
  for (const path of [`people/${records.USER}/access`, `accounts/${records.MEMBER}/access`]) {
    const answer = await api.get(`/v1/${path}?cursor=${nextCursor}`);
    expect(answer.json()).toMatchObject({ status: 400, code: "input.invalid" });
  }
});

test("what was held in memory gives way to a change of access at once", async () => {
  const path = `/v1/people/${BEN}/access?account=${records.OWNER}`;
  expect(await every(path)).toHaveLength(1);
  const { ingestFiles } = await import("#core/flows/ingest/ingest-files");
  const { PostgresTrailStore } = await import("#core/adapters/postgres/trail/trail-store");
  const removal = records.record(
    "2026-03-02T08:40:00Z",
    "sso.amazonaws.com",
    "DeleteAccountAssignment",
    {
      requestParameters: {
        targetId: records.OWNER,
        targetType: "AWS_ACCOUNT",
        permissionSetArn: setArn(2),
        principalType: "GROUP",
        principalId: GROUP,
      },
    },
  );
  const file = { path: "late.json", bytes: Buffer.from(JSON.stringify({ Records: [removal] })) };
  await ingestFiles([file], new PostgresTrailStore(api.database), { now: () => START });
  expect(await every(path)).toEqual([]);
  expect(await every(`${path}&asOf=2026-03-02T08:30:00Z`)).toHaveLength(1);
});

test("a page goes on after the row before it, however long its names, and loses none when others come", async () => {
  api.setNow(Date.parse("2026-03-02T15:00:00Z"));
  const first = (await api.get("/v1/assignments?limit=1")).json();
  expect(first.items[0].user.userName).toBe(records.NAME);
  await publishMore(api.database, 5);
  const after = (await api.get(`/v1/assignments?limit=200&cursor=${first.nextCursor}`)).json();
  const whole = await every("/v1/assignments", 1);
  expect(whole.at(-1)?.user.userName).toHaveLength(1_010);
  const names = (rows: readonly Row[]) =>
    rows.map(({ user, accountId, permissionSetName, path }) => [
      user.userId,
      accountId,
      permissionSetName,
      path.length,
    ]);
  const from = names(whole).findIndex((name) => String(name) === String(names(after.items)[0]));
  expect(names(after.items)).toEqual(names(whole).slice(from));
  // The row that the page ended with is gone, and another came before it.
  expect(from).toBe(1);
});
