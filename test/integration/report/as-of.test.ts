/** A review of an instant is made of what happened before it, whenever it is made: later records change no byte of it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { settingsOf } from "#core/domain/sessions/durations";
import { PostgresAccessStore } from "#core/adapters/postgres/access/facts-at";
import { PostgresReportStore } from "#core/adapters/postgres/report-store";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { PostgresPersonHistory } from "#core/adapters/postgres/people/person-history";
import { coverageLedger } from "#core/domain/coverage/ledger";
import type { Instant } from "#core/domain/time";
import { buildReport } from "#core/flows/report/build-report";
import { reviewFactsSource } from "#core/flows/report/review-facts";
import { judgeEverybody, type JudgePorts } from "#core/flows/judge-people";
import { catalogue } from "#core/rules/catalogue";
import { actions } from "#test/support/actions";
import { assumeRole, call, MEMBER, record, signIn } from "#test/support/records";
import { snapshot } from "#test/unit/access/directory-facts";
import { openStand, trailFile, type Stand } from "../ingest/stand.ts";

const AS_OF = "2026-11-08T12:00:00.000Z" as Instant;
let stand: Stand;
let ports: JudgePorts;
let access: PostgresAccessStore;

beforeAll(async () => {
  stand = await openStand();
  access = new PostgresAccessStore(stand.database);
  ports = {
    history: new PostgresPersonHistory(stand.database),
    access,
    observations: new PostgresObservationStore(stand.database),
    actions,
    catalogue,
    settings: settingsOf(null),
  };
});
afterAll(() => stand.drop());

const review = async () =>
  buildReport(
    {
      facts: reviewFactsSource(ports, "Test organisation"),
      reports: new PostgresReportStore(stand.database),
    },
    AS_OF,
    ["html", "csv", "json"],
  );

const rowsAt = async (at: Instant) =>
  coverageLedger(await ports.observations.ledgerFacts(at), at, null).rows;

test("the same instant gives the same bytes after more was read of the time since", async () => {
  const crawledAt = "2026-11-01T08:00:00.000Z" as Instant;
  await access.publish("snp_first", snapshot(), {}, crawledAt, crawledAt);
  await stand.ingest(trailFile(signIn("2026-11-08T08:00:00Z")));
  const before = await review();
  expect(
    JSON.parse(before.files.find(({ name }) => name.endsWith(".json"))!.content),
  ).toMatchObject({
    coverage: {
      to: "2026-11-08T09:00:00.000Z",
      rows: [{ hoursSeen: 1, readTo: "2026-11-08T09:00:00.000Z" }],
    },
  });
  await stand.ingest(
    trailFile(
      signIn("2026-11-08T13:00:00Z"),
      assumeRole("2026-11-08T13:10:00Z"),
      call("2026-11-08T13:11:00Z", "2026-11-08T13:10:00Z"),
      record("2026-11-08T13:12:00Z", "ec2.amazonaws.com", "DescribeInstances"),
    ),
  );
  expect(await review()).toEqual(before);
});

test("an account of which nothing was read before the instant does not count as observed then", async () => {
  const { observations } = ports;
  expect((await observations.coverage()).map(({ accountId }) => accountId)).toContain(MEMBER);
  const accounts = (await rowsAt(AS_OF)).map(({ accountId }) => accountId);
  expect(accounts).not.toContain(MEMBER);
  for await (const { access: rows } of judgeEverybody(ports, AS_OF)) {
    expect(rows.filter((row) => row.observedSince !== null && row.observedSince >= AS_OF)).toEqual(
      [],
    );
  }
});

test("an account that showed only records of other services is read", async () => {
  await stand.ingest(
    trailFile(
      record("2026-11-08T09:00:00Z", "ec2.amazonaws.com", "DescribeInstances", {
        recipientAccountId: "777788889999",
      }),
    ),
  );
  expect(
    (await rowsAt(AS_OF)).filter(({ accountId }) => accountId === "777788889999"),
  ).toMatchObject([{ hoursSeen: 1, firstEventAt: "2026-11-08T09:00:00.000Z" }]);
});
