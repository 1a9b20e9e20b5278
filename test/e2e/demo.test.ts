/**
 * The demo organisation as a user meets it: read once, looked at, reported on, replayed and planned against, each time by the command
 * itself. One demo serves the whole file; only the tests that say so change anything in it.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EffectiveAccess } from "#core/domain/access";
import type { Finding } from "#core/domain/finding";
import type { ReportManifest } from "#core/domain/report/pack";
import type { RevocationPlan } from "#core/domain/revocation";
import type { SessionView } from "#core/domain/session";
import { startOrJoinPostgres, type EmbeddedPostgres } from "#core/platform/embedded-postgres";
import { curfew, endAll, temporaryFolder, values } from "#test/alone/command";

/** Reading it takes half a minute on two idle cores, and the machine is seldom idle. */
const READING = 600_000;
/** What stands in the demo whenever it is read; the rules that are silent there ask for what nobody told it, or find nothing. */
const FIRING = [
  "administrator-access-on-critical-accounts",
  "device-code-from-unknown-network",
  "direct-user-assignment",
  "disabled-user-with-access",
  "impersonating-application",
  "large-group-on-privileged-set",
  "long-session-on-privileged-set",
  "orphaned-assignment",
  "peer-outlier",
  "privilege-escalation-in-permission-set",
  "stale-portal-session",
  "unused-administrator-permission-set",
  "unused-assignment",
  "unused-permission-set",
  "unused-services-in-permission-set",
];
/** A rule is a folder. */
const RULES = readdirSync(new URL("../../packages/core/rules/", import.meta.url), {
  withFileTypes: true,
})
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .toSorted();

let folder: string;
let data: string;
let server: EmbeddedPostgres | undefined;
let first: Record<string, number>;
let asOf: string;

beforeAll(async () => {
  folder = temporaryFolder("demo");
  data = join(folder, "data");
  [first] = (await values<Record<string, number>>(["sync", "--demo", "--data-dir", data])) as [
    Record<string, number>,
  ];
  asOf = new Date().toISOString();
  // Held for the file, so that no command has to start the server again.
  server = await startOrJoinPostgres({ dataDirectory: data });
}, READING);
afterAll(async () => {
  await server?.release();
  await endAll(folder, data);
});

const look = <T>(...args: string[]) => values<T>([...args, "--data-dir", data]);

async function sql<T extends object>(text: string, parameters: unknown[] = []): Promise<T[]> {
  const client = new pg.Client({ connectionString: server!.url });
  await client.connect();
  try {
    return (await client.query<T>(text, parameters)).rows;
  } finally {
    await client.end();
  }
}

describe("sync", () => {
  test("reads every record of the demo, and each of them once", async () => {
    process.stderr.write(`sync --demo: ${JSON.stringify(first)}\n`);
    const { records, appended, duplicates, ignored, undecodable } = first;
    expect(appended! + duplicates! + ignored! + undecodable!).toBe(records);
    expect(appended).toBeGreaterThan(50_000);
    expect(undecodable).toBe(0);
    const [again] = await look<Record<string, number>>("sync", "--demo");
    expect(again!["appended"]).toBeLessThan(2_000);
    expect(again!["undecodable"]).toBe(0);
  });
});

describe("sessions", () => {
  test("show at least five people in a role of a member account, one of them privileged", async () => {
    const active = await look<SessionView>("sessions", "--state", "active", "--kind", "role");
    const people = new Set(active.map((session) => session.user.userId));
    expect(people.size).toBeGreaterThanOrEqual(5);
    expect(active.some((session) => /admin|power/i.test(session.permissionSetName ?? ""))).toBe(
      true,
    );
    for (const session of active) {
      expect(session.state).toBe("active");
      expect(session.eventIds.length).toBeGreaterThan(0);
    }
  });

  test("of a user are that user's alone, by name and by id", async () => {
    const [{ user }] = (await look<SessionView>("sessions", "--state", "active")) as [SessionView];
    const byName = await look<SessionView>("sessions", "--user", user.userName!, "--as-of", asOf);
    const byId = await look<SessionView>("sessions", "--user", user.userId, "--as-of", asOf);
    expect(byName.length).toBeGreaterThan(0);
    expect(byName).toEqual(byId);
    expect(new Set(byName.map((session) => session.user.userId))).toEqual(new Set([user.userId]));
  });

  test("as of yesterday have the ids they have now, and know nothing of today", async () => {
    const yesterday = new Date(Date.parse(asOf) - 86_400_000).toISOString();
    const then = await look<SessionView>("sessions", "--as-of", yesterday);
    const now = new Set((await look<SessionView>("sessions")).map((session) => session.id));
    expect(
      then.every((session) => session.startedAt < yesterday && session.lastSeenAt < yesterday),
    ).toBe(true);
    const gone = then.filter((session) => !now.has(session.id));
    process.stderr.write(
      `${gone.length} of ${then.length} sessions of yesterday have another id today\n`,
    );
    // A role session whose first record that names its person comes after the cut is known from the portal's call alone until then.
    expect(gone.length).toBeLessThanOrEqual(5);
  });
});

test("findings show each rule that has something to find, with evidence that stands in the events", async () => {
  const findings = await look<Finding>("findings", "--state", "open");
  expect([...new Set(findings.map((finding) => finding.ruleId))].toSorted()).toEqual(FIRING);
  const ids = [...new Set(findings.flatMap((finding) => finding.eventIds))];
  const [stored] = await sql<{ n: number }>(
    "select count(*)::int as n from event_ids where event_id = any($1::uuid[])",
    [ids],
  );
  expect(stored!.n).toBe(ids.length);
  for (const finding of findings) {
    expect(finding.summary).toMatch(/\.$/);
    expect(Object.keys(finding.evidence).length).toBeGreaterThan(0);
  }
});

