/**
 * The one error class of Curfew, and the one table of what can go wrong.
 * A fault says what is wrong and what would be right in one sentence that may be shown to anyone; what only an operator may see
 * stands in `detail` and `cause`. Expected outcomes are return values, never faults.
 */

/** When the same call may succeed: never with the same input, later by itself, or only after a person changed something. */
export type RetryClass = "never" | "later" | "human";

interface FaultKind {
  /** HTTP status of the API's answer. */
  readonly status: number;
  readonly retry: RetryClass;
  /** Exit code of the command line: 2 the caller's input is wrong, 3 the environment is. */
  readonly exitCode: 2 | 3;
}

const input = (status = 400): FaultKind => ({ status, retry: "never", exitCode: 2 });
const environment = (retry: RetryClass = "human"): FaultKind => ({
  status: 503,
  retry,
  exitCode: 3,
});

/** Every code there is. The key is stable: callers, logs and runbooks refer to it. */
export const FAULTS = {
  "input.invalid": input(),
  "input.no-such-file": input(),
  "input.unreadable-file": input(),
  "input.not-cloudtrail": input(),
  "input.broken-gzip": input(),
  "input.too-large": input(413),
  "input.unknown-person": input(404),
  "input.unknown-event": input(404),
  "input.unknown-session": input(404),
  "input.unknown-permission-set": input(404),
  "input.unknown-store": input(404),
  "config.invalid": { ...environment(), exitCode: 2 as const },
  "config.unknown-setting": { ...environment(), exitCode: 2 as const },
  "data-directory.other-kind": environment(),
  "data-directory.no-permission": environment(),
  "data-directory.unsound": environment(),
  "postgres.no-package": environment(),
  "postgres.unreachable": environment("later"),
  "postgres.start-failed": environment(),
  "postgres.newer-schema": environment(),
  "postgres.migration-failed": environment(),
  "redis.unreachable": environment("later"),
  "redis.unsafe-eviction": environment(),
  "port.in-use": environment(),
  "node.too-old": environment(),
  "aws.not-configured": environment(),
  "aws.account-mismatch": environment(),
  "aws.unreachable": environment("later"),
  "aws.denied": environment(),
  "aws.throttled": environment("later"),
  "aws.unexpected": environment("later"),
  "aws.broken-listing": environment("later"),
  "bucket.missing": environment(),
  "bucket.other-region": environment(),
  "queue.missing": environment(),
  "queue.foreign": environment(),
  "trail.absent": environment(),
  "trail.not-logging": environment(),
  "trail.no-read-events": environment(),
  "trail.no-write-events": environment(),
  "trail.single-region": environment(),
  "trail.not-organization": environment(),
  "clock.off": environment(),
  "trail.unreadable": environment(),
  "snapshot.running": { status: 409, retry: "later", exitCode: 3 },
  "policy.unreadable": input(),
  "snapshot.none": { status: 409, retry: "human", exitCode: 3 },
  "revoke.forbidden": { status: 409, retry: "human", exitCode: 2 },
  "revoke.not-found": input(404),
  "revoke.state": { status: 409, retry: "never", exitCode: 2 },
  "deny-policy.foreign-edit": { status: 409, retry: "human", exitCode: 3 },
  "deny-policy.full": { status: 409, retry: "human", exitCode: 3 },
  "api.unauthenticated": input(401),
  "api.forbidden": input(403),
  "api.not-found": input(404),
  "api.method-not-allowed": input(405),
  "api.too-many-requests": { status: 429, retry: "later", exitCode: 2 },
  "api.payload-too-large": input(413),
  "api.unsupported-media-type": input(415),
  "api.idempotency-key-missing": input(400),
  "api.idempotency-key-reused": input(422),
  "api.idempotency-in-progress": { status: 409, retry: "later", exitCode: 2 },
  "internal.bug": { status: 500, retry: "human", exitCode: 3 },
} as const satisfies Record<string, FaultKind>;

/** `area.problem`, stable. */
export type FaultCode = keyof typeof FAULTS;

/** An operation could not be done. `message` is public: one sentence, what is wrong and what would be right. */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly code: FaultCode;
  /** For operators only: never answered over the API. */
  readonly detail: Readonly<Record<string, unknown>>;

  constructor(
    code: FaultCode,
    message: string,
    options: { detail?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = Object.freeze({ ...options.detail });
  }

  get status(): number {
    return FAULTS[this.code].status;
  }

  get retry(): RetryClass {
    return FAULTS[this.code].retry;
  }

  get exitCode(): 2 | 3 {
    return FAULTS[this.code].exitCode;
  }
}
