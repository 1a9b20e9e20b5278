/** The published description: complete, true to the table of access, and valid OpenAPI 3.1 in what callers generate from. */
import type { OpenAPIV3_1 } from "openapi-types";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ACCESS, ROLES } from "#services/api/auth/roles";
import { startTestApi, type TestApi } from "./api.ts";

let api: TestApi;
let document: OpenAPIV3_1.Document;
beforeAll(async () => {
  api = await startTestApi();
  document = (await api.app.inject({ url: "/v1/openapi.json" })).json();
});
afterAll(() => api.close());

/** `GET /v1/sessions/:id` of everything that is described. */
function described(): Map<string, OpenAPIV3_1.OperationObject> {
  const found = new Map<string, OpenAPIV3_1.OperationObject>();
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(item ?? {})) {
      const key = `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`;
      found.set(key, operation as OpenAPIV3_1.OperationObject);
    }
  }
  return found;
}

test("is OpenAPI 3.1 and names no server of ours", () => {
  expect(document.openapi).toBe("3.1.0");
  expect(document.info.title).toBe("Curfew");
  expect(document.servers ?? []).toEqual([]);
});

test("describes every route that takes or gives data, and nothing else", () => {
  const expected = Object.keys(ACCESS).filter(
    (key) => !/^GET \/(?:$|landing|v1\/openapi)/.test(key),
  );
  const keys = [...described().keys()].filter((key) => !key.startsWith("HEAD "));
  expect(keys.toSorted()).toEqual(expected.toSorted());
});

test("says of every route which roles it needs, and that a token is needed", () => {
  for (const [key, operation] of described()) {
    const access = ACCESS[key.replace("HEAD ", "GET ")];
    const open = access === "anyone" || access === undefined;
    expect(operation.security, key).toEqual(open ? [] : [{ token: [] }]);
    const roles = ROLES.filter((role) => operation.description?.includes(role));
    expect(roles, key).toEqual(open ? [] : ROLES.filter((role) => access.includes(role)));
  }
});

test("gives every operation a summary and every guarded one its problems", () => {
  for (const [key, operation] of described()) {
    expect(operation.summary, key).toMatch(/\.$/);
    const statuses = Object.keys(operation.responses ?? {});
    expect(
      statuses.some((status) => status.startsWith("2")),
      key,
    ).toBe(true);
    const guarded = (operation.security ?? []).length > 0;
    const problems = statuses.filter((status) => /^[45]/.test(status)).length;
    expect(problems > 0, key).toBe(guarded);
  }
});

test("refuses what is not described, field by field", () => {
  const body = described().get("POST /v1/revocations")
    ?.requestBody as OpenAPIV3_1.RequestBodyObject;
  const schema = body.content["application/json"]?.schema;
  expect(schema).toMatchObject({ additionalProperties: false, required: ["user", "reason"] });
});
