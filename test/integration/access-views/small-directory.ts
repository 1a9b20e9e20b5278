/** A small directory over the records of one person's day, as views of access are asked about: two paths to one set, an administrator, a policy nobody could read. */
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { PostgresSweepStore } from "#core/adapters/postgres/people/sweep-store";
import { PostgresTrailStore } from "#core/adapters/postgres/trail/trail-store";
import { settingsOf } from "#core/domain/sessions/durations";
import { parseInstant, type Instant } from "#core/domain/time";
import { ingestFiles } from "#core/flows/ingest/ingest-files";
import { sweepPeople } from "#core/flows/sweep-people";
import { actions } from "#test/support/actions";
import type { TestDatabase } from "#test/support/database";
import * as records from "#test/support/records";
import { EVERYTHING_ALLOWED } from "#test/support/snapshot";
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

export const at = (time: string): Instant => parseInstant(`2026-03-02T${time}Z`)!;
export const GROUP = "90670abc12-group";
export const BEN = "b0b4f4a8-10d1-70ab-9f00-0a1b2c3d4e5f";
export const CRAWLED = at("07:10:00");
export const GRANTED = at("08:20:00");
const ISSUED = "2026-03-02T08:05:01Z";

const READS = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: ["s3:List*", "sqs:*"], Resource: "*" }],
});

/** PowerUser by group and directly, Admin by group in the management account, Custom for Ben alone. */
function directory() {
  const mine = { identityStoreArn: records.STORE };
  const whole = snapshot({
    users: [
      user(records.USER, { ...mine, userName: records.NAME, email: records.NAME }),
      user(BEN, { ...mine, userName: "ben@corp.example" }),
    ],
    groups: [{ ...group(GROUP, "engineers"), ...mine }],
    memberships: [
      { ...membership(GROUP, records.USER), ...mine },
      { ...membership(GROUP, BEN), ...mine },
    ],
    permissionSets: [
      permissionSet(1, { name: "PowerUser", inlinePolicy: READS, description: "Reads" }),
      permissionSet(2, { name: "Admin", inlinePolicy: EVERYTHING_ALLOWED }),
      permissionSet(3, { name: "Custom", customerManagedPolicies: [{ name: "team", path: "/" }] }),
      permissionSet(4, { name: "Empty" }),
    ],
    accounts: [
      { ...account(records.OWNER, "root"), isManagement: true },
      account(records.MEMBER, "orders-prod"),
    ],
    provisionings: [
      { accountId: records.MEMBER, permissionSetArn: setArn(1), isLatest: false },
      { accountId: records.OWNER, permissionSetArn: setArn(2), isLatest: true },
    ],
    assignments: [
      assignment(records.MEMBER, 1, "GROUP", GROUP),
      assignment(records.OWNER, 2, "GROUP", GROUP),
      assignment(records.MEMBER, 3, "USER", BEN),
    ],
  });
  return { ...whole, instance: { ...whole.instance, ...mine } };
}

const grant = records.record(
  "2026-03-02T08:20:00Z",
  "sso.amazonaws.com",
  "CreateAccountAssignment",
  {
    userIdentity: { type: "IAMUser", arn: `arn:aws:iam::${records.OWNER}:user/pipeline` },
    requestParameters: {
      targetId: records.MEMBER,
      targetType: "AWS_ACCOUNT",
      permissionSetArn: setArn(1),
      principalType: "USER",
      principalId: records.USER,
    },
  },
);

export const GRANT_EVENT = String(grant["eventID"]);

/** Crawled at 07:10, a day of one person until 08:30, judged as of `now`. */
export async function seedDirectory(database: TestDatabase, now: number): Promise<void> {
  const clock = { now: () => now };
  const access = new PostgresAccessStore(database);
  await access.publish("snp_1", directory(), {}, at("07:00:00"), CRAWLED);
  const day = [
    records.signIn("2026-03-02T08:00:00Z"),
    records.portal("2026-03-02T08:00:02Z", "Authenticate"),
    records.vend("2026-03-02T08:05:00Z", "Federate", records.PORTAL),
    records.assumeRole(ISSUED),
    ...[6, 7, 8].map((minute) => records.call(`2026-03-02T08:0${minute}:00Z`, ISSUED)),
    records.call("2026-03-02T08:09:00Z", ISSUED, { errorCode: "AccessDenied" }),
    grant,
  ];
  const file = { path: "day.json", bytes: Buffer.from(JSON.stringify({ Records: day })) };
  await ingestFiles([file], new PostgresTrailStore(database), clock);
  await sweepPeople({
    sweep: new PostgresSweepStore(database),
    access,
    observations: new PostgresObservationStore(database),
    actions,
    catalogue: [],
    settings: settingsOf(480),
    channels: [],
    clock,
  });
}

/** A later crawl, in the afternoon, that saw so many more people in the group, with names as long as AWS never gives. */
export async function publishMore(database: TestDatabase, people: number): Promise<void> {
  const known = directory();
  const ids = Array.from(
    { length: people },
    (_, count) => `more-${String(count).padStart(5, "0")}`,
  );
  const longest = "ü".repeat(1_000);
  const mine = { identityStoreArn: records.STORE };
  const more = {
    ...known,
    users: [...known.users, ...ids.map((id) => user(id, { ...mine, userName: `${id}${longest}` }))],
    memberships: [
      ...known.memberships,
      ...ids.map((id) => ({ ...membership(GROUP, id), ...mine })),
    ],
  };
  const access = new PostgresAccessStore(database);
  await access.publish("snp_2", more, {}, at("14:00:00"), at("14:10:00"));
}
