/**
 * One wide JSON line a unit of work, to stderr. Guarantees that only the fields listed here are written, each of a plain kind and bounded length, and
 * that what looks like a credential is masked even inside an allowed field. A log is no audit record: it may be lost, and proves nothing.
 */
import { inspect } from "node:util";
import pino from "pino";
import { Fault } from "#core/domain/fault";
import type { LogLevel } from "./settings.ts";

/** Fields a line may have: ids, counts, durations, outcomes. Names of people, addresses and record contents are not among them. */
const FIELDS = {
  work: [
    "outcome",
    "durationMs",
    "attempt",
    "retryInMs",
    "lagMs",
    "count",
    "counts",
    "state",
    "kind",
    "reason",
    "mechanism",
  ],
  activity: [
    "requestId",
    "jobId",
    "queue",
    "sourceId",
    "accountId",
    "region",
    "eventId",
    "snapshotId",
    "tokenId",
    "actorId",
  ],
  subject: [
    "userId",
    "sessionId",
    "findingId",
    "ruleId",
    "alertId",
    "deliveryId",
    "revocationId",
    "stepId",
    "reviewId",
    "reportId",
  ],
  receipt: [
    "files",
    "records",
    "appended",
    "duplicates",
    "ignored",
    "undecodable",
    "people",
    "sessions",
    "findings",
  ],
  change: ["opened", "refreshed", "resolved", "applied"],
  reading: ["from", "to", "position", "apiCalls", "calls", "throttled", "bytes"],
  process: [
    "method",
    "route",
    "status",
    "host",
    "port",
    "engine",
    "location",
    "version",
    "signal",
    "exitCode",
    "part",
  ],
} as const;

export type LogField = (typeof FIELDS)[keyof typeof FIELDS][number];
type Plain = string | number | boolean | null | undefined;
export type LogFields = {
  readonly [F in LogField]?: Plain | readonly Plain[] | Readonly<Record<string, number>>;
};

/** `event` names the unit of work (`area.verb`). An error adds its code, its words and, when it is no Fault, where it came from. */
export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields, error?: unknown): void;
  error(event: string, fields?: LogFields, error?: unknown): void;
}

const ALLOWED: ReadonlySet<string> = new Set(Object.values(FIELDS).flat());
const LONGEST = 500;

const CREDENTIALS: readonly [RegExp, string][] = [
  [/eyJ[\w-]{8,}\.[\w-]+\.?[\w-]*/g, "[token]"],
  [/\bBearer\s+\S+/gi, "Bearer [token]"],
  [/whsec_[\w+/=]+/g, "[secret]"],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, "[access key]"],
  // user and password of a URL
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi, "$1[secret]@"],
  [/\b(password|secret|token)(["']?\s*[=:]\s*["']?)[^\s"',;&]+/gi, "$1$2[secret]"],
];

function masked(text: string): string {
  // Masked before it is cut: half a token would no longer look like one. The first cut only bounds the work.
  const whole = CREDENTIALS.reduce(
    (rest, [pattern, shown]) => rest.replace(pattern, shown),
    text.slice(0, 20_000),
  );
  return whole.length > LONGEST ? `${whole.slice(0, LONGEST)}…` : whole;
}

function plain(value: unknown): unknown {
  if (typeof value === "string") return masked(value);
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  if (Array.isArray(value))
    return value.slice(0, 50).map((item) => (typeof item === "object" ? null : plain(item)));
  if (typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, number]) => typeof number === "number")
        .slice(0, 50),
    );
  }
  return undefined;
}

function onlyAllowed(fields: LogFields): Record<string, unknown> {
  const kept = Object.entries(fields).filter(
    ([name, value]) => ALLOWED.has(name) && value !== undefined,
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, plain(value)]));
}

function aboutError(error: unknown): Record<string, unknown> {
  if (error === undefined) return {};
  if (!(error instanceof Error))
    return { error: masked(typeof error === "string" ? error : inspect(error, { depth: 0 })) };
  const cause = error.cause instanceof Error ? { cause: masked(error.cause.message) } : {};
  if (error instanceof Fault) return { code: error.code, error: masked(error.message), ...cause };
  return {
    code: "internal.bug",
    error: masked(error.message),
    ...cause,
    stack: masked(stackOf(error)),
  };
}

/** The frames without the message, which may be long and is given already. */
function stackOf(error: Error): string {
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return frames
    .slice(0, 6)
    .map((line) => line.trim())
    .join(" < ");
}

/**
 * A logger whose lines name `service`. Lines below `level` are not made. `destination` takes each finished line; without it they go to stderr,
 * synchronously, so that the last line before an exit is not lost.
 */
export function createLogger(options: {
  service: string;
  level: LogLevel;
  destination?: { write(line: string): void };
}): Logger {
  const target = options.destination ?? pino.destination({ fd: 2, sync: true });
  const lines = pino(
    {
      level: options.level,
      base: { service: options.service },
      messageKey: "event",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    target,
  );
  const write =
    (level: "debug" | "info" | "warn" | "error") =>
    (event: string, fields: LogFields = {}, error?: unknown): void => {
      if (lines.isLevelEnabled(level))
        lines[level]({ ...onlyAllowed(fields), ...aboutError(error) }, event);
    };
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}
