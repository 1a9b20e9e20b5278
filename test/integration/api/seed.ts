/** Synthetic rows for the API's tests: people, sessions and findings as the sweep writes them. */
import { derivedId, sha256 } from "#core/domain/ids";
import type { Session, SessionKind } from "#core/domain/session";
import { instant, plus, type Instant } from "#core/domain/time";
import type { TestDatabase } from "#test/support/database";
import { START } from "./api.ts";

export const STORE = "arn:aws:identitystore::111122223333:identitystore/d-1234567890";

export function person(number: number) {
  const hex = number.toString(16).padStart(12, "0");
  return {
    identityStoreArn: STORE,
    userId: `0a1b2c3d-0000-4000-8000-${hex}`,
    userName: `person${number}@example.com`,
  };
}

export async function addPerson(database: TestDatabase, number: number) {
  const { identityStoreArn, userId, userName } = person(number);
  await database.pool.query("insert into people (identity_store_arn, user_id) values ($1, $2)", [
    identityStoreArn,
    userId,
  ]);
  await database.pool.query(
    "insert into person_names (identity_store_arn, user_id, user_name, last_seen_at) values ($1, $2, $3, $4)",
    [identityStoreArn, userId, userName, instant(START)],
  );
}

/** Of a person, begun so many minutes before the start, lasting an hour. */
export async function addSession(
  database: TestDatabase,
  number: number,
  minutesAgo: number,
  kind: SessionKind = "role",
): Promise<Session> {
  const user = person(number);
  const startedAt: Instant = instant(START - minutesAgo * 60_000);
  const session: Session = {
    id: derivedId("ses", user.userId, kind, startedAt),
    kind,
    user,
    startedAt,
    startBasis: "event",
    lastSeenAt: startedAt,
    endsAt: {
      at: plus(startedAt, 3_600_000),
      limitedBy: "a setting of the test",
      certainty: "exact",
    },
    endedAt: null,
    endedBy: null,
    sourceIpAddresses: ["192.0.2.10"],
    userAgents: ["aws-cli/2.31.0"],
    region: "eu-central-1",
    accountId: "111122223333",
    permissionSetName: kind === "role" ? "ReadOnly" : null,
    keys: [],
    grant: null,
    links: [],
    eventIds: [],
    unknownReason: null,
  };
  await database.pool.query(
    `insert into sessions (id, identity_store_arn, user_id, kind, started_at, last_seen_at, account_id, permission_set_name, body)
     values ($1, $2, $3, $4, $5, $5, $6, $7, $8)`,
    [
      session.id,
      user.identityStoreArn,
      user.userId,
      kind,
      startedAt,
      session.accountId,
      session.permissionSetName,
      JSON.stringify(session),
    ],
  );
  return session;
}

export async function addFinding(
  database: TestDatabase,
  number: number,
  minutesAgo: number,
  severity: "low" | "medium" | "high" | "critical",
): Promise<string> {
  const user = person(number);
  const openedAt = instant(START - minutesAgo * 60_000);
  const id = derivedId("fin", user.userId, openedAt);
  await database.pool.query(
    `insert into findings (id, rule_id, rule_version, severity, identity_store_arn, user_id, subject_kind, subject_id, state,
                           opened_at, last_seen_at, summary, evidence, event_ids)
     values ($1, 'stale-portal-session', '1', $2, $3, $4, 'person', $4, 'open', $5, $5, $6, '{"idleHours": 30}', '[]')`,
    [
      id,
      severity,
      user.identityStoreArn,
      user.userId,
      openedAt,
      `A portal session of ${user.userName} is stale.`,
    ],
  );
  return id;
}

/** A sealed report with one page. */
export async function addReport(database: TestDatabase, number: number): Promise<string> {
  const id = `rpt_${number.toString(16).padStart(32, "0")}`;
  const content = `<!doctype html><title>Access review ${number}</title><style>h1 { letter-spacing: 3px; }</style><h1>Access review ${number}</h1>`;
  await database.pool.query(
    `insert into reports (id, kind, period, as_of, created_at, manifest) values ($1, 'access-review', $2, $3, $4, '{"schema": "curfew.manifest/1"}')`,
    [id, `2026-W${String(number).padStart(2, "0")}`, instant(START), instant(START + number)],
  );
  await database.pool.query(
    `insert into report_files (report_id, name, media_type, sha256, bytes, content)
     values ($1, 'access-review.html', 'text/html; charset=utf-8', $2, $3, $4)`,
    [id, sha256(content), content.length, content],
  );
  return id;
}
