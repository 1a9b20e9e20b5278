/**
 * The command as its users run it: a process of its own with an environment of its own. Guarantees that nothing of the test run's
 * environment reaches it, and that `endAll` leaves no process and no cluster behind.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startOrJoinPostgres } from "#core/platform/embedded-postgres";
import { identify } from "#core/platform/postgres/process-identity";

const COMMAND = fileURLToPath(new URL("../../bin/curfew", import.meta.url));

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Settings besides PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  /** Another user; only root may ask for one. */
  readonly uid?: number;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it said so far. */
  readonly said: () => { readonly stdout: string; readonly stderr: string };
}

const running = new Set<ChildProcess>();

/** Begins a command. */
export function launch(args: readonly string[], { env = {}, uid }: RunOptions = {}): Running {
  const { PATH = "", HOME = "/" } = process.env;
  const child = spawn(process.execPath, [COMMAND, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH, HOME, ...env },
    cwd: tmpdir(),
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  running.add(child);
  const said = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said.stderr += text));
  const ended = once(child, "close").then(([code]): Ended => {
    running.delete(child);
    return { code: code as number | null, ...said };
  });
  return { child, ended, said: () => ({ ...said }) };
}

/** Runs a command to its end. */
export function curfew(args: readonly string[], options?: RunOptions): Promise<Ended> {
  return launch(args, options).ended;
}

/** Runs a command that must succeed, and reads the values it prints with `--json`. */
export async function values<T>(args: readonly string[], options?: RunOptions): Promise<T[]> {
  const { code, stdout, stderr } = await curfew([...args, "--json"], options);
  if (code !== 0) throw new Error(`curfew ${args.join(" ")} ended with ${code}: ${stderr}`);
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T);
}

export interface Ready {
  readonly url: string;
  readonly operatorTokenFile: string;
}

/** `curfew start`, once it said that it is ready. */
export async function started(
  args: readonly string[],
  options?: RunOptions,
): Promise<Running & { readonly ready: Ready }> {
  const one = launch(["start", ...args], options);
  const lines = (async () => {
    for (;;) {
      const [line] = one.said().stdout.split("\n");
      if (one.said().stdout.includes("\n")) return JSON.parse(line!) as Ready;
      await once(one.child.stdout!, "data");
    }
  })();
  const early = one.ended.then(({ code, stderr }) => {
    throw new Error(`curfew start ended with ${code} before it was ready: ${stderr}`);
  });
  early.catch(() => undefined);
  return { ...one, ready: await Promise.race([lines, early]) };
}

/** Between two questions: a loop without a pause would take a core from what it waits for. */
const ASK_AGAIN_MILLISECONDS = 5;

/** Asks again until the answer is true; the test's own time limit bounds it. */
export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await pause(ASK_AGAIN_MILLISECONDS);
}

/** A folder that the server's user may pass through, or else root's cluster would live outside it. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `curfew-${name}-`));
  chmodSync(folder, 0o755);
  return folder;
}

/** The number of the server's process; null where none is said to run. */
export function postmasterOf(dataDirectory: string): number | null {
  try {
    const text = readFileSync(join(dataDirectory, "postgres", "postmaster.pid"), "utf8");
    return Number(text.split("\n")[0]);
  } catch {
    return null;
  }
}

/** A process that ended counts as gone even while nobody has collected it. */
export function lives(pid: number): boolean {
  return identify(pid) !== null;
}

/** Ends every command that still runs, stops the clusters of these data directories and removes the folder. */
export async function endAll(folder: string, ...dataDirectories: string[]): Promise<void> {
  for (const child of running) {
    child.kill("SIGKILL");
    await once(child, "close").catch(() => undefined);
  }
  for (const dataDirectory of dataDirectories) {
    if (postmasterOf(dataDirectory) === null) continue;
    const share = await startOrJoinPostgres({ dataDirectory }).catch(() => null);
    await share?.release();
  }
  rmSync(folder, { recursive: true, force: true });
}
