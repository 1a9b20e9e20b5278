/** The routes of coverage: pages, filters, earlier instants, and answers that are exactly what is published. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BLIND_SPOTS } from "#core/domain/coverage/blind-spots";
import { listSchema } from "#services/api/http/schemas";
import {
  blindSpotSchema,
  coverageProblemSchema,
  coverageSchema,
} from "#services/api/routes/coverage/schemas";
import { startTestApi, type TestApi } from "../api/api.ts";
import { addObject, addPlace, addSource, at, MEMBER, OWNER } from "./tables.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  api.setNow(Date.parse(at("12:00")));
  for (const region of ["eu-west-1", "us-east-1"])
    for (const accountId of [OWNER, MEMBER])
      await addPlace(api.database, [["00:00", "12:00"]], { accountId, region });
  await addPlace(
    api.database,
    [
      ["00:00", "02:00"],
      ["08:00", "12:00"],
    ],
    { source: "files" },
  );
  await addObject(api.database, "05:20", "failing", "Access was denied.");
  await addSource(api.database, "s3/example-trail", "The bucket cannot be read.", "05:00");
});
afterAll(() => api.close());

interface Listed {
  readonly items: Record<string, unknown>[];
  readonly nextCursor: string | null;
}

async function everyPage(path: string, limit: number): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for (let cursor: string | null = null; ;) {
    const query: string = `${path.includes("?") ? "&" : "?"}limit=${limit}${cursor === null ? "" : `&cursor=${cursor}`}`;
    const page: Listed = (await api.get(path + query)).json();
    items.push(...page.items);
    if (page.nextCursor === null) return items;
    cursor = page.nextCursor;
  }
}

describe.each([
  ["/v1/coverage", 5, coverageSchema],
  ["/v1/coverage/problems", 4, coverageProblemSchema],
  ["/v1/coverage/blind-spots", BLIND_SPOTS.length, blindSpotSchema],
] as const)("%s", (path, total, schema) => {
  test("gives every item once, in one order, whatever the size of its pages", async () => {
    const whole = await everyPage(path, 200);
    expect(whole).toHaveLength(total);
    expect(await everyPage(path, 1)).toEqual(whole);
    expect(await everyPage(path, 3)).toEqual(whole);
  });

  test("answers exactly what the API publishes", async () => {
    const page = (await api.get(path)).json();
    expect(() => listSchema(schema).parse(page)).not.toThrow();
  });

  test("refuses a cursor of another list", async () => {
    const other = path === "/v1/coverage" ? "/v1/coverage/problems" : "/v1/coverage";
    const { nextCursor } = (await api.get(`${other}?limit=1`)).json<Listed>();
    expect(nextCursor).not.toBeNull();
    const refused = (await api.get(`${path}?cursor=${nextCursor}`)).json();
    expect(refused).toMatchObject({ status: 400, code: "input.invalid" });
  });
});

test("rows and problems are narrowed by source, account and Region", async () => {
  expect(await everyPage(`/v1/coverage?account=${OWNER}`, 50)).toHaveLength(3);
  expect(await everyPage("/v1/coverage?region=us-east-1", 50)).toHaveLength(2);
  expect(await everyPage("/v1/coverage?source=files", 50)).toMatchObject([{ gapHours: 6 }]);
  const kinds = async (query: string) =>
    (await everyPage(`/v1/coverage/problems?${query}`, 50)).map(({ kind }) => kind);
  expect(await kinds("source=s3")).toEqual(["gap", "object", "source"]);
  expect(await kinds("source=files")).toEqual(["gap"]);
  // What concerns a whole source concerns each of its accounts.
  expect(await kinds(`account=${MEMBER}`)).toEqual(["source"]);
});

test("an earlier instant knows nothing of what came later", async () => {
  const earlier = `asOf=${at("04:00")}`;
  expect(await everyPage(`/v1/coverage/problems?${earlier}&source=s3`, 50)).toEqual([]);
  expect(await everyPage(`/v1/coverage?${earlier}&source=s3`, 50)).toMatchObject(
    Array.from({ length: 4 }, () => ({ readTo: at("04:00"), gapCount: 0, records: null })),
  );
});

test.each([
  ["account=12", "account in the query is wrong: give the 12 digits of an account id."],
  ["asOf=yesterday", "asOf in the query is wrong: give an instant such as 2026-03-02T09:30:00Z."],
  ["when=now", "when"],
])("refuses %s with a sentence", async (query, sentence) => {
  const answer = (await api.get(`/v1/coverage?${query}`)).json();
  expect(answer).toMatchObject({ status: 400, code: "input.invalid" });
  expect(answer.detail).toContain(sentence);
});
