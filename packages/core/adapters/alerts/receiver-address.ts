/**
 * Decides which address a webhook may reach, and hands back the very address that was checked, so that the connection cannot go
 * to another one that a second lookup would give (DNS rebinding). A name is refused whole when any of its addresses is forbidden.
 */
import { lookup } from "node:dns/promises";
import ipaddr from "ipaddr.js";

export interface ReceiverAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Every address of a host name; rejects when it has none. */
export type Resolve = (hostname: string) => Promise<readonly ReceiverAddress[]>;

export const resolveBySystem: Resolve = async (hostname) => {
  const found = await lookup(hostname, { all: true, verbatim: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
};

/** Public by number, but answered by the host's platform: Azure's WireServer (Microsoft Learn: What is IP address 168.63.129.16). */
const PLATFORM_ADDRESSES = new Set(["168.63.129.16"]);

/** The text between the brackets of an IPv6 host, or the host. */
function bare(hostname: string): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}

/** True for `localhost` and loopback addresses written out: what an operator can only have meant. */
export function isLoopbackHost(hostname: string): boolean {
  const host = bare(hostname);
  return (
    host === "localhost" || (ipaddr.isValid(host) && ipaddr.process(host).range() === "loopback")
  );
}

function forbidden(address: string, mayBeLoopback: boolean): string | null {
  if (!ipaddr.isValid(address)) return `${address} is no IP address`;
  const range = ipaddr.process(address).range();
  if (mayBeLoopback) return range === "loopback" ? null : `${address} is not a loopback address`;
  if (range !== "unicast") return `${address} is not a public address (${range})`;
  return PLATFORM_ADDRESSES.has(address) ? `${address} belongs to the platform` : null;
}

/**
 * The address to connect to, or why there is none. `localhost` may only be loopback, every other host only a public unicast
 * address: private, link-local, metadata, carrier-grade, mapped and documentation ranges are refused.
 */
export async function checkedAddress(
  hostname: string,
  resolve: Resolve,
): Promise<ReceiverAddress | { readonly refused: string }> {
  const host = bare(hostname);
  const found = ipaddr.isValid(host)
    ? [{ address: host, family: host.includes(":") ? (6 as const) : (4 as const) }]
    : await resolve(host);
  const mayBeLoopback = isLoopbackHost(hostname);
  const [first] = found;
  if (first === undefined) return { refused: `${hostname} has no address` };
  const problem = found
    .map(({ address }) => forbidden(address, mayBeLoopback))
    .find((reason) => reason !== null);
  return problem === undefined ? first : { refused: `${hostname}: ${problem}` };
}
