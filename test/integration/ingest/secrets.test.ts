/** Secrets in every place where a record may hold one: after ingest none is in any column of any table nor in a line of the log. */
import { inflateRawSync } from "node:zlib";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fileFolder } from "#core/adapters/files/folder";
import { PostgresCrawlStore } from "#core/adapters/postgres/access/crawl-store";
import { PostgresObservationStore } from "#core/adapters/postgres/coverage/observation-store";
import { PostgresWindowStore } from "#core/adapters/postgres/sources/window-store";
import { createLogger } from "#core/platform/logger";
import { startIngest } from "#services/ingest/main";
import {
  assumeRole,
  call,
  portal,
  record,
  signIn,
  token,
  TOKEN,
  vend,
} from "#test/support/records";
import { gzipped, NOW, openStand, trailFile, type Stand } from "./stand.ts";

const AT = "2026-11-02T08:00:00Z";

let stand: Stand;
beforeAll(async () => {
  stand = await openStand();
});
afterAll(() => stand.drop());

const long = (head: string, length = 96): string =>
  head + Array.from({ length }, (_, index) => "Zq3xW9vK"[(index * 5) % 8]).join("");

/** Each is unlike every other, so that a find names its place. */
const SECRET = {
  state: "SECRETSTATE",
  code: "SECRETCODE",
  device: "SECRETDEVICECODE",
  portalToken: TOKEN,
  session: `IQoJb3JpZ2luX2Vj${"S".repeat(200)}`,
  sessionInText: long("FwoGZXIvYXdzE"),
  jwt: `eyJhbGciOiJSUzI1NiJ9.${long("payload", 40)}.${long("signature", 40)}`,
  accessToken: long("aoaAAAAAG", 40).replace("aoaAAAAAG", "aoaAAAAAG:"),
  refreshToken: long("aorAAAAAG", 60),
  clientSecret: long("clientsecret", 30),
  password: "correct horse battery staple",
  assertion: long("PHNhbWxw", 80),
  verifier: long("verifier", 30),
  query: long("queryvalue", 20),
  cut: long("cutdownvalue", 30),
} as const;

const POISONED = [
  signIn(AT),
  token(AT, "device"),
  token(AT, "refresh", {
    requestParameters: {
      clientId: "ada",
      clientSecret: SECRET.clientSecret,
      grantType: "refresh_token",
      refreshToken: SECRET.refreshToken,
    },
    responseElements: {
      accessToken: SECRET.accessToken,
      idToken: SECRET.jwt,
      refreshToken: SECRET.refreshToken,
      expiresIn: 3600,
    },
  }),
  token(AT, "code", {
    requestParameters: {
      clientId: "ada",
      grantType: "authorization_code",
      code: SECRET.query,
      codeVerifier: SECRET.verifier,
    },
  }),
  vend(AT, "GetRoleCredentials", TOKEN),
  assumeRole(AT),
  call(AT, AT, {
    responseElements: {
      credentials: { sessionToken: SECRET.sessionInText, secretAccessKey: SECRET.clientSecret },
    },
  }),
  call(AT, AT, {
    errorCode: "AccessDenied",
    errorMessage: `token ${SECRET.jwt} is not valid at https://portal.example/x?code=${SECRET.query}`,
  }),
  portal(AT, "Authenticate", undefined, { userAgent: `probe ${SECRET.jwt}` }),
  record(AT, "sso-oauth.amazonaws.com", "CreateTokenWithIAM", {
    requestParameters: {
      clientId: "arn:aws:sso::111122223333:application/x",
      grantType: "jwt-bearer",
      assertion: SECRET.assertion,
      subjectToken: SECRET.jwt,
      code: SECRET.query,
    },
    responseElements: { accessToken: SECRET.accessToken },
  }),
  record(AT, "sso-directory.amazonaws.com", "UpdatePassword", {
    requestParameters: { userId: "u", password: SECRET.password, newPassword: SECRET.password },
  }),
  record(AT, "identitystore-auth.amazonaws.com", "BatchDeleteSession", {
    requestParameters: { sessionIds: [TOKEN] },
  }),
  // Undecodable, each in another way: kept with their text.
  signIn(AT, { eventID: "not-a-guid" }),
  token("2026-02-30T00:00:00Z", "device"),
  assumeRole("0000-01-01T00:00:00Z"),
  {
    ...signIn(AT),
    eventID: "",
    requestParameters: { password: SECRET.password, assertion: SECRET.assertion },
  },
];