test("access shows assignments and entitlements, direct and through a group, and of one user that user's alone", async () => {
  const rows = await look<EffectiveAccess>("access");
  const paths = new Set(rows.map((row) => row.path.map((step) => step.kind).join(" → ")));
  expect([...paths].toSorted()).toEqual([
    "assignment",
    "entitlement",
    "group → assignment",
    "group → entitlement",
  ]);
  const administrators = rows.filter((row) => row.administrator === true);
  expect(new Set(administrators.map((row) => row.permissionSetName))).toEqual(
    new Set(["AdministratorAccess", "WorkshopAdmin"]),
  );
  const { user } = rows[0]!;
  const one = await look<EffectiveAccess>("access", "--user", user.userId);
  const own = rows.filter((row) => row.user.userId === user.userId);
  expect(one.map((row) => JSON.stringify(row.path))).toEqual(
    own.map((row) => JSON.stringify(row.path)),
  );
});

test("the access review as of one instant has the same bytes each time, and its manifest holds", async () => {
  const instant = new Date().toISOString();
  const write = (name: string) =>
    look<{ folder: string; digest: string }>(
      "report",
      "access-review",
      "--out",
      join(folder, name),
      "--as-of",
      instant,
    );
  const [one] = await write("first");
  const [two] = await write("second");
  expect(two!.digest).toBe(one!.digest);
  const names = readdirSync(one!.folder).toSorted();
  expect(readdirSync(two!.folder).toSorted()).toEqual(names);
  for (const name of names) {
    expect(
      readFileSync(join(two!.folder, name)).equals(readFileSync(join(one!.folder, name))),
    ).toBe(true);
  }
  const manifest = JSON.parse(
    readFileSync(join(one!.folder, "manifest.json"), "utf8"),
  ) as ReportManifest;
  expect(manifest.files.map((file) => file.name).toSorted()).toEqual(
    names.filter((name) => name !== "manifest.json"),
  );
  for (const file of manifest.files) {
    const bytes = readFileSync(join(one!.folder, file.name));
    expect({
      bytes: bytes.length,
      sha256: createHash("sha256").update(bytes).digest("hex"),
    }).toEqual({ bytes: file.bytes, sha256: file.sha256 });
  }
});

test("replay finds what is stored to be what the events give, and a changed session to differ", async () => {
  const replay = () => curfew(["replay", "--verify", "--json", "--data-dir", data]);
  const sound = await replay();
  expect(sound).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(sound.stdout)).toMatchObject({
    digest: expect.stringMatching(/^[0-9a-f]{64}$/),
  });

  const [row] = await sql<{ id: string; body: object }>(
    "select id, body from sessions order by started_at limit 1",
  );
  const tampered = { ...row!.body, lastSeenAt: "2020-01-01T00:00:00.000Z" };
  await sql("update sessions set body = $2 where id = $1", [row!.id, tampered]);
  try {
    const found = await replay();
    expect(found.code).toBe(1);
    expect(found.stderr).toMatch(/^[^\n]*sessions differ[^\n]*\n$/);
  } finally {
    await sql("update sessions set body = $2 where id = $1", [row!.id, row!.body]);
  }
  expect((await replay()).code).toBe(0);
});

test("revoke --plan names what would be done and what lives on, and does nothing", async () => {
  const [{ user }] = (await look<SessionView>(
    "sessions",
    "--state",
    "active",
    "--kind",
    "role",
  )) as [SessionView];
  const [plan] = await values<RevocationPlan>([
    "revoke",
    user.userName!,
    "--demo",
    "--reason",
    "left the company",
    "--plan",
    "--data-dir",
    data,
  ]);
  expect(plan!.steps.map((step) => step.order)).toEqual(
    plan!.steps.map((_step, index) => index + 1),
  );
  expect(plan!.steps[0]!.mechanism).toBe("deny-lease");
  expect(plan!.residual.length).toBeGreaterThan(0);
  const [rows] = await sql<{ n: number }>("select count(*)::int as n from revocations");
  expect(rows!.n).toBe(0);
});

test("the cases of every rule pass, and a rule that is none is refused", async () => {
  const results = await values<{ ruleId: string; passed: boolean }>(["rules", "test"]);
  expect([...new Set(results.map((result) => result.ruleId))].toSorted()).toEqual(RULES);
  expect(results.every((result) => result.passed)).toBe(true);
  expect((await curfew(["rules", "test", "no-such-rule"])).code).toBe(2);
});

test("an event of a finding's evidence leads to its record and its file, and an unknown one is refused", async () => {
  const findings = await look<Finding>("findings", "--state", "open");
  const eventId = findings.find((finding) => finding.eventIds.length > 0)!.eventIds[0]!;
  const [event] = await look<{ kept: { record: { eventID: string }; file: { path: string } } }>(
    "event",
    eventId,
  );
  expect(event!.kept.record.eventID).toBe(eventId);
  expect(event!.kept.file.path).toMatch(/AWSLogs\/.*\.json\.gz$/);
  const unknown = await curfew([
    "event",
    "00000000-0000-4000-8000-ffffffffffff",
    "--json",
    "--data-dir",
    data,
  ]);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('"input.unknown-event"');
});
