import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { createShutdown, type ShutdownOptions } from "#core/platform/shutdown";

/** A process that only remembers with which code it was ended. */
class Host extends EventEmitter {
  readonly codes: number[] = [];
  readonly ended: Promise<void>;
  #resolve: () => void = () => undefined;
  constructor() {
    super();
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }
  exit(code: number): void {
    this.codes.push(code);
    this.#resolve();
  }
}

function setup(options: Omit<ShutdownOptions, "process"> = {}) {
  const host = new Host();
  const order: string[] = [];
  const problems: string[] = [];
  const shutdown = createShutdown({
    onProblem: (part, error) => void problems.push(`${part}: ${(error as Error).message}`),
    ...options,
    process: host,
  });
  const add = (name: string): void => shutdown.add(name, async () => void order.push(name));
  return { host, order, problems, shutdown, add };
}

const never = () => new Promise<never>(() => undefined);

describe("shutdown", () => {
  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "on %s ends what started last first, and exits with 0",
    async (signal) => {
      const { host, order, shutdown, add } = setup();
      for (const name of ["database", "queue", "server"]) add(name);
      expect(shutdown.signal.aborted).toBe(false);
      host.emit(signal, signal);
      expect(shutdown.signal.aborted).toBe(true);
      await host.ended;
      expect(order).toEqual(["server", "queue", "database"]);
      expect(host.codes).toEqual([0]);
    },
  );

  it("waits for each part before it ends the next", async () => {
    const { order, shutdown, add } = setup();
    add("database");
    shutdown.add("server", async () => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push("server");
    });
    expect(await shutdown.end()).toBe(0);
    expect(order).toEqual(["server", "database"]);
  });

  it("ends the others when one part fails, and exits with 3", async () => {
    const { host, order, problems, shutdown, add } = setup();
    add("database");
    shutdown.add("queue", () => {
      throw new Error("queue is stuck");
    });
    add("server");
    host.emit("SIGTERM", "SIGTERM");
    await host.ended;
    expect(order).toEqual(["server", "database"]);
    expect(problems).toEqual(["queue: queue is stuck"]);
    expect(host.codes).toEqual([3]);
  });

  it("names the part that does not end in time, and exits with 3", async () => {
    const { host, problems, shutdown } = setup({ graceMs: 10 });
    shutdown.add("queue", never);
    host.emit("SIGTERM", "SIGTERM");
    await host.ended;
    expect(problems).toEqual(["queue: not ended after 10 ms"]);
    expect(host.codes).toEqual([3]);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("exits at once on a second signal: %s", (second, code) => {
    const { host, shutdown } = setup();
    shutdown.add("queue", never);
    host.emit("SIGTERM", "SIGTERM");
    expect(host.codes).toEqual([]);
    host.emit(second, second);
    expect(host.codes).toEqual([code]);
  });

  it("lets a program that is ending by itself finish on the first signal", async () => {
    const { host, order, shutdown, add } = setup();
    add("database");
    const ended = shutdown.end();
    host.emit("SIGINT", "SIGINT");
    expect(host.codes).toEqual([]);
    await ended;
    await host.ended;
    expect(order).toEqual(["database"]);
    expect(host.codes).toEqual([0]);
  });

  it("ends once, however often it is asked, and exits nothing without a signal", async () => {
    const { host, order, shutdown, add } = setup();
    add("database");
    await Promise.all([shutdown.end(), shutdown.end()]);
    await shutdown.end();
    expect(order).toEqual(["database"]);
    expect(host.codes).toEqual([]);
  });

  it("ends a part that was still starting when the end began", async () => {
    const { order, shutdown, add } = setup();
    shutdown.add("starter", () => add("late"));
    await shutdown.end();
    expect(order).toEqual(["late"]);
  });

  it("leaves no listener behind", async () => {
    const { host, shutdown } = setup();
    await shutdown.end();
    expect(host.eventNames()).toEqual([]);
  });
});
