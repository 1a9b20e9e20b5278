/**
 * `curfew permission-set`: every permission set in one line each; with a name one of them whole, with what it can do in plain words, who
 * holds it, what they did with it, and a policy cut to that use.
 */
import type { Command } from "commander";
import { personKey } from "#core/domain/person";
import { latest } from "#core/domain/time";
import { permissionSetDetail } from "#core/flows/access-views/permission-set";
import { permissionSetSummaries } from "#core/flows/access-views/permission-sets";
import type { RoleUseTotal } from "#core/ports/access-views";
import { openAccess, setNamed, usesOfSet, type OpenedAccess } from "../access/opened.ts";
import { showSet, showSets } from "../access/sets-in-words.ts";
import { look } from "../judge.ts";
import {
  withAsOf,
  withCommonOptions,
  withDemo,
  type AsOfOptions,
  type WorldOptions,
} from "../options.ts";
import { Fault } from "#core/domain/fault";
import type { Output } from "../output.ts";
import type { Runtime } from "../runtime.ts";

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
  const uses = opened.isPast ? await usesOfThen(opened) : await store.roleUses();
  const sets = await permissionSetSummaries(view, store, uses);
  for (const set of sets) output.value(set);
  showSets(sets, view.at, output);
}

const PEOPLE_AT_ONCE = 250;

/** Last use of every set as it was known then, from everybody's events, some people at a time. */
async function usesOfThen({ view, usage }: OpenedAccess): Promise<Map<string, RoleUseTotal>> {
  const totals = new Map<string, RoleUseTotal>();
  const { users } = view.model;
  for (let from = 0; from < users.length; from += PEOPLE_AT_ONCE) {
    const people = users.slice(from, from + PEOPLE_AT_ONCE);
    const used = await usage.ofPeople(people, view.at);
    for (const person of people) {
      const own = [...(used.get(personKey(person))?.values() ?? [])];
      for (const role of new Set(own.map(({ roleName }) => roleName))) {
        const uses = own.filter(({ roleName }) => roleName === role);
        const known = totals.get(role);
        totals.set(role, {
          lastUsedAt: latest(known?.lastUsedAt ?? null, ...uses.map((use) => use.lastUsedAt))!,
          people: (known?.people ?? 0) + 1,
        });
      }
    }
  }
  return totals;
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
