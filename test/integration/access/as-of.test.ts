/** Between two crawls the directory is what the last one saw with what the stored events changed since, at any instant asked for. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { instant, parseInstant, type Instant } from "#core/domain/time";
import { accessChanges } from "#core/flows/access-changes";
import { MEMBER, record, STORE, USER } from "#test/support/records";
import {
  account,
  assignment,
  group,
  membership,
  permissionSet,
  setArn,
  snapshot,
  user,
} from "#test/unit/access/directory-facts";
import { openStand, trailFile, type Stand } from "../ingest/stand.ts";

const GROUP = "90670abc12-group";
const at = (time: string): Instant => parseInstant(`2026-11-09T${time}Z`)!;

let stand: Stand;
let store: PostgresAccessStore;
let observations: PostgresObservationStore;

beforeAll(async () => {
  stand = await openStand({ portalSessionMinutes: 480 });
  store = new PostgresAccessStore(stand.database);
  observations = new PostgresObservationStore(stand.database);
  const mine = { identityStoreArn: STORE };
  const directory = snapshot({
    users: [user(USER, mine)],
    groups: [{ ...group(GROUP), ...mine }],
    memberships: [{ ...membership(GROUP, USER), ...mine }],
    permissionSets: [permissionSet(1, { name: "PowerUser" })],
    accounts: [account(MEMBER, "workload")],
    assignments: [assignment(MEMBER, 1, "GROUP", GROUP)],
  });
  const instance = { ...directory.instance, ...mine };
  const crawl = (id: string, started: string, completed: string) =>
    store.publish(id, { ...directory, instance }, {}, at(started), at(completed));
  await crawl("snp_1", "05:00:00", "06:00:00");
  await stand.ingest(
    trailFile(
      change("05:30:00", "CreateAccountAssignment", "USER", USER),
      change("08:00:00", "DeleteAccountAssignment", "GROUP", GROUP),
      change("09:00:00", "CreateAccountAssignment", "GROUP", GROUP),
    ),
  );
});
afterAll(() => stand.drop());

function change(time: string, name: string, principalType: string, principalId: string): object {
  return record(`2026-11-09T${time}Z`, "sso.amazonaws.com", name, {
    userIdentity: { type: "IAMUser", arn: `arn:aws:iam::${MEMBER}:user/pipeline` },
    requestParameters: {
      targetId: MEMBER,
      targetType: "AWS_ACCOUNT",
      permissionSetArn: setArn(1),
      principalType,
      principalId,
    },
  });
}

const held = async (time: string) =>
  (await store.asOf(at(time)))?.assignments.map((one) => one.principalType) ?? null;

test("is unknown before the first crawl, and follows every event after it, those during the crawl too", async () => {
  expect(await held("05:59:59")).toBeNull();
  expect(await held("06:00:00")).toEqual(["GROUP", "USER"]);
  expect(await held("08:00:00")).toEqual(["GROUP", "USER"]);
  expect(await held("08:00:01")).toEqual(["USER"]);
  expect(await held("09:00:01")).toEqual(["USER", "GROUP"]);
  const { takenAt, amendments } = (await store.asOf(at("09:00:01")))!;
  expect(takenAt).toBe(at("06:00:00"));
  expect([...amendments!.askedFor]).toHaveLength(2);
});

test("lists what was gained and lost between two instants, when, by which event and by whom", async () => {
  const ports = { access: store, observations };
  const changes = await accessChanges(ports, at("06:30:00"), at("08:30:00"));
  expect(changes).toMatchObject([
    {
      user: { userId: USER },
      accountId: MEMBER,
      accountName: "workload",
      permissionSetName: "PowerUser",
      change: "lost",
      at: at("08:00:00"),
      notAfter: null,
      eventName: "DeleteAccountAssignment",
      by: `arn:aws:iam::${MEMBER}:user/pipeline`,
      state: "asked-for",
      path: [{ kind: "group", id: GROUP }, { kind: "assignment" }],
    },
  ]);
  const whole = await accessChanges(ports, at("06:30:00"), at("10:00:00"));
  expect(whole.map((one) => `${one.change} ${one.at}`)).toEqual([
    `lost ${at("08:00:00")}`,
    `gained ${at("09:00:00")}`,
  ]);
  expect(await accessChanges(ports, at("06:30:00"), at("07:00:00"))).toEqual([]);
});

test("refuses to compare with a time before the first crawl", async () => {
  const early = instant(Date.parse("2026-11-08T00:00:00Z"));
  await expect(
    accessChanges({ access: store, observations }, early, at("08:00:00")),
  ).rejects.toThrow("is unknown");
});
