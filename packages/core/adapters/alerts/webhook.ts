/**
 * Sends alerts to one HTTPS receiver, signed as Standard Webhooks asks. It reaches only addresses that were checked on this very
 * attempt, follows no redirect, reads nothing of the answer but status and Retry-After, and gives up after ten seconds.
 * It keeps no state and never throws for what the receiver does.
 */
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { LookupFunction } from "node:net";
import { Fault } from "../../domain/fault.ts";
import type { AlertMessage, AlertSink, SendOutcome } from "../../ports/alert-sink.ts";
import {
  checkedAddress,
  isLoopbackHost,
  resolveBySystem,
  type ReceiverAddress,
  type Resolve,
} from "./receiver-address.ts";
import { signedHeaders, signingKey } from "./signature.ts";

const TIME_LIMIT = 10_000;

export interface WebhookOptions {
  /** Name under which deliveries are filed; stays when the address changes. */
  readonly channel: string;
  readonly url: string;
  /** One or more `whsec_…`: all sign while receivers move from one to the next. */
  readonly secrets: readonly string[];
  readonly timeLimitMilliseconds?: number;
  /** How names are resolved; the system's way unless a test plays a hostile one. */
  readonly resolve?: Resolve;
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

function receiverUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const loopback = url !== null && isLoopbackHost(url.hostname);
  if (url === null || !(url.protocol === "https:" || (url.protocol === "http:" && loopback))) {
    throw new Fault(
      "config.invalid",
      "A webhook address has to be an https URL; http is for localhost only.",
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new Fault(
      "config.invalid",
      "A webhook address must not carry a user name or password: the signature proves the sender.",
    );
  }
  return url;
}

/** Milliseconds that a Retry-After asks for (RFC 9110 §10.2.3: seconds or a date); null when it says nothing usable. */
export function retryAfterMilliseconds(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) || date <= now ? null : date - now;
}

/** Posts to the checked address; the name stays in Host and in the certificate's check. Rejects on any transport failure. */
function post(
  url: URL,
  address: ReceiverAddress,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<Answer> {
  const pinned: LookupFunction = (_hostname, options, done) => {
    if (options.all === true) done(null, [{ ...address }]);
    else done(null, address.address, address.family);
  };
  const send = url.protocol === "https:" ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    // Without an agent of its own a kept-alive connection to an address that was checked earlier could be used again.
    const request = send(
      url,
      { method: "POST", headers, lookup: pinned, agent: false, signal },
      (response) => {
        resolve({ status: response.statusCode ?? 0, retryAfter: response.headers["retry-after"] });
        response.on("error", () => undefined).destroy();
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

function outcomeOf({ status, retryAfter }: Answer, now: number): SendOutcome {
  if (status >= 200 && status < 300) return { outcome: "delivered" };
  if (status === 410)
    return { outcome: "dead", reason: "the receiver answered 410: it is gone for good" };
  if (status >= 300 && status < 400) {
    return {
      outcome: "refused",
      reason: `the receiver answered ${status}, and redirects are not followed`,
    };
  }
  const wait = retryAfterMilliseconds(retryAfter, now);
  const reason = `the receiver answered ${status}`;
  return wait === null
    ? { outcome: "refused", reason }
    : { outcome: "refused", reason, retryAfterMilliseconds: wait };
}

/** Fault `config.invalid` for an address or secret that could never work. */
export function webhookSink(options: WebhookOptions): AlertSink {
  const url = receiverUrl(options.url);
  if (options.secrets.length === 0)
    throw new Fault("config.invalid", "A webhook needs at least one secret, whsec_ and base64.");
  const keys = options.secrets.map(signingKey);
  const { resolve = resolveBySystem, timeLimitMilliseconds = TIME_LIMIT } = options;

  async function attempt(
    message: AlertMessage,
    now: number,
    signal: AbortSignal,
  ): Promise<SendOutcome> {
    const address = await checkedAddress(url.hostname, resolve);
    if ("refused" in address) return { outcome: "refused", reason: address.refused };
    const body = JSON.stringify(message.payload);
    const headers = {
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(body)),
      "user-agent": "curfew-webhook/1",
      ...signedHeaders(keys, message.id, now, body),
    };
    return outcomeOf(await post(url, address, headers, body, signal), now);
  }

  return {
    channel: options.channel,
    async send(message, now) {
      const limit = AbortSignal.timeout(timeLimitMilliseconds);
      // A lookup cannot be aborted: the limit is raced against the whole attempt.
      const late = new Promise<SendOutcome>((done) => {
        limit.addEventListener("abort", () =>
          done({
            outcome: "refused",
            reason: `no answer within ${timeLimitMilliseconds / 1000} seconds`,
          }),
        );
      });
      const sent = attempt(message, now, limit).catch((error: unknown): SendOutcome => ({
        outcome: "refused",
        reason: `the receiver could not be reached: ${error instanceof Error ? error.message : String(error)}`,
      }));
      return Promise.race([late, sent]);
    },
  };
}
