/**
 * P11 as a report: `lookup.ts` runs in a process of its own, because it sets the SDK's environment, and is compared with a limit of AWS
 * instead of another way.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Progress, Report } from "./report.ts";

const run = promisify(execFile);
const LOOKUP = fileURLToPath(new URL("lookup.ts", import.meta.url));

export async function benchLookup(seconds: number, say: Progress): Promise<Report> {
  say(`reading LookupEvents for ${seconds} s`);
  const args = ["--import", "tsx", LOOKUP, "--seconds", String(seconds), "--json"];
  const { stdout } = await run(process.execPath, args, {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
  });
  const outcome = JSON.parse(stdout) as {
    readonly share: number;
    readonly requests: number;
    readonly throttled: number;
    readonly highestPerSecond: number;
    readonly eventsPerSecond: number;
  };
  const { share, requests, throttled, highestPerSecond, eventsPerSecond } = outcome;
  return {
    name: "LookupEvents against the rate that AWS allows",
    size: `${seconds} s, 2 requests a second allowed`,
    findings: [
      {
        goal: "P11",
        what: "requests by those allowed",
        value: share,
        unit: "share",
        target: "0.95 to 1",
        met: share >= 0.95 && share <= 1.005,
      },
      {
        goal: "P11",
        what: "most requests in any second at the server",
        value: highestPerSecond,
        unit: "count",
        target: "≤ 2",
        met: highestPerSecond <= 2,
      },
    ],
    figures: [
      `${requests} requests, ${throttled} throttled, ${eventsPerSecond.toFixed(0)} events/s`,
    ],
  };
}
