import { expect, test } from "vitest";
import { NO_USE, type SeenUse } from "#core/domain/access";
import { amend } from "#core/domain/access/amend/amend";
import { AccessRows } from "#core/domain/access/effective";
import type { ExportFormat } from "#core/domain/access/export";
import { grantEvents } from "#core/domain/access/grants";
import { AccessModel } from "#core/domain/access/model";
import { usageKey } from "#core/domain/access/usage";
import { personKey } from "#core/domain/person";
import { exportAccess } from "#core/flows/access-export";
import { EVERYTHING_ALLOWED } from "#test/support/snapshot";
import {
  account,
  assignment,
  at,
  group,
  membership,
  observed,
  permissionSet,
  snapshot,
  STORE,
  user,
} from "./directory-facts.ts";
import { assigned, entitled, joined } from "./events.ts";

const NOW = at("20T08:00:00");
const SEEN = at("10T08:00:00");
const used: SeenUse = { ...NO_USE, lastUsedAt: at("19T07:00:00"), uses30d: 3, calls: 7 };
const ANN = personKey({ identityStoreArn: STORE, userId: "ann" });
const USED = new Map([[ANN, new Map([[usageKey("444455556666", "Set1"), used]])]]);

const facts = snapshot({
  users: [user("ann"), user("bob", { userName: '=HYPERLINK("x")' }), user("idle")],
  groups: [group("ops", "@Operators, all"), group("sre")],
  memberships: [membership("ops", "ann"), membership("ops", "bob"), membership("sre", "ann")],
  permissionSets: [permissionSet(1, { inlinePolicy: EVERYTHING_ALLOWED }), permissionSet(2)],
  accounts: [account("444455556666", 'prod, "eu"')],
  assignments: [
    assignment("444455556666", 1, "GROUP", "ops"),
    assignment("444455556666", 1, "GROUP", "sre"),
    assignment("777788889999", 2, "USER", "bob"),
  ],
});
const events = [
  assigned("12T00:00:00", "USER", "ann"),
  joined("13T00:00:00", "ops", ["ann"]),
  entitled("14T00:00:00", "ent-1", "bob"),
];
const changed = amend(observed(facts, SEEN), events, { startedAt: SEEN, at: NOW });
const rows = new AccessRows(changed, new AccessModel(changed), {
  observedSince: (accountId) => (accountId === "444455556666" ? at("02T00:00:00") : null),
  observationGaps: () => 4,
  grants: grantEvents(events, NOW),
});

async function exported(format: ExportFormat): Promise<string> {
  const pieces: Buffer[] = [];
  const usage = { seenBy: () => Promise.resolve(USED) };
  for await (const piece of exportAccess({ rows, usage, now: NOW, format })) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}

test("writes as NDJSON exactly the rows of effective access, in their order", async () => {
  const expected = rows.model.users.flatMap((one) =>
    rows.of(one, (person) => USED.get(personKey(person)) ?? new Map()),
  );
  expect(expected.length).toBeGreaterThan(5);
  const lines = (await exported("ndjson")).split("\n");
  expect(lines.pop()).toBe("");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(expected);
});

test("writes as CSV a line a path under a header, quoted where it must be and never a formula", async () => {
  const lines = (await exported("csv")).split("\r\n");
  expect(lines.pop()).toBe("");
  const [header, ...found] = lines;
  expect(header).toMatch(/^userName,userId,.*,usageSharedByPaths$/);
  expect(found).toHaveLength(6);
  expect(found[0]).toMatch(
    /^"'=HYPERLINK\(""x""\)",bob,.*,444455556666,"prod, ""eu""",production,/,
  );
  expect(found.join("\n")).toContain(`"group @Operators, all",ops,`);
  expect(
    found.filter((line) => line.includes(",2026-05-19T07:00:00.000Z,3,0,7,0,true")),
  ).toHaveLength(3);
  expect(found.find((line) => line.includes(",direct assignment,,,true,"))).toContain(
    events[0]!.eventId,
  );
});
