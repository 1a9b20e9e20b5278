import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Switches } from "#simulator/model";
import { rootCredentials } from "#simulator/wire/callers";
import { first, openOffice, type Office } from "../office.ts";

let office: Office;
beforeEach(async () => void (office = await openOffice()));
afterEach(() => office.close());

interface Answered {
  status: number;
  error: string | null;
  body: Record<string, unknown>;
}

/** A signed request as a client would send it. */
async function ask(
  method: string,
  path: string,
  input: object | null = {},
  options: { at?: Office; region?: string } = {},
): Promise<Answered> {
  const { at = office, region = at.world.organisation.region } = options;
  const url = new URL(path, at.url);
  const body = input === null ? undefined : JSON.stringify(input);
  const signer = new SignatureV4({
    service: "account-access",
    region,
    credentials: rootCredentials(at.world.organisation),
    sha256: Sha256,
  });
  const { headers } = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(url.port),
    path: url.pathname,
    headers: { host: url.host, "content-type": "application/json" },
    ...(body === undefined ? {} : { body }),
  });
  const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  return {
    status: answer.status,
    error: answer.headers.get("x-amzn-errortype"),
    body: (await answer.json()) as Answered["body"],
  };
}

const estate = () => office.world.organisation.estate;
const application = () => first(estate().entitlementApplications);
const EMPTY = { filter: { principalRole: {} } };
const list = (input: object = EMPTY, options: Parameters<typeof ask>[3] = {}) =>
  ask("POST", "/entitlements-list", { applicationArn: application().arn, ...input }, options);
const idsOf = ({ body }: Answered): string[] =>
  (body["entitlements"] as { entitlementId: string }[]).map((one) => one.entitlementId);
const alive = () =>
  office.world
    .at(office.clock.now)
    .entitlements.map((one) => one.id)
    .sort();

test("the application is listed, and read by its escaped ARN", async () => {
  const listed = await ask("POST", "/applications-list");
  expect(listed.body["applications"]).toMatchObject([{ applicationArn: application().arn }]);
  const read = await ask("GET", `/applications/${encodeURIComponent(application().arn)}`, null);
  expect(read.body).toMatchObject({
    applicationArn: application().arn,
    identityCenterInstanceArn: office.world.organisation.instanceArn,
  });
});

test("entitlements are paged to the end, those that ended left out", async () => {
  const found: string[] = [];
  let nextToken: unknown;
  let pages = 0;
  do {
    const page = await list({ ...EMPTY, maxResults: 1, nextToken });
    found.push(...idsOf(page));
    nextToken = page.body["nextToken"];
    pages += 1;
  } while (nextToken !== undefined);
  expect(found.toSorted()).toEqual(alive());
  expect(pages).toBe(3);
  expect(estate().entitlements).toHaveLength(4);
});

test("a filter narrows by person, group, role and account", async () => {
  const [entitlement] = office.world.at(office.clock.now).entitlements;
  if (entitlement === undefined) throw new Error("There is no entitlement.");
  const { principal, roleArn, accountId } = entitlement;
  const named = principal.type === "USER" ? { userId: principal.id } : { groupId: principal.id };
  for (const principalRole of [
    { principal: { identityCenter: named } },
    { roleArn },
    { account: accountId },
  ])
    expect(idsOf(await list({ filter: { principalRole } }))).toEqual([entitlement.id]);
  expect(idsOf(await list({ filter: { principalRole: { account: "000000000000" } } }))).toEqual([]);
});

test("the filter is required, and a foreign token is refused", async () => {
  expect(await list({})).toMatchObject({ status: 400, error: "ValidationException" });
  expect(await list({ filter: {} })).toMatchObject({ error: "ValidationException" });
  expect(await list({ ...EMPTY, nextToken: "not-ours" })).toMatchObject({
    error: "ValidationException",
  });
});

test("an entitlement is made and taken away, and both stand in the log as the trail shows them", async () => {
  const [person] = office.world.organisation.people;
  const [role] = estate().roles;
  const applicationArn = application().arn;
  const entitlement = {
    principalRole: {
      principal: { identityCenter: { userId: person?.userId } },
      roleArn: role?.arn,
      account: role?.accountId,
    },
  };
  const made = await ask("POST", "/entitlements", { applicationArn, entitlement });
  const id = String(made.body["entitlementId"]);
  expect(alive()).toContain(id);
  expect((await ask("GET", `/entitlements/${id}`, null)).body).toMatchObject({
    entitlementId: id,
    entitlement,
  });
  expect(await ask("POST", "/entitlements", { applicationArn, entitlement })).toMatchObject({
    error: "AlreadyCreatedException",
  });
  await ask("DELETE", `/entitlements/${id}`, null);
  expect(alive()).not.toContain(id);
  expect(await ask("GET", `/entitlements/${id}`, null)).toMatchObject({
    error: "ResourceNotFoundException",
  });
  expect(office.changes.map((one) => [one.eventSource, one.eventName])).toEqual([
    ["account-access.amazonaws.com", "CreateEntitlement"],
    ["account-access.amazonaws.com", "DeleteEntitlement"],
  ]);
  expect(office.changes[0]?.response).toEqual({ entitlementId: id });
});

test("more requests than the limit are throttled", async () => {
  office.stopwatch.runs = false;
  const answers: Answered[] = [];
  for (let i = 0; i < 41; i++) answers.push(await list());
  expect(answers.filter((one) => one.status === 200)).toHaveLength(40);
  expect(answers.at(-1)?.error).toBe("ThrottlingException");
});

test("an unknown path is refused by name", async () => {
  expect((await ask("POST", "/sessions-list")).error).toBe("UnknownOperationException");
});

test("the switches make it refuse an empty filter, be closed, or be absent", async () => {
  const under = async (switches: Partial<Switches>): Promise<Answered> => {
    const at = await openOffice({ switches });
    try {
      return await list(EMPTY, { at });
    } finally {
      await at.close();
    }
  };
  expect((await under({ emptyEntitlementFilter: false })).error).toBe("ValidationException");
  expect((await under({ accountAccess: "denied" })).error).toBe("AccessDeniedException");
  expect(await under({ accountAccess: "absent" })).toMatchObject({ status: 404 });
  expect(await list(EMPTY, { region: "us-west-2" })).toMatchObject({ status: 404 });
});
