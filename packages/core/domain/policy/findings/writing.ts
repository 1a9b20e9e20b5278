/**
 * What is too broad in how statements are written: whole services, everything but a list, everything but some resources, roles handed to
 * any service. Guarantees that only what is left after denies and boundary counts.
 */
import { actionsWhere, type EffectiveAccess } from "../access/effective.ts";
import { atLeast } from "../access/region.ts";
import type { ReadyStatement } from "../access/statements.ts";
import { both, has, intersects, positionsOf, type Bits } from "../bits.ts";
import type { ActionCatalogue } from "../catalogue.ts";
import { isEverything, isEveryAction } from "../pattern.ts";
import type { PolicyFinding } from "../verdict.ts";
import { passRoleTo } from "./escalation.ts";
import { findingOf, shortList } from "./paths.ts";
import { refsOf } from "./refs.ts";

/** What changes something. */
export interface Changing {
  readonly actions: Bits;
  /** How many services have such actions. */
  readonly services: number;
}

export function changingActions(catalogue: ActionCatalogue): Changing {
  const actions = actionsWhere(catalogue, ({ level }) => level !== "read" && level !== "list");
  const services = new Set([...positionsOf(actions)].map((at) => catalogue.actions[at]!.service));
  return { actions, services: services.size };
}

export function writingFindings(
  access: EffectiveAccess,
  changing: Changing,
): readonly PolicyFinding[] {
  return [
    ...serviceWildcards(access, changing),
    ...everythingBut(access, changing),
    ...everywhereBut(access, changing),
    ...unlimitedPassRole(access),
  ];
}

/** How many services a sentence names before it counts the rest. */
const NAMED = 8;

function serviceWildcards(access: EffectiveAccess, changing: Changing): readonly PolicyFinding[] {
  const left = both(changing.actions, access.anywhere);
  const givers = new Map<string, ReadyStatement[]>();
  for (const one of access.statements) {
    if (one.limits.length > 0) continue;
    for (const service of wholeServices(one, access.catalogue)) {
      givers.set(service, [...(givers.get(service) ?? []), one]);
    }
  }
  const found = [...givers]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .filter(([service]) => {
      if (!boundIsWhole(access, service)) return false;
      const [from, to] = access.catalogue.rangeOf(service)!;
      for (let at = from; at < to; at += 1) {
        if (has(left, at) && atLeast(access.reach(at).breadth, "most")) return true;
      }
      return false;
    })
    .map(([service, statements]) => ({ service, givers: statements }));
  if (found.length === 0) return [];
  // Services that only read are never among them.
  const every = found.length === changing.services;
  const names = found.map(({ service }) => access.catalogue.serviceName(service));
  const explanation = every
    ? "Every action of every service is allowed on every resource, also what AWS adds later. Name the services and actions that are needed."
    : `Every action of ${found.length === 1 ? "a service" : `${found.length} services`} is allowed on every resource, also what AWS adds later: ${shortList(names, NAMED)}. Name the actions that are needed.`;
  return [
    {
      id: "service-wildcard",
      severity: "medium",
      explanation,
      statements: refsOf(found.flatMap(({ givers: statements }) => statements)),
      actions: every ? ["*"] : found.map(({ service }) => `${service}:*`),
    },
  ];
}

/** What a boundary lets through is as broad as the boundary at most. */
function boundIsWhole(access: EffectiveAccess, service: string): boolean {
  return (
    access.bounds === null ||
    access.bounds.some((one) => wholeServices(one, access.catalogue).includes(service))
  );
}

/** A boundary that lists what it lets through leaves nothing of "everything but". */
function boundIsOpen(access: EffectiveAccess): boolean {
  return (
    access.bounds === null ||
    access.bounds.some(
      ({ statement: { actions } }) => actions.inverted || actions.patterns.some(isEveryAction),
    )
  );
}

/** By a wildcard or by NotAction, not by a list that happens to be complete. */
function wholeServices(
  { statement, actions, region }: ReadyStatement,
  catalogue: ActionCatalogue,
): readonly string[] {
  const { patterns, inverted } = statement.actions;
  const named =
    inverted || patterns.some(isEveryAction)
      ? catalogue.services
      : patterns.flatMap((one) => /^([^:*?]+):\*+$/.exec(one)?.[1]?.toLowerCase() ?? []);
  return [...new Set(named)].filter((service) => {
    const range = catalogue.rangeOf(service);
    if (range === null) return false;
    if (!region.patterns.some((one) => isEverything(one) || isWholeService(one, service))) {
      return false;
    }
    for (let at = range[0]; at < range[1]; at += 1) if (!has(actions, at)) return false;
    return true;
  });
}

const isWholeService = (pattern: string, service: string): boolean =>
  /^arn:\*:[^:]+:[*:]*\*$/.test(pattern) && pattern.split(":")[2] === service;

function everythingBut(access: EffectiveAccess, changing: Changing): readonly PolicyFinding[] {
  const given = wide(access, changing).filter(({ statement }) => statement.actions.inverted);
  if (given.length === 0) return [];
  const left = [
    ...new Set(given.flatMap(({ statement }) => statement.actions.patterns)),
  ].toSorted();
  return [
    {
      id: "not-action-allow",
      severity: "medium",
      explanation: `NotAction allows everything but what is named (${shortList(left, NAMED)}), every service included that AWS adds later. List what is allowed instead.`,
      statements: refsOf(given),
      actions: [],
    },
  ];
}

function everywhereBut(access: EffectiveAccess, changing: Changing): readonly PolicyFinding[] {
  const given = wide(access, changing).filter(({ statement }) => statement.resources.inverted);
  if (given.length === 0) return [];
  const left = [
    ...new Set(given.flatMap(({ statement }) => statement.resources.patterns)),
  ].toSorted();
  return [
    {
      id: "not-resource-allow",
      severity: "medium",
      explanation: `NotResource allows it on everything but what is named (${shortList(left, NAMED)}), whatever is made later included. Name the resources that are meant.`,
      statements: refsOf(given),
      actions: [],
    },
  ];
}

/** Statements that still allow a change of something, somewhere wide. */
function wide(access: EffectiveAccess, changing: Changing): readonly ReadyStatement[] {
  if (!boundIsOpen(access)) return [];
  const left = both(changing.actions, access.anywhere);
  return access.statements.filter(
    ({ limits, region, actions }) =>
      limits.length === 0 &&
      region.patterns.some(isEverything) &&
      intersects(actions, left) &&
      reaches(access, both(actions, left)),
  );
}

function reaches(access: EffectiveAccess, actions: Bits): boolean {
  for (const at of positionsOf(actions)) {
    if (atLeast(access.reach(at).breadth, "most")) return true;
  }
  return false;
}

function unlimitedPassRole(access: EffectiveAccess): readonly PolicyFinding[] {
  // A service that nothing names: only a grant to any service lets it through.
  const pass = passRoleTo(access, ["\uE003"]);
  if (!atLeast(pass.breadth, "most")) return [];
  return [
    findingOf(
      "unlimited-pass-role",
      "medium",
      "Holders can hand every role of the account to every service (iam:PassRole). Name the roles, and the service in a condition on iam:PassedToService.",
      [{ actions: ["iam:PassRole"], grants: pass.grants }],
    ),
  ];
}
