/**
 * Ends a service in order: what was started last ends first, each part is waited for, and the whole takes a bounded time.
 * The first SIGTERM, SIGINT or SIGHUP begins it; a second one ends the process at once. A part that fails does not keep the others from
 * ending. It cannot help against SIGKILL: everything has to survive that anyway.
 */
import type { EventEmitter } from "node:events";
import { constants } from "node:os";

/** Ended in order, at somebody's wish. */
const DONE = 0;
/** A part failed to end, or took too long. */
const NOT_DONE = 3;

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
type EndingSignal = (typeof SIGNALS)[number];

export interface Shutdown {
  /** Aborted when the end begins: loops and long waits watch it. */
  readonly signal: AbortSignal;
  /** Registers a part; parts end in the reverse order of registration. A part registered during the end is ended as well. */
  add(part: string, end: () => unknown): void;
  /** Begins the end, or waits for the one that began. Resolves with the exit code once every part has ended or the time is up. */
  end(): Promise<0 | 3>;
}

export interface ShutdownOptions {
  /** Time for all parts together, in milliseconds. Container platforms usually kill after 30 s. */
  readonly graceMs?: number;
  /** Told about each part that failed, or that had not ended in time. */
  readonly onProblem?: (part: string, error: unknown) => void;
  /** Where the signals come from and who ends the process: of a service, the process itself. */
  readonly process?: Pick<EventEmitter, "on" | "off"> & { exit(code: number): void };
}

interface Part {
  readonly name: string;
  readonly end: () => unknown;
}

async function endAll(
  parts: Part[],
  problem: (part: string, error: unknown) => void,
): Promise<boolean> {
  let sound = true;
  for (let part = parts.at(-1); part !== undefined; part = parts.at(-1)) {
    try {
      await part.end();
    } catch (error) {
      sound = false;
      problem(part.name, error);
    }
    parts.splice(parts.indexOf(part), 1);
  }
  return sound;
}

/** Waits for `work`, at most `ms`; false when the time was up. The timer does not keep the process alive. */
async function within(ms: number, work: Promise<boolean>): Promise<boolean | "late"> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Listens for the signals from now on. After a signal the process exits by itself with 0, or 3 when a part failed or was late; a
 * second signal exits with 128 and the signal's number. `end()` called by the program itself exits nothing.
 */
export function createShutdown(options: ShutdownOptions = {}): Shutdown {
  const { graceMs = 25_000, onProblem = () => undefined, process: host = process } = options;
  const parts: Part[] = [];
  const controller = new AbortController();
  let ending: Promise<0 | 3> | null = null;
  let signalled = false;

  const finish = async (): Promise<0 | 3> => {
    controller.abort();
    const result = await within(graceMs, endAll(parts, onProblem));
    if (result === "late")
      onProblem(parts.at(-1)?.name ?? "", new Error(`not ended after ${graceMs} ms`));
    for (const signal of SIGNALS) host.off(signal, onSignal);
    return result === true ? DONE : NOT_DONE;
  };
  const end = (): Promise<0 | 3> => (ending ??= finish());

  function onSignal(signal: EndingSignal): void {
    if (signalled) {
      host.exit(128 + constants.signals[signal]);
      return;
    }
    // A program that is ending by itself already is waited for as well.
    signalled = true;
    void end().then((code) => host.exit(code));
  }
  for (const signal of SIGNALS) host.on(signal, onSignal);

  return {
    signal: controller.signal,
    add: (name, partEnd) => void parts.push({ name, end: partEnd }),
    end,
  };
}
