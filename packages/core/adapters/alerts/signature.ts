/**
 * Signs a message as Standard Webhooks 1 asks: HMAC-SHA256 over `id.timestamp.body`, one signature for each secret, so that a
 * receiver may hold the old or the new one while secrets are exchanged. It does not say how secrets are kept.
 */
import { createHmac } from "node:crypto";
import { Fault } from "../../domain/fault.ts";

const PREFIX = "whsec_";
/** Standard Webhooks: keys are 24 to 64 bytes. */
const [SHORTEST, LONGEST] = [24, 64];

/** The bytes of `whsec_<base64>`. Fault `config.invalid`, without the secret in it, for anything else. */
export function signingKey(secret: string): Buffer {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : "";
  const key = Buffer.from(text, "base64");
  const whole =
    /^[A-Za-z0-9+/]+={0,2}$/.test(text) &&
    key.toString("base64").replace(/=+$/, "") === text.replace(/=+$/, "");
  if (!whole || key.length < SHORTEST || key.length > LONGEST) {
    throw new Fault(
      "config.invalid",
      `A webhook secret has to be whsec_ followed by ${SHORTEST} to ${LONGEST} bytes in base64.`,
    );
  }
  return key;
}

/** Headers of one attempt. `now` in epoch milliseconds; receivers refuse what is more than five minutes off. */
export function signedHeaders(
  keys: readonly Buffer[],
  id: string,
  now: number,
  body: string,
): Readonly<Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>> {
  const timestamp = String(Math.floor(now / 1000));
  const signatures = keys.map(
    (key) =>
      `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`,
  );
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}
