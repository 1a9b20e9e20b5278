/**
 * `curfew permission-set`: every permission set in one line each; with a name one of them whole, with what it can do in plain words, who
 * holds it, what they did with it, and a policy cut to that use.
 */
import type { Command } from "commander";
import { Fault } from "#core/domain/fault";
import { permissionSetDetail } from "#core/flows/access-views/permission-set";
import { permissionSetSummaries } from "#core/flows/access-views/permission-sets";
import { usesOfRoles, usesOfSet } from "#core/flows/access-views/set-uses";
import { openAccess, setNamed } from "../../access/opened.ts";
import { showSet, showSets } from "../../access/sets-in-words.ts";
import { look } from "../../judge.ts";
import {
  withAsOf,
  withCommonOptions,
  withDemo,
  type AsOfOptions,
  type WorldOptions,
} from "../../options.ts";
import type { Output } from "../../output.ts";
import type { Runtime } from "../../runtime.ts";

interface SetOptions extends WorldOptions, AsOfOptions {
  readonly propose?: boolean;
  readonly name: string | undefined;
}

export function addPermissionSet(program: Command): void {
  withAsOf(withDemo(withCommonOptions(program.command("permission-set"))))
    .description("what a permission set can do, who holds it and what they did with it")
    .argument("[name]", "its name or ARN; without one every set is listed")
    .option("--propose", "with a least-privilege policy from what was used")
    .action((name: string | undefined, options: Omit<SetOptions, "name">) => {
      if (name === undefined && options.propose === true) {
        throw new Fault("input.invalid", "--propose needs the name of a permission set.");
      }
      return look({ ...options, name }, name === undefined ? list : one);
    });
}

async function list(runtime: Runtime, options: SetOptions, output: Output): Promise<void> {
  const opened = await openAccess(runtime, options.asOf, output);
  if (opened === null) return;
  const { view, store } = opened;
  const sets = await permissionSetSummaries(view, store, await usesOfRoles(opened));
  for (const set of sets) output.value(set);
  showSets(sets, view.at, output);
}

async function one(runtime: Runtime, options: SetOptions, output: Output): Promise<void> {
  const opened = await openAccess(runtime, options.asOf, output);
  if (opened === null) return;
  const { view, store } = opened;
  const set = setNamed(view, options.name!);
  const ports = {
    store,
    findings: runtime.stores.findings,
    usesOf: () => usesOfSet(opened, set),
  };
  const detail = await permissionSetDetail(view, ports, set);
  const { proposal, ...rest } = detail;
  output.value(options.propose === true ? { ...rest, proposal } : rest);
  if (!output.json) showSet(detail, view.at, options.propose === true, output);
}
