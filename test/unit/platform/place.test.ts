import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findServerPackage, runnableBinaries } from "#core/platform/postgres/binaries";
import { mayEnter, placeOf, prepareDataDirectory } from "#core/platform/postgres/place";

const AS_ROOT = process.getuid?.() === 0;
const NOBODY = { uid: 65534, gid: 65534 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "curfew-place-"));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("whether a user may enter", () => {
  it.each([
    [0o755, true],
    [0o711, true],
    [0o700, false],
    [0o754, false],
    [0o010, false],
  ])("a folder of another's with mode %o: %s", (mode, expected) => {
    chmodSync(folder, mode);
    expect(mayEnter(folder, NOBODY)).toBe(expected);
    chmodSync(folder, 0o700);
  });

  it("depends on every folder above", () => {
    const inner = join(folder, "closed", "open");
    mkdirSync(inner, { recursive: true });
    expect(mayEnter(inner, NOBODY)).toBe(true);
    chmodSync(join(folder, "closed"), 0o700);
    expect(mayEnter(inner, NOBODY)).toBe(false);
  });

  it.runIf(AS_ROOT)("follows the group's permission for a member, even against the others'", () => {
    chownSync(folder, 0, NOBODY.gid);
    chmodSync(folder, 0o710);
    expect(mayEnter(folder, NOBODY)).toBe(true);
    chmodSync(folder, 0o701);
    expect(mayEnter(folder, NOBODY)).toBe(false);
  });

  it("is no question for the user of this process", () => {
    expect(mayEnter(folder, null)).toBe(true);
  });
});

describe("the place of a cluster", () => {
  it("does not change with the name a link gives the data directory", () => {
    const data = prepareDataDirectory(join(folder, "data"));
    symlinkSync(data, join(folder, "link"));
    expect(placeOf(prepareDataDirectory(join(folder, "link")))).toEqual(placeOf(data));
  });

  it("leaves the permissions of an existing data directory alone", () => {
    mkdirSync(join(folder, "mine"), { mode: 0o750 });
    prepareDataDirectory(join(folder, "mine"));
    expect(statSync(join(folder, "mine")).mode & 0o777).toBe(0o750);
  });

  it.runIf(AS_ROOT)(
    "is refused when the cluster inside can no longer be entered by its user",
    () => {
      const data = prepareDataDirectory(join(folder, "data"));
      mkdirSync(join(data, "postgres"));
      chownSync(join(data, "postgres"), NOBODY.uid, NOBODY.gid);
      chmodSync(data, 0o700);
      expect(() => placeOf(data)).toThrow(
        /runs as uid 65534, which may no longer enter that folder/,
      );
    },
  );
});

describe("the server's binaries", () => {
  it("are refused in one sentence that names DATABASE_URL where no package exists", () => {
    expect(() => findServerPackage("sunos", "x64")).toThrow(
      expect.objectContaining({
        code: "postgres.no-package",
        message: expect.stringMatching(
          /^There is no built-in Postgres for sunos on x64 .*: set DATABASE_URL/,
        ),
      }),
    );
  });

  /** A package without its links, as an install without scripts leaves it. */
  function bare(): { folder: string; version: string } {
    const root = join(folder, "package");
    mkdirSync(join(root, "native", "bin"), { recursive: true });
    mkdirSync(join(root, "native", "lib", "pkgconfig"), { recursive: true });
    mkdirSync(join(root, "native", "share"));
    for (const file of ["bin/postgres", "bin/initdb", "lib/libx.so.1.2", "lib/libx.a"]) {
      writeFileSync(join(root, "native", file), file);
    }
    const links = [{ source: "native/lib/libx.so.1.2", target: "native/lib/libx.so.1" }];
    writeFileSync(join(root, "native", "pg-symlinks.json"), JSON.stringify(links));
    return { folder: root, version: "1.2.3" };
  }

  const placeFor = (user: typeof NOBODY | null) => {
    const dataDirectory = prepareDataDirectory(join(folder, "data"));
    return { dataDirectory, location: join(dataDirectory, "postgres"), user, inside: true };
  };

  it("get the library links that installing without scripts leaves out", () => {
    const from = bare();
    expect(runnableBinaries(placeFor(null), from)).toBe(join(from.folder, "native", "bin"));
    expect(runnableBinaries(placeFor(null), from)).toBe(join(from.folder, "native", "bin"));
    expect(readlinkSync(join(from.folder, "native", "lib", "libx.so.1"))).toBe("libx.so.1.2");
  });

  it("are copied, with links and without static libraries, when their user cannot enter the package", () => {
    const from = bare();
    chmodSync(from.folder, 0o700);
    const place = placeFor({ uid: 12345, gid: 12345 });
    const bin = runnableBinaries(place, from);
    expect(bin).toMatch(new RegExp(`^${place.dataDirectory}/postgres-1\\.2\\.3-.*/native/bin$`));
    const copy = join(bin, "..");
    expect(lstatSync(join(copy, "lib", "libx.so.1")).isSymbolicLink()).toBe(true);
    expect([
      existsSync(join(copy, "lib", "libx.a")),
      existsSync(join(copy, "lib", "pkgconfig")),
    ]).toEqual([false, false]);
    expect(statSync(join(copy, "..")).mode & 0o777).toBe(0o755);
    expect(runnableBinaries(place, from)).toBe(bin);
  });
});
