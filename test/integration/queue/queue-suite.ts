/**
 * What the queue promises, as cases that run unchanged on every engine. They wait for what has to happen, never for a time;
 * only intervals that the product itself is given are short.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { QueueProblem } from "#core/adapters/queue/engine";
import { openQueue, type OpenedQueue, type QueueSettings } from "#core/adapters/queue/open-queue";
import type { JobProcessors, JobSchedules, QueueWorker } from "#core/adapters/queue/worker";
import type { JobName } from "#core/ports/job-queue";

export interface SuiteEngine {
  readonly settings: Pick<QueueSettings, "databaseUrl" | "redisUrl">;
  /** Drops every job, schedule and key of the queue, as FLUSHALL does. */
  loseEverything(): Promise<void>;
  stop(): Promise<void>;
}

/** Far enough off that no scheduled run disturbs a case. */
const NEVER = { everySeconds: 86_400 };
const QUIET: JobSchedules = {
  "sweep-people": NEVER,
  "deliver-alerts": NEVER,
  "advance-revocations": NEVER,
  "forget-months": NEVER,
  "seal-weekly-report": NEVER,
};

/** Counts runs and lets a case wait for the n-th of them. */
class Runs {
  readonly #counts = new Map<JobName, number>();
  #waiting: { job: JobName; count: number; resolve: () => void }[] = [];

  of(job: JobName): number {
    return this.#counts.get(job) ?? 0;
  }

  note(job: JobName): void {
    this.#counts.set(job, this.of(job) + 1);
    this.#waiting = this.#waiting.filter((one) => {
      if (this.of(one.job) < one.count) return true;
      one.resolve();
      return false;
    });
  }

  reached(job: JobName, count: number): Promise<void> {
    if (this.of(job) >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ job, count, resolve }));
  }

  /** Processors that only count, but for those given. */
  processors(own: Partial<JobProcessors> = {}): JobProcessors {
    const counted = (job: JobName) => async () => {
      this.note(job);
      await own[job]?.();
    };
    return {
      "sweep-people": counted("sweep-people"),
      "deliver-alerts": counted("deliver-alerts"),
      "advance-revocations": counted("advance-revocations"),
      "forget-months": counted("forget-months"),
      "seal-weekly-report": counted("seal-weekly-report"),
    };
  }
}

