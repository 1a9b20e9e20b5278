/** What a permission set allowed bounds the sessions that it issued, also where it is told only after they were judged. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { PostgresDurationStore } from "#core/adapters/postgres/people/duration-store";
import { settingsOf } from "#core/domain/sessions/durations";
import { reconstruct } from "#core/domain/sessions/reconstruct";
import { parseInstant } from "#core/domain/time";
import { call, OWNER, record, STORE, USER } from "#test/support/records";
import { decoded } from "#test/unit/sessions/made";
import { openStand, trailFile, type Stand } from "../ingest/stand.ts";

let stand: Stand;
beforeAll(async () => {
  stand = await openStand();
});
beforeEach(() => stand.clear());
afterAll(() => stand.drop());

const DAY = "2026-11-09T";
const ARN = "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef";
const byAdministrator = {
  userIdentity: { type: "AssumedRole", arn: `arn:aws:sts::${OWNER}:assumed-role/admin/x` },
};
const created = record(`${DAY}06:00:00Z`, "sso.amazonaws.com", "CreatePermissionSet", {
  ...byAdministrator,
  requestParameters: { name: "PowerUser", sessionDuration: "PT2H" },
  responseElements: { permissionSet: { permissionSetArn: ARN, name: "PowerUser" } },
});
const used = call(`${DAY}08:40:00Z`, `${DAY}08:30:00Z`);

const settings = () => new PostgresDurationStore(stand.database).settings(settingsOf(null));

test("the set's creation bounds the session by its duration, with the bound's name", async () => {
  await stand.ingest(trailFile(created));
  const person = { identityStoreArn: STORE, userId: USER, userName: null };
  expect(reconstruct(person, decoded(used), await settings())[0]!.endsAt).toEqual({
    at: `${DAY}10:30:00.000Z`,
    limitedBy: "session duration of the permission set at issue",
    certainty: "at-most",
  });
});

test("whoever holds a session that began since is due when the set's duration is told late, and nobody before", async () => {
  await stand.ingest(trailFile(used));
  await stand.sweep();
  const due = async () =>
    (await stand.database.pool.query<{ due: unknown }>("select due_at as due from people")).rows;
  expect(await due()).toEqual([{ due: null }]);
  await stand.ingest(trailFile(created));
  expect(await due()).toEqual([{ due: stand.now }]);
});

test("what a crawl saw of the set counts from then on, and every fact that may matter makes another version", async () => {
  const before = await settings();
  await stand.database.pool.query(
    "insert into access_snapshots (id, instance_arn, started_at, completed_at, counts, api_calls) values ('snp_1', 'arn:i', $1, $1, '{}', '{}')",
    [`${DAY}07:00:00Z`],
  );
  await stand.database.pool.query(
    `insert into access_facts (instance_arn, kind, key, body, body_sha256, observed_from, first_snapshot_id)
     values ('arn:i', 'permission-set', $1, $2, '00', $3, 'snp_1')`,
    [ARN, { arn: ARN, name: "PowerUser", sessionDuration: "PT3H" }, `${DAY}07:00:00Z`],
  );
  const { version, permissionSets } = await settings();
  expect(version).not.toBe(before.version);
  expect(permissionSets).toEqual([
    {
      name: "PowerUser",
      values: [{ seconds: 10_800, from: parseInstant(`${DAY}07:00:00Z`), changed: false }],
      provisioned: [],
    },
  ]);
  await stand.ingest(trailFile(created));
  expect((await settings()).version).not.toBe(version);
});
