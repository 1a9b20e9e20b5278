/**
 * Tells whether a process that wrote its identity into a file is still the same, living process.
 * A process number alone is not enough: numbers are reused, in containers within seconds, so the start time is compared too.
 * Guaranteed on one machine in one process namespace; a process elsewhere that shares the folder counts as gone.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process number and an opaque text that differs for every later process with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly since: string;
}

const ON_LINUX = process.platform === "linux";

/** Start time in clock ticks and the boot it counts from, or null when the process is gone or only awaits its parent. */
function linuxSince(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The command name may hold spaces and brackets; the fields behind the last bracket are fixed (proc_pid_stat(5)).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const state = fields[0];
    if (state === "Z" || state === "X") return null;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    return `${boot}:${fields[19]}`;
  } catch {
    return null;
  }
}

function psField(pid: number, field: string): string | null {
  try {
    const text = execFileSync("ps", ["-o", `${field}=`, "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      env: { PATH: "/bin:/usr/bin", LC_ALL: "C" },
    }).trim();
    return text === "" ? null : text;
  } catch {
    return null;
  }
}

function sinceOf(pid: number): string | null {
  return ON_LINUX ? linuxSince(pid) : psField(pid, "lstart");
}

/** The identity of a living process, or null when there is none with that number. */
export function identify(pid: number): ProcessIdentity | null {
  const since = sinceOf(pid);
  return since === null ? null : { pid, since };
}

/** True while exactly this process lives; a later process with the same number is not it. */
export function isAlive(identity: ProcessIdentity): boolean {
  return sinceOf(identity.pid) === identity.since;
}

/**
 * True when the living process `pid` is a Postgres server of the cluster at `location`. A number out of an old `postmaster.pid` may
 * belong to any program by now, and Postgres itself would then refuse to start.
 */
export function isPostmasterOf(pid: number, location: string): boolean {
  if (sinceOf(pid) === null) return false;
  if (!ON_LINUX) return psField(pid, "command")?.includes(location) ?? false;
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return words.includes(location) && (words[0]?.endsWith("postgres") ?? false);
  } catch {
    return false;
  }
}
