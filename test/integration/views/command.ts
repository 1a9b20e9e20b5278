/** `bin/curfew` as its users run it: a process of its own, told its database and zone, with nothing else of the environment. */
import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";

const COMMAND = fileURLToPath(new URL("../../../bin/curfew", import.meta.url));

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Place {
  readonly directory: string;
  readonly databaseUrl: string;
  readonly zone?: string;
  readonly portalMinutes?: number;
}

export function curfew(place: Place, ...args: string[]): Promise<Ended> {
  const { PATH = "", HOME = "/" } = process.env;
  const env = {
    PATH,
    HOME,
    NO_COLOR: "1",
    TZ: place.zone ?? "UTC",
    ...(place.portalMinutes === undefined
      ? {}
      : { CURFEW_PORTAL_SESSION_MINUTES: String(place.portalMinutes) }),
  };
  const where = ["--data-dir", place.directory, "--database-url", place.databaseUrl];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [COMMAND, ...args, ...where],
      { env, cwd: tmpdir(), maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
