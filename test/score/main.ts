/**
 * `npm run score:links [-- --chains N] [--profile held-out|busy-office]`: links against ground truth, as tables on the standard
 * output. Exits 1 when a goal is missed. Without options it takes the held-out seeds and profile, which nobody develops against.
 */
import { parseArgs } from "node:util";
import { BUSY_OFFICE } from "#simulator/crowd/profile";
import { HELD_OUT, HELD_OUT_SEEDS } from "#test/score/held-out";
import { printed } from "#test/score/report";
import { addRun, emptyScore, figuresOf } from "#test/score/score";

const DEVELOPMENT_SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const DAYS = 5;
const GOALS = { precision: 0.99, recall: 0.9 };

const { values } = parseArgs({
  options: {
    chains: { type: "string", default: "20000" },
    profile: { type: "string", default: "held-out" },
  },
});
const developing = values.profile === "busy-office";
const [profile, seeds] = developing ? [BUSY_OFFICE, DEVELOPMENT_SEEDS] : [HELD_OUT, HELD_OUT_SEEDS];
const score = emptyScore();
const began = performance.now();
for (const seed of seeds) {
  if (score.chains >= Number(values.chains)) break;
  addRun(score, profile, { seed, days: DAYS });
}
const seconds = ((performance.now() - began) / 1000).toFixed(1);
process.stdout.write(`profile ${values.profile}, ${seconds} s\n${printed(score)}`);
const { precision, recall } = figuresOf(score);
if (precision < GOALS.precision || recall < GOALS.recall) process.exitCode = 1;
