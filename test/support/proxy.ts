/**
 * A TCP proxy on loopback that stands before Postgres, reads its frames and acts at a chosen one: passes it late, cuts the connection, or
 * holds everything back from there on, so that the connection is half open. Guarantees that a frame is passed whole or not at all, and
 * in order. It understands unencrypted connections only, and changes no frame.
 */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** `pass` it; `cut` both ends before it; `hold` it and all that follows in its direction. */
export type Verdict = "pass" | "cut" | "hold";

export interface Frame {
  /** Type byte of the protocol (PostgreSQL: Message Formats); empty for the first message of a connection. */
  readonly type: string;
  /** The statement that is asked or answered: the last simple query or parse of this connection, in lower case. */
  readonly statement: string;
  /** Numbers the connections in the order of their coming. */
  readonly connection: number;
}

/** Decides on every frame. Later frames of the same direction wait for its answer. */
export interface Watcher {
  asked?(frame: Frame): Verdict | Promise<Verdict>;
  answered?(frame: Frame): Verdict | Promise<Verdict>;
}

export interface Proxy {
  /** The database's URL by way of this proxy. */
  readonly url: string;
  /** Connections that are open now. */
  connections(): number;
  /** Another watcher for all frames from now on; null passes everything. */
  watch(watcher: Watcher | null): void;
  /** Cuts every open connection. */
  cutAll(): void;
  close(): Promise<void>;
}

interface Message {
  readonly type: string;
  readonly bytes: Buffer;
}

/** Cuts a stream of bytes into messages: a type byte, but for the first one of a client, and a length that counts itself. */
class Messages {
  #held: Buffer = Buffer.alloc(0);
  #untyped: boolean;

  constructor(firstIsUntyped: boolean) {
    this.#untyped = firstIsUntyped;
  }

  *push(chunk: Buffer): Generator<Message> {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    for (;;) {
      const head = this.#untyped ? 0 : 1;
      if (this.#held.length < head + 4) return;
      const end = head + this.#held.readUInt32BE(head);
      if (this.#held.length < end) return;
      const type = head === 0 ? "" : String.fromCharCode(this.#held[0]!);
      this.#untyped = false;
      yield { type, bytes: this.#held.subarray(0, end) };
      this.#held = this.#held.subarray(end);
    }
  }
}

/** Text of a simple query or of a parse, whose text follows the statement's name; null for other messages. */
function statementOf({ type, bytes }: Message): string | null {
  if (type === "Q")
    return bytes
      .toString("utf8", 5, bytes.length - 1)
      .trim()
      .toLowerCase();
  if (type !== "P") return null;
  const start = bytes.indexOf(0, 5) + 1;
  return bytes.toString("utf8", start, bytes.indexOf(0, start)).trim().toLowerCase();
}

/** Stands before the database of this URL. */
export async function openProxy(databaseUrl: string): Promise<Proxy> {
  const target = new URL(databaseUrl);
  const pairs = new Set<readonly [Socket, Socket]>();
  let watcher: Watcher | null = null;
  let count = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    const pair = [client, upstream] as const;
    // Frames go out one by one: without this each would wait for the acknowledgement of the one before.
    for (const socket of pair) socket.setNoDelay(true);
    const connection = (count += 1);
    let statement = "";
    pairs.add(pair);
    // What is held back stays open on the other side until it is cut.
    const forget = () => (pair.every((socket) => socket.closed) ? pairs.delete(pair) : false);
    for (const socket of pair) socket.on("close", forget);
    const cut = () => {
      for (const socket of pair) socket.destroy();
      pairs.delete(pair);
    };
    carry(client, upstream, new Messages(true), cut, (message) => {
      statement = statementOf(message) ?? statement;
      return watcher?.asked?.({ type: message.type, statement, connection }) ?? "pass";
    });
    carry(upstream, client, new Messages(false), cut, ({ type }) => {
      return watcher?.answered?.({ type, statement, connection }) ?? "pass";
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as { port: number }).port);
  const cutAll = () => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
    pairs.clear();
  };
  return {
    url: url.href,
    connections: () => pairs.size,
    watch: (other) => void (watcher = other),
    cutAll,
    close: async () => {
      cutAll();
      server.close();
      await once(server, "close");
    },
  };
}

/** One direction. What was passed reaches the other end although this end dies right after. */
function carry(
  from: Socket,
  to: Socket,
  messages: Messages,
  cut: () => void,
  decide: (message: Message) => Verdict | Promise<Verdict>,
): void {
  let order = Promise.resolve();
  let held = false;
  const pass = async (message: Message) => {
    if (held) return;
    const verdict = await decide(message);
    if (verdict === "cut") cut();
    else if (verdict === "hold") held = true;
    else if (!to.destroyed) to.write(message.bytes);
  };
  from.on("data", (chunk: Buffer) => {
    for (const message of messages.push(chunk)) order = order.then(() => pass(message));
  });
  from.on("error", () => undefined);
  from.on("close", () => void order.then(() => (held ? undefined : to.end())));
  to.on("close", () => from.destroy());
}
