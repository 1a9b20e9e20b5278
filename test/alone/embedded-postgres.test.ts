import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startOrJoinPostgres } from "#core/platform/embedded-postgres";
import { identify } from "#core/platform/postgres/process-identity";

const USER_SCRIPT = fileURLToPath(new URL("../support/embedded-postgres-user.ts", import.meta.url));
const AS_ROOT = process.getuid?.() === 0;

let folder: string;
let dataDirectory: string;
const locations = new Set<string>();
const users: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "curfew-alone-"));
  // Passable, or else root's cluster would live in the system folder.
  chmodSync(folder, 0o755);
  dataDirectory = join(folder, "data");
});

afterEach(async () => {
  for (const user of users.splice(0)) await killed(user);
  const share = await startOrJoinPostgres({ dataDirectory, durability: "off" }).catch(() => null);
  await share?.release();
  for (const location of locations) rmSync(location, { recursive: true, force: true });
  locations.clear();
  rmSync(folder, { recursive: true, force: true });
});

interface User {
  readonly child: ChildProcess;
  readonly url: string;
  readonly location: string;
  readonly started: boolean;
  readonly fault?: string;
}

function launchUser(
  options: { uid?: number; environment?: Record<string, string> } = {},
): ChildProcess {
  const child = spawn(process.execPath, ["--import", "tsx", USER_SCRIPT, dataDirectory], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
    env: { ...process.env, ...options.environment },
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  users.push(child);
  return child;
}

async function user(
  options: { uid?: number; environment?: Record<string, string> } = {},
): Promise<User> {
  const child = launchUser(options);
  const [line] = (await once(child.stdout!, "data")) as [Buffer];
  const said = JSON.parse(line.toString()) as Omit<User, "child">;
  if (said.location !== undefined) locations.add(said.location);
  return { ...said, child };
}

async function left({ child }: User): Promise<number | null> {
  const end = once(child, "exit");
  child.stdin!.write("\n");
  const [code] = (await end) as [number | null];
  return code;
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = once(child, "exit");
  child.kill("SIGKILL");
  await end;
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

function postmasterOf(location: string): number {
  return Number(readFileSync(join(location, "postmaster.pid"), "utf8").split("\n")[0]);
}

/** A process that ended counts as gone even while nobody has collected it. */
const lives = (pid: number): boolean => identify(pid) !== null;

/** Polls on a condition that another process brings about; the test's own time limit bounds it. */
async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

describe("sharing", () => {
  it("keeps the server for those who remain when its starter leaves, and ends it with the last", async () => {
    const starter = await user();
    const joiner = await user();
    expect([starter.started, joiner.started]).toEqual([true, false]);
    expect(joiner.url).toBe(starter.url);
    const pid = postmasterOf(starter.location);

    expect(await left(starter)).toBe(0);
    expect(await query(joiner.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    expect(await left(joiner)).toBe(0);
    expect(lives(pid)).toBe(false);
    expect(existsSync(join(joiner.location, "postmaster.pid"))).toBe(false);
  });

  it("makes one cluster and one server when five processes start at the same moment", async () => {
    const all = await Promise.all([user(), user(), user(), user(), user()]);
    expect(all.filter(({ started }) => started)).toHaveLength(1);
    expect(new Set(all.map(({ url }) => url)).size).toBe(1);
    expect(readdirSync(dataDirectory).filter((name) => name.includes(".new-"))).toEqual([]);
  });

  it("counts shares, not processes", async () => {
    const first = await startOrJoinPostgres({ dataDirectory, durability: "off" });
    const second = await startOrJoinPostgres({ dataDirectory, durability: "off" });
    locations.add(first.location);
    await first.release();
    await first.release();
    expect(await query(second.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    const pid = postmasterOf(second.location);
    await second.release();
    expect(lives(pid)).toBe(false);
  });

  it("keeps data and port from one run to the next", async () => {
    const first = await user();
    await query(first.url, "CREATE TABLE kept AS SELECT 7 AS seven");
    await left(first);
    const second = await user();
    expect(second.started).toBe(true);
    expect(new URL(second.url).port).toBe(new URL(first.url).port);
    expect(await query(second.url, "SELECT seven FROM kept")).toEqual([{ seven: 7 }]);
  });
});

describe("a data directory that changes", () => {
  it("may be moved with its cluster inside", async () => {
    const first = await user();
    await query(first.url, "CREATE TABLE kept AS SELECT 7 AS seven");
    await left(first);
    renameSync(dataDirectory, join(folder, "moved"));
    dataDirectory = join(folder, "moved");
    const second = await user();
    expect(second.location).toBe(join(dataDirectory, "postgres"));
    expect(await query(second.url, "SELECT seven FROM kept")).toEqual([{ seven: 7 }]);
  });

  it("leaves no server behind when it is removed in use", async () => {
    const only = await user();
    const pid = postmasterOf(only.location);
    rmSync(dataDirectory, { recursive: true });
    expect(await left(only)).toBe(0);
    expect(lives(pid)).toBe(false);
  });

  it("is used on when a crash of the machine left its small files empty", async () => {
    const first = await user();
    await left(first);
    writeFileSync(join(dataDirectory, "cluster.json"), "");
    writeFileSync(join(dataDirectory, "cluster.users", "1-abc"), "");
    const second = await user();
    const pid = postmasterOf(second.location);
    expect(await left(second)).toBe(0);
    expect(lives(pid)).toBe(false);
  });
});

describe("after a kill", () => {
  it("joins the orphan of a killed starter, and ends it when it leaves", async () => {
    const starter = await user();
    const pid = postmasterOf(starter.location);
    await killed(starter.child);
    expect(lives(pid)).toBe(true);

    const next = await user();
    expect(next.started).toBe(false);
    expect(postmasterOf(next.location)).toBe(pid);
    await left(next);
    expect(lives(pid)).toBe(false);
  });

  it("starts the server again on its port when it was killed in use", async () => {
    const starter = await user();
    const joiner = await user();
    await query(joiner.url, "CREATE TABLE kept AS SELECT 7 AS seven");
    const pid = postmasterOf(starter.location);
    process.kill(pid, "SIGKILL");
    await until(async () => {
      const rows = await query(joiner.url, "SELECT seven FROM kept").catch(() => []);
      return rows.length === 1 && postmasterOf(starter.location) !== pid;
    });
    expect(await left(starter)).toBe(0);
    expect(await left(joiner)).toBe(0);
  });

  it("recovers from a kill of starter and server together", async () => {
    const starter = await user();
    await query(starter.url, "CREATE TABLE kept AS SELECT 7 AS seven");
    await killed(starter.child);
    process.kill(postmasterOf(starter.location), "SIGKILL");
    const next = await user();
    expect(next.started).toBe(true);
    expect(await query(next.url, "SELECT seven FROM kept")).toEqual([{ seven: 7 }]);
  });

  it("creates the cluster anew when the first start was killed while creating it", async () => {
    const first = launchUser();
    await until(
      () =>
        existsSync(dataDirectory) &&
        readdirSync(dataDirectory).some((name) => name.includes(".new-")),
    );
    await killed(first);
    const next = await user();
    expect(next.started).toBe(true);
    expect(await query(next.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    expect(readdirSync(dataDirectory).filter((name) => name.includes(".new-"))).toEqual([]);
  });

  it("is not stopped by an old postmaster.pid whose number another program has", async () => {
    const first = await user();
    await left(first);
    const stale = [process.pid, first.location, 1, 5432, "", "127.0.0.1", "0 0", "ready"].join(
      "\n",
    );
    writeFileSync(join(first.location, "postmaster.pid"), stale);
    const next = await user();
    expect(next.started).toBe(true);
    expect(await query(next.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });
});

describe("signals and surroundings", () => {
  it("keeps the server through Ctrl-C and SIGTERM to our whole process group", async () => {
    const starter = await user();
    process.kill(-starter.child.pid!, "SIGINT");
    process.kill(-starter.child.pid!, "SIGTERM");
    expect(await query(starter.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    expect(await left(starter)).toBe(0);
  });

  it("takes another port when a stranger listens on its own", async () => {
    const first = await user();
    await left(first);
    const port = Number(new URL(first.url).port);
    const stranger = createServer().listen(port, "127.0.0.1");
    await once(stranger, "listening");
    const next = await user();
    stranger.close();
    expect(Number(new URL(next.url).port)).not.toBe(port);
    expect(await query(next.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  it("asks everybody for the password and listens on loopback TCP alone", async () => {
    const { url } = await user();
    const wrong = new URL(url);
    wrong.password = "guessed";
    await expect(query(wrong.href, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
    const rows = await query(
      url,
      `SELECT current_setting('listen_addresses') AS addresses, current_setting('unix_socket_directories') AS sockets,
              (SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules) AS methods`,
    );
    expect(rows).toEqual([{ addresses: "127.0.0.1", sockets: "", methods: "scram-sha-256" }]);
  });

  it.runIf(process.platform === "linux")(
    "gives the server nothing of our environment",
    async () => {
      const { location } = await user({ environment: { AWS_SECRET_ACCESS_KEY: "synthetic" } });
      const environment = readFileSync(`/proc/${postmasterOf(location)}/environ`, "utf8");
      expect(environment).not.toContain("AWS_SECRET_ACCESS_KEY");
    },
  );

  it("keeps password and state for the owner alone", async () => {
    await user();
    for (const name of ["cluster.password", "cluster.json", "postgres.log"]) {
      expect(statSync(join(dataDirectory, name)).mode & 0o777, name).toBe(0o600);
    }
    expect(statSync(dataDirectory).mode & 0o007).toBe(0);
  });
});

describe("refusals", () => {
  it("says what is missing when the password file was removed, and changes nothing", async () => {
    const first = await user();
    await left(first);
    const password = join(dataDirectory, "cluster.password");
    const kept = readFileSync(password, "utf8");
    rmSync(password);
    expect((await user()).fault).toMatch(
      /cluster\.password is missing, so the database in .* cannot be opened/,
    );
    writeFileSync(password, kept, { mode: 0o600 });
    expect((await user()).started).toBe(true);
  });

  it("says what does not fit when the password file is another one's", async () => {
    const first = await user();
    await left(first);
    writeFileSync(join(dataDirectory, "cluster.password"), "0".repeat(48));
    expect((await user()).fault).toMatch(/started but does not accept the password/);
    expect(existsSync(join(first.location, "postmaster.pid"))).toBe(false);
  });

  it("does not begin an empty database where an earlier one is gone", async () => {
    const first = await user();
    await left(first);
    rmSync(first.location, { recursive: true });
    expect((await user()).fault).toMatch(/was in .*, which is gone: put it back, or remove/);
    rmSync(join(dataDirectory, "cluster.json"));
    expect((await user()).started).toBe(true);
  });

  it("names the data directory that this user may not write", async () => {
    mkdirSync(dataDirectory, { mode: 0o500 });
    const said = await user(AS_ROOT ? { uid: 65534 } : {});
    expect(said.fault).toMatch(
      /^The data directory .*\/data cannot be read and written by this user: choose another one with CURFEW_DATA_DIR/,
    );
    chmodSync(dataDirectory, 0o700);
  });
});

describe.runIf(AS_ROOT)("as root", () => {
  it("runs the server as a user without rights, inside the data directory", async () => {
    const { location } = await user();
    expect(location).toBe(join(dataDirectory, "postgres"));
    expect(statSync(`/proc/${postmasterOf(location)}`).uid).toBe(65534);
    expect(statSync(location)).toMatchObject({ uid: 65534, mode: 0o40700 });
  });

  it("moves the cluster out of a folder that others cannot enter, and finds it again", async () => {
    chmodSync(folder, 0o700);
    const first = await user();
    expect(first.location).toMatch(/^\/var\/lib\/curfew\/[0-9a-f]{32}$/);
    expect(statSync(first.location)).toMatchObject({ uid: 65534, mode: 0o40700 });
    await query(first.url, "CREATE TABLE kept AS SELECT 7 AS seven");
    await left(first);
    const second = await user();
    expect(second.location).toBe(first.location);
    expect(await query(second.url, "SELECT seven FROM kept")).toEqual([{ seven: 7 }]);
  });

  it("begins anew after the data directory was removed, and keeps the earlier cluster once", async () => {
    chmodSync(folder, 0o700);
    const first = await user();
    locations.add(`${first.location}.previous`);
    await query(first.url, "CREATE TABLE kept AS SELECT 7 AS seven");
    await left(first);
    rmSync(dataDirectory, { recursive: true });
    const second = await user();
    expect(await query(second.url, "SELECT to_regclass('kept') AS kept")).toEqual([{ kept: null }]);
    expect(existsSync(join(`${first.location}.previous`, "PG_VERSION"))).toBe(true);
  });

  it("serves a data directory of another user as that user, who can use it afterwards", async () => {
    mkdirSync(dataDirectory, { mode: 0o700 });
    const first = await user();
    await left(first);
    const { uid, gid } = { uid: 65534, gid: 65534 };
    rmSync(first.location, { recursive: true });
    rmSync(dataDirectory, { recursive: true });
    chmodSync(folder, 0o777);
    const theirs = await user({ uid });
    await left(theirs);
    const ours = await user();
    expect(ours.location).toBe(theirs.location);
    await left(ours);
    const again = await user({ uid });
    expect(again.started).toBe(true);
    expect(statSync(join(dataDirectory, "cluster.json"))).toMatchObject({ uid, gid });
  });
});
