import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LockTimeout, withExclusiveLock } from "#core/platform/postgres/exclusive-lock";
import { identify, isAlive, isPostmasterOf } from "#core/platform/postgres/process-identity";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "curfew-lock-"));
  path = join(folder, "a.lock");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe("the lock", () => {
  it("lets one in at a time, and everyone in the end", async () => {
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await nextTurn();
      inside--;
    };
    await Promise.all(
      Array.from({ length: 8 }, () => withExclusiveLock(path, { waitMs: 10_000 }, work)),
    );
    expect(most).toBe(1);
    expect(readdirSync(folder)).toEqual(["a.lock.8"]);
  });

  it("is free again after its work failed", async () => {
    const failing = withExclusiveLock(path, { waitMs: 0 }, () =>
      Promise.reject(new Error("work failed")),
    );
    await expect(failing).rejects.toThrow("work failed");
    expect(await withExclusiveLock(path, { waitMs: 0 }, async () => "in")).toBe("in");
  });

  it("names the living process that holds it too long", async () => {
    const second = withExclusiveLock(path, { waitMs: 10_000 }, () =>
      withExclusiveLock(path, { waitMs: 0 }, async () => "in").catch((error: unknown) => error),
    );
    expect(await second).toBeInstanceOf(LockTimeout);
    expect(await second).toMatchObject({ pid: process.pid });
  });

  it.each([
    [
      "whose process is gone",
      () => ({ pid: spawnSync(process.execPath, ["-e", ""]).pid, since: "x" }),
    ],
    ["whose number a later process has", () => ({ pid: process.pid, since: "an earlier start" })],
  ])("is taken over from an owner %s, by one of many", async (_what, owner) => {
    writeFileSync(`${path}.41`, JSON.stringify({ ...owner(), token: "t" }));
    const order: string[] = [];
    const enter = (name: string) =>
      withExclusiveLock(path, { waitMs: 10_000 }, async () => void order.push(name));
    await Promise.all(["a", "b", "c"].map(enter));
    expect(order.toSorted()).toEqual(["a", "b", "c"]);
    expect(readdirSync(folder)).toEqual(["a.lock.44"]);
  });

  it("is written whole before anybody sees it, with its owner set", async () => {
    const kept: string[] = [];
    const keep = (file: string): void => void kept.push(file);
    await withExclusiveLock(path, { waitMs: 0, keep }, async () => {
      expect(JSON.parse(readFileSync(`${path}.1`, "utf8"))).toMatchObject(identify(process.pid)!);
    });
    expect(kept.every((file) => file.includes(".draft-"))).toBe(true);
    expect(kept).toHaveLength(2);
  });
});

describe("a process's identity", () => {
  it("is that of no later process", () => {
    const self = identify(process.pid)!;
    expect(isAlive(self)).toBe(true);
    expect(isAlive({ ...self, since: `${self.since}1` })).toBe(false);
    expect(identify(spawnSync(process.execPath, ["-e", ""]).pid)).toBeNull();
  });

  it("is not taken for a Postgres server's by its number alone", () => {
    expect(isPostmasterOf(process.pid, folder)).toBe(false);
  });
});