/** One record under two contents: the second is kept as a conflict. */
const CONFLICT = [token(AT, "device")].flatMap((one) => [
  one,
  { ...one, userAgent: `other ${SECRET.jwt}` },
]);

/** Lines that end in the middle of a secret. */
const CUT = [
  `{"eventSource":"signin.amazonaws.com","additionalEventData":{"LoginTo":"https://x.awsapps.com/start/?state=${SECRET.state}&auth_code=${SECRET.code}`,
  `{"responseElements":{"accessToken":"${SECRET.cut}`,
  `{"userIdentity":{"credentialId":"${TOKEN}"},"requestParameters":{"deviceCode":"${SECRET.device}","x":`,
  `{"responseElements":{"credentials":{"sessionToken":"${SECRET.session}`,
];

/** Text of every column that can hold text, by `table.column`. */
async function everyText(): Promise<{ place: string; text: string }[]> {
  const { rows: columns } = await stand.database.pool.query<{
    table_name: string;
    column_name: string;
  }>(
    `select table_name, column_name from information_schema.columns
      where table_schema = 'public' and data_type in ('text', 'jsonb', 'json', 'character varying', 'ARRAY', 'bytea')`,
  );
  const found: { place: string; text: string }[] = [];
  for (const { table_name: table, column_name: column } of columns) {
    const { rows } = await stand.database.pool.query<{ text: string }>(
      `select "${column}"::text as text from "${table}" where "${column}" is not null`,
    );
    found.push(...rows.map(({ text }) => ({ place: `${table}.${column}`, text })));
  }
  const batches = await stand.database.pool.query<{ records: Buffer }>(
    "select records from record_batches",
  );
  expect(batches.rows.length).toBeGreaterThan(0);
  for (const { records } of batches.rows) {
    found.push({ place: "record_batches.records", text: inflateRawSync(records).toString() });
  }
  return found;
}

test("no secret of any record is stored or logged, read or unreadable", async () => {
  const folder = mkdtempSync(join(tmpdir(), "curfew-poison-"));
  const lines: string[] = [];
  try {
    writeFileSync(join(folder, "records.json.gz"), gzipped(trailFile(...POISONED)));
    writeFileSync(join(folder, "conflict.json"), trailFile(...CONFLICT));
    writeFileSync(
      join(folder, "cut.ndjson"),
      [JSON.stringify(portal(AT, "Logout")), ...CUT].join("\n"),
    );
    writeFileSync(join(folder, "refused.json"), `{"password":"${SECRET.password}"}`);
    await readFolder(folder, lines);
  } finally {
    rmSync(folder, { recursive: true });
  }
  await stand.sweep();
  expect(await stand.count("event_ids")).toBe(14);
  expect(await stand.count("undecodable_records")).toBe(9);
  const texts = [...(await everyText()), ...lines.map((text) => ({ place: "log", text }))];
  expect(lines.length).toBeGreaterThan(0);
  const leaks = Object.entries(SECRET).flatMap(([name, secret]) =>
    texts.filter(({ text }) => text.includes(secret)).map(({ place }) => `${name} in ${place}`),
  );
  expect([...new Set(leaks)]).toEqual([]);
});

/** The ingest service until it has read the folder once. */
async function readFolder(path: string, lines: string[]): Promise<void> {
  let turned: () => void;
  const turn = new Promise<void>((resolve) => (turned = resolve));
  const write = (line: string) => void lines.push(line);
  const log = createLogger({ service: "ingest", level: "trace", destination: { write } });
  const service = startIngest({
    sources: {
      trail: { path, folder: fileFolder },
      streams: [],
      directory: null,
      backfillMilliseconds: 1,
      beforeReading: null,
    },
    ports: {
      store: stand.trail,
      windows: new PostgresWindowStore(stand.database),
      clock: { now: () => NOW },
    },
    crawls: new PostgresCrawlStore(stand.database),
    observations: new PostgresObservationStore(stand.database),
    newSnapshotId: () => "snp_unused",
    queue: { nudge: () => Promise.resolve() },
    log,
    onTurn: (source) => {
      if (source === "files") turned();
    },
  });
  await turn;
  await service.stop();
}
