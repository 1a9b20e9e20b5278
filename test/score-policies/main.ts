/**
 * `npm run score:policies`: AWS's managed policies and others' verdicts, judged, as tables on the standard output. Exits 1 on a
 * disagreement that has no reason, or when a policy of AWS cannot be read.
 */
import { readActionCatalogue } from "#core/adapters/iam-data/catalogue";
import { parsePolicy } from "#core/domain/policy/document";
import { judgePolicies } from "#core/domain/policy/judge";
import { questions } from "./questions.ts";
import { managedPolicies, samplesThere } from "./samples.ts";
import { answer, type Answer } from "./score.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);

if (!samplesThere()) {
  say("There are no samples beside the project: ../shared/samples/policies. Nothing was judged.");
  process.exit(0);
}

const began = performance.now();
const catalogue = await readActionCatalogue();
const loaded = performance.now();
say(
  `${catalogue.actions.length} actions of ${catalogue.services.length} services, data ${catalogue.version}, read in ${(loaded - began).toFixed(0)} ms`,
);

const unread: string[] = [];
const counts = new Map<string, number>();
const administrators: string[] = [];
for (const { name, Document } of managedPolicies()) {
  const { policy, problem } = parsePolicy(JSON.stringify(Document));
  if (policy === null) {
    unread.push(`${name}: ${problem}`);
    continue;
  }
  const verdict = judgePolicies({ documents: [{ name, policy }] }, catalogue);
  if (verdict.administrator === true) administrators.push(name);
  for (const id of new Set(verdict.findings.map((finding) => finding.id))) {
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  if (verdict.findings.length === 0) counts.set("nothing", (counts.get("nothing") ?? 0) + 1);
}
const judged = performance.now();
say(
  `${managedPolicies().length} policies that AWS manages, ${unread.length} of them unreadable, judged in ${(judged - loaded).toFixed(0)} ms`,
);
for (const line of unread) say(`  ${line}`);
say(`  administrators: ${administrators.join(", ")}`);
for (const [id, count] of [...counts].toSorted(([, left], [, right]) => right - left)) {
  say(`  ${String(count).padStart(5)} ${id}`);
}

const answers = questions().map((question) => answer(question, catalogue));
for (const [key, group] of groups(answers)) {
  const agreed = group.filter(({ reason }) => reason === null).length;
  say(`${key.padEnd(40)} ${agreed} of ${group.length} agree`);
  for (const one of group.filter(({ reason }) => reason !== null)) {
    say(
      `    ${one.name}: they say ${one.expected ? "yes" : "no"}: ${one.reason ?? "NO REASON IS KNOWN"}`,
    );
  }
}

function groups(all: readonly Answer[]): readonly (readonly [string, Answer[]])[] {
  const found = new Map<string, Answer[]>();
  for (const one of all) {
    const key = `${one.peer} ${one.asked}`;
    found.set(key, [...(found.get(key) ?? []), one]);
  }
  return [...found].toSorted(([left], [right]) => (left < right ? -1 : 1));
}

if (unread.length > 0 || answers.some(({ reason }) => reason === undefined)) process.exitCode = 1;
