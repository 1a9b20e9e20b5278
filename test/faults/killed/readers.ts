/**
 * Readers of trail files as processes that start in a fraction of a second: bundled once, and the next one waits while one is at work.
 * Guarantees that `end` leaves no process behind.
 */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Task } from "./reader.ts";

export interface Reader {
  readonly kill: () => void;
  /** Milliseconds from its task to the first thing that it committed; null when it committed nothing. */
  readonly firstCommit: () => number | null;
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

export interface Readers {
  /** Gives a waiting process its task. */
  start(task: Task): Promise<Reader>;
  end(): Promise<void>;
}

/** The bundler that the loader brings: from source to a running process it takes a fifth of the loader's time. */
interface Bundler {
  buildSync(options: object): void;
}

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

function bundled(folder: string): string {
  const beside = createRequire(createRequire(import.meta.url).resolve("tsx/package.json"));
  const outfile = join(folder, "reader.cjs");
  (beside("esbuild") as Bundler).buildSync({
    entryPoints: [join(ROOT, "test/faults/killed/reader.ts")],
    tsconfig: join(ROOT, "tsconfig.json"),
    absWorkingDir: ROOT,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    logLevel: "error",
    external: ["pg-native"],
    outfile,
  });
  return outfile;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

export function openReaders(): Readers {
  const folder = mkdtempSync(join(tmpdir(), "curfew-readers-"));
  const program = bundled(folder);
  const living = new Set<Child>();
  const spare: Promise<Child>[] = [];
  const warm = async (): Promise<Child> => {
    const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "pipe"] });
    living.add(child);
    child.once("close", () => living.delete(child));
    child.stdin.on("error", () => undefined);
    await once(child.stdout, "data");
    return child;
  };
  return {
    async start(task) {
      const child = await (spare.shift() ?? warm());
      spare.push(warm());
      return given(child, task);
    },
    async end() {
      await Promise.all(spare);
      for (const child of living) {
        const closed = once(child, "close");
        child.kill("SIGKILL");
        await closed;
      }
      rmSync(folder, { recursive: true });
    },
  };
}

function given(child: Child, task: Task): Reader {
  const began = performance.now();
  let first: number | null = null;
  let stderr = "";
  child.stdout.on("data", () => (first ??= performance.now() - began));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, stderr }));
  child.stdin.write(`${JSON.stringify(task)}\n`);
  return { kill: () => void child.kill("SIGKILL"), firstCommit: () => first, ended };
}
