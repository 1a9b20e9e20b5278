import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** A program in the place of the real one, which shows what the command hands to it. */
const PROGRAM = `
import { Fault } from "#core/domain/fault";
process.on("SIGTERM", () => process.exit(7));
process.stdout.write(JSON.stringify({ words: process.argv.slice(2), code: new Fault("input.invalid", "x").code, pid: process.pid }) + "\\n");
if (process.argv[2] === "wait") setInterval(() => undefined, 1000);
if (process.argv[2] === "fail") process.exitCode = 2;
`;

let folder: string;
let home: string;
let elsewhere: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "curfew-command-")));
  home = join(folder, "home");
  elsewhere = join(folder, "elsewhere");
  mkdirSync(join(home, "services", "cli"), { recursive: true });
  mkdirSync(elsewhere);
  for (const part of ["bin", "package.json", "tsconfig.json"])
    cpSync(join(ROOT, part), join(home, part), { recursive: true });
  symlinkSync(join(ROOT, "packages"), join(home, "packages"));
  symlinkSync(join(ROOT, "node_modules"), join(home, "node_modules"));
  symlinkSync(join(home, "bin", "curfew"), join(elsewhere, "curfew"));
  writeFileSync(join(home, "services", "cli", "main.ts"), PROGRAM);
  // What lies in the working folder must not matter.
  writeFileSync(join(elsewhere, "tsconfig.json"), "{ broken");
  cpSync(join(ROOT, "bin"), join(folder, "bare", "bin"), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (command: string, ...words: string[]) =>
  spawnSync(command, words, { cwd: elsewhere, encoding: "utf8" });

describe("bin/curfew", () => {
  it("may be executed", () => {
    expect(statSync(join(ROOT, "bin", "curfew")).mode & 0o111).toBe(0o111);
  });

  it("runs through a link, from any folder, and hands over words and exit code", () => {
    const { stdout, stderr, status } = run(join(elsewhere, "curfew"), "fail", "--json");
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({ words: ["fail", "--json"], code: "input.invalid" });
    expect(status).toBe(2);
  });

  it("is one process that gets its signals itself", async () => {
    const child = spawn(join(elsewhere, "curfew"), ["wait"], {
      cwd: elsewhere,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    expect(JSON.parse(line.toString())).toMatchObject({ pid: child.pid });
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([7, null]);
  });

  it("says in one sentence that packages are not installed", () => {
    const bare = join(folder, "bare", "bin", "curfew");
    const { stderr, status } = run(bare, "start");
    expect(stderr).toBe(
      `curfew: its packages are not installed: run npm ci --ignore-scripts in ${join(folder, "bare")}.\n`,
    );
    expect(status).toBe(3);
    expect(JSON.parse(run(bare, "start", "--json").stderr)).toMatchObject({
      error: { code: "node.not-installed" },
    });
  });

  it.each(["18.20.4", "20.18.3"])("says in one sentence that Node %s is too old", (version) => {
    const preload = join(folder, `node-${version}.cjs`);
    writeFileSync(
      preload,
      `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });`,
    );
    const { stderr, status } = run(
      process.execPath,
      "--require",
      preload,
      join(home, "bin", "curfew"),
      "start",
    );
    expect(stderr).toBe(
      `curfew: Node ${version} is too old: install Node 20.19 or later (22 or 24 is better).\n`,
    );
    expect(status).toBe(3);
  });
});
