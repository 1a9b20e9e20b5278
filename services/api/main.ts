/**
 * Starts the API on a host and port and stops it again. Guarantees that it answers when the start resolves, and that requests that were
 * begun are answered before the stop resolves. It opens nothing else: database and queue are handed in and stay open.
 */
import { Fault } from "#core/domain/fault";
import { forgetKeys } from "#core/adapters/postgres/idempotency";
import { DAY, HOUR, instant, plus } from "#core/domain/time";
import type { ApiDependencies } from "./dependencies.ts";
import { buildServer } from "./server.ts";

export { ensureOperatorToken } from "./auth/issue-token.ts";

export interface ApiSettings {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
}

export interface RunningApi {
  /** `http://127.0.0.1:8580`, with the port that was taken. */
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Fault: `port.in-use` when another process listens there, or the port is not allowed. */
export async function startApi(
  dependencies: ApiDependencies,
  { host, port }: ApiSettings,
): Promise<RunningApi> {
  const app = await buildServer(dependencies);
  try {
    await app.listen({ host, port });
  } catch (cause) {
    await app.close();
    throw refusal(cause, host, port);
  }
  const forgetting = setInterval(() => forgetOldKeys(dependencies), HOUR);
  const address = app.server.address();
  const taken = typeof address === "object" && address !== null ? address.port : port;
  const shownHost = host.includes(":") ? `[${host}]` : host;
  return {
    url: `http://${shownHost}:${taken}`,
    port: taken,
    async stop() {
      clearInterval(forgetting);
      await app.close();
    },
  };
}

/** A caller that repeats itself does so within minutes: after a day a key only takes room. */
function forgetOldKeys({ database, clock, log }: ApiDependencies): void {
  const before = plus(instant(clock.now()), -DAY);
  forgetKeys(database.pool, before).then(
    (count) => log.debug("api.keys-forgotten", { count }),
    (error: unknown) => log.warn("api.keys-forgotten", {}, error),
  );
}

function refusal(cause: unknown, host: string, port: number): Fault {
  const code = (cause as { code?: string }).code;
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: "is in use by another process",
    EACCES: "may not be taken by this user",
    EADDRNOTAVAIL: "is at an address that this machine does not have",
  };
  const reason = reasons[code ?? ""] ?? "cannot be listened on";
  return new Fault(
    "port.in-use",
    `Port ${port} on ${host} ${reason}: give another one with --port, or --port 0 for any free one.`,
    { cause },
  );
}