/** A promise and the way to fulfil it. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

export function queueSuite(name: "postgres" | "redis", start: () => Promise<SuiteEngine>): void {
  describe(`the queue on ${name}`, () => {
    let engine: SuiteEngine;
    const open: { close(): Promise<void> }[] = [];
    let problems: QueueProblem[] = [];

    beforeAll(async () => {
      engine = await start();
    });
    afterAll(() => engine.stop());
    afterEach(async () => {
      // Workers before their queue: the newest first.
      for (const one of open.splice(0).toReversed()) await one.close();
      await engine.loseEverything();
      problems = [];
    });

    async function queue(): Promise<OpenedQueue> {
      const opened = await openQueue({
        ...engine.settings,
        onProblem: (problem) => problems.push(problem),
      });
      open.push(opened);
      return opened;
    }

    async function work(
      on: OpenedQueue,
      processors: JobProcessors,
      schedules: Partial<JobSchedules> = {},
      watchdogMilliseconds = 3_600_000,
    ): Promise<QueueWorker> {
      const worker = await on.openWorker(
        processors,
        { ...QUIET, ...schedules },
        { watchdogMilliseconds },
      );
      open.push(worker);
      return worker;
    }

    /** A worker whose first, immediate run of every schedule is over. */
    async function settled(on: OpenedQueue, own: Partial<JobProcessors> = {}): Promise<Runs> {
      const runs = new Runs();
      await work(on, runs.processors(own));
      for (const job of Object.keys(QUIET) as JobName[]) await runs.reached(job, 1);
      return runs;
    }

    test("names its engine and answers a ping", async () => {
      const opened = await queue();
      expect(opened.engine).toBe(name);
      await opened.ping();
    });

    test("a nudge runs the job", async () => {
      const opened = await queue();
      const runs = await settled(opened);
      await opened.nudge("advance-revocations");
      await runs.reached("advance-revocations", 2);
      expect(problems).toEqual([]);
    });

    test("many nudges make one waiting job", async () => {
      const opened = await queue();
      await Promise.all(Array.from({ length: 50 }, () => opened.nudge("sweep-people")));
      await opened.nudge("deliver-alerts");
      expect((await opened.counts())["waiting"]).toBe(2);
      expect(problems).toEqual([]);
    });

    test("a nudge during a run is followed by one more run", async () => {
      const opened = await queue();
      const hold = gate();
      let runsBefore = 0;
      const runs = await settled(opened, {
        "sweep-people": () => ((runsBefore += 1) === 2 ? hold.opened : Promise.resolve()),
      });
      await opened.nudge("sweep-people");
      await runs.reached("sweep-people", 2);
      await opened.nudge("sweep-people");
      await opened.nudge("sweep-people");
      expect(runs.of("sweep-people")).toBe(2);
      hold.open();
      await runs.reached("sweep-people", 3);
    });

    test("a schedule runs its job again and again although nobody nudges", async () => {
      const opened = await queue();
      const runs = new Runs();
      await work(opened, runs.processors(), { "deliver-alerts": { everySeconds: 1 } });
      await runs.reached("deliver-alerts", 3);
      expect(problems).toEqual([]);
    });

    test("a schedule whose interval changed leaves none of the old one behind", async () => {
      const opened = await queue();
      const runs = new Runs();
      const first = await work(opened, runs.processors(), {
        "deliver-alerts": { everySeconds: 1 },
      });
      await runs.reached("deliver-alerts", 1);
      await first.close();
      const before = runs.of("deliver-alerts");
      await work(opened, runs.processors(), { "sweep-people": { everySeconds: 1 } });
      await runs.reached("sweep-people", 4);
      // One from the new schedule's own first run; the old one would have added one a second.
      expect(runs.of("deliver-alerts") - before).toBeLessThanOrEqual(2);
    });

    test("a processor that throws is told of and tried again", async () => {
      const opened = await queue();
      let tries = 0;
      const runs = await settled(opened, {
        "advance-revocations": async () => {
          tries += 1;
          if (tries === 2) throw new Error("the database was away");
        },
      });
      await opened.nudge("advance-revocations");
      await runs.reached("advance-revocations", 3);
      expect(problems.map(({ what, job, error }) => [what, job, error.message])).toContainEqual([
        "job",
        "advance-revocations",
        "the database was away",
      ]);
    });

    test("a slow job holds up no other", async () => {
      const opened = await queue();
      const hold = gate();
      let first = true;
      const runs = await settled(opened, {
        "sweep-people": () => {
          if (first) {
            first = false;
            return Promise.resolve();
          }
          return hold.opened;
        },
      });
      await opened.nudge("sweep-people");
      await runs.reached("sweep-people", 2);
      await opened.nudge("deliver-alerts");
      await runs.reached("deliver-alerts", 2);
      expect(runs.of("sweep-people")).toBe(2);
      hold.open();
    });

    test("after every job and schedule was lost the watchdog makes the schedules anew", async () => {
      const opened = await queue();
      const runs = new Runs();
      await work(opened, runs.processors(), { "sweep-people": { everySeconds: 1 } }, 200);
      await runs.reached("sweep-people", 2);
      await engine.loseEverything();
      await runs.reached("sweep-people", runs.of("sweep-people") + 3);
      await runs.reached("seal-weekly-report", 2);
      // A job that was running when its row vanished is told of; the schedules are not.
      expect(problems.filter(({ what }) => what === "schedule" || what === "job")).toEqual([]);
    });

    test("closing under load waits for the running job and loses no word of it", async () => {
      const opened = await queue();
      const hold = gate();
      const started = gate();
      let finished = false;
      const runs = new Runs();
      const worker = await work(
        opened,
        runs.processors({
          "sweep-people": async () => {
            started.open();
            await hold.opened;
            finished = true;
          },
        }),
      );
      await started.opened;
      await Promise.all(Array.from({ length: 20 }, () => opened.nudge("deliver-alerts")));
      const closing = worker.close();
      hold.open();
      await closing;
      expect(finished).toBe(true);
      expect((await opened.counts())["active"]).toBe(0);
    });

    test("a nudge after the queue was closed throws nothing", async () => {
      const opened = await queue();
      await opened.close();
      await opened.nudge("sweep-people");
      expect(problems.map(({ what }) => what)).toEqual(["nudge"]);
    });
  });
}
