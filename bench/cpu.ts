/**
 * What a run costs the processors, beside the time it takes: microseconds of this process, and of all processes of a Postgres cluster. Two
 * sides that share the cores with others can be compared by it. Read from /proc, so on Linux alone; elsewhere the cluster costs `NaN`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Microseconds since a process began. */
export interface Cpu {
  readonly node: number;
  readonly postgres: number;
}

/** `getconf CLK_TCK` is 100 on Linux of every architecture that Node runs on. */
const MICROSECONDS_A_TICK = 10_000;

export class CpuMeter {
  readonly #postmaster: number;

  constructor(cluster: string) {
    this.#postmaster = postmasterOf(cluster);
  }

  now(): Cpu {
    const { user, system } = process.cpuUsage();
    return { node: user + system, postgres: this.#postgres() };
  }

  /** The postmaster's own time, that of its children which have ended, and of those which live. */
  #postgres(): number {
    if (process.platform !== "linux" || Number.isNaN(this.#postmaster)) return Number.NaN;
    let ticks = 0;
    for (const name of readdirSync("/proc")) {
      const pid = Number(name);
      if (Number.isNaN(pid)) continue;
      const stat = statOf(pid);
      if (stat === null) continue;
      if (pid === this.#postmaster) ticks += stat.own + stat.ended;
      else if (stat.parent === this.#postmaster) ticks += stat.own;
    }
    return ticks * MICROSECONDS_A_TICK;
  }
}

export function between(from: Cpu, to: Cpu): Cpu {
  return { node: to.node - from.node, postgres: to.postgres - from.postgres };
}

/** The folder of the server's files holds its process id, wherever in the cluster's folder it lies. */
function postmasterOf(cluster: string): number {
  const found = readdirSync(cluster, { recursive: true }).find((name) =>
    String(name).endsWith("postmaster.pid"),
  );
  if (found === undefined) return Number.NaN;
  return Number(readFileSync(join(cluster, String(found)), "utf8").split("\n", 1)[0]);
}

function statOf(pid: number): { parent: number; own: number; ended: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in parentheses, may hold spaces. Behind it: state, parent, ... utime, stime, cutime, cstime (proc(5)).
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const [user, system, userOfEnded, systemOfEnded] = fields.slice(11, 15).map(Number) as [
      number,
      number,
      number,
      number,
    ];
    return { parent: Number(fields[1]), own: user + system, ended: userOfEnded + systemOfEnded };
  } catch {
    return null;
  }
}
