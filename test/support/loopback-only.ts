/** Nothing under test may reach beyond this machine: a connection to any other address fails at once, and names the address. */
import { isIP, Socket } from "node:net";

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3})$/i;

/** The host of a `connect` call in any of its forms; null for a path of this machine. */
function hostOf(args: readonly unknown[]): string | null {
  const first: unknown = Array.isArray(args[0]) ? (args[0] as unknown[])[0] : args[0];
  if (typeof first === "string") return null;
  if (typeof first === "number") return typeof args[1] === "string" ? args[1] : "localhost";
  const { host, path } = first as { host?: string; path?: string };
  return path === undefined ? (host ?? "localhost") : null;
}

type Connect = (this: Socket, ...args: unknown[]) => Socket;
// oxlint-disable-next-line typescript/unbound-method -- called with its socket below
const connect = Socket.prototype.connect as Connect;

Socket.prototype.connect = function guarded(this: Socket, ...args: unknown[]): Socket {
  const host = hostOf(args);
  if (host !== null && !LOOPBACK.test(host)) {
    const kind = isIP(host) === 0 ? "host" : "address";
    throw new Error(`a test may not connect to the ${kind} ${host}: only to this machine`);
  }
  return connect.apply(this, args);
};
