/** Tries a range of seeds in as many processes as there are cores. Guarantees that none outlives the call. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { Answer, Task } from "./worker.ts";

const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url));

/** @param to the seed after the last. */
export async function triedSeeds(from: number, to: number): Promise<Answer> {
  const step = availableParallelism();
  const answers = await Promise.all(
    Array.from({ length: step }, (_, index) => answerOf({ from: from + index, to, step })),
  );
  return {
    seeds: answers.reduce((sum, answer) => sum + answer.seeds, 0),
    differing: answers.flatMap((answer) => answer.differing),
  };
}

async function answerOf(task: Task): Promise<Answer> {
  const child = fork(WORKER, { execArgv: ["--import", "tsx"], stdio: "inherit" });
  try {
    const ended = once(child, "exit").then(([code]) => {
      throw new Error(`a process ended with ${String(code)} and without an answer`);
    });
    const answer = once(child, "message") as Promise<[Answer]>;
    child.send(task);
    return (await Promise.race([answer, ended]))[0];
  } finally {
    child.kill();
  }
}
