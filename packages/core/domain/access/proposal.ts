/**
 * A permission set cut to what its holders did with it: a policy document, what it takes away, and whom it would have denied something.
 * Pure. It is evidence for a person who writes a policy and no policy to put in force unread: it knows calls that were recorded in the
 * observed time and nothing else, and it never narrows resources.
 */
import type { Person } from "../person.ts";
import { personKey } from "../person.ts";
import type { ActionCatalogue } from "../policy/catalogue.ts";
import type { ServiceAllowance } from "../policy/verdict.ts";
import { between, DAY, type Instant } from "../time.ts";
import { iamAction, iamService, isDataService, needsPermission } from "./proposal/action-names.ts";
import type { PersonRoleUse } from "./proposal/role-use.ts";

export interface ProposalInput {
  readonly permissionSetArn: string;
  readonly permissionSetName: string;
  /** What it allows now; null where a policy could not be read. */
  readonly allows: readonly ServiceAllowance[] | null;
  /** The use of each holder in each account; holders without use are left out. */
  readonly uses: readonly { readonly person: Person; readonly use: PersonRoleUse }[];
  readonly observed: {
    /** Since when the use of all its accounts is known; null: of one of them never. */
    readonly from: Instant | null;
    readonly to: Instant;
    readonly gapHours: number;
  };
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: "*";
}

/** Calls that the proposal would have refused. */
export interface DeniedCalls {
  /** An action, or `service:?` for calls whose action was not kept. */
  readonly action: string;
  readonly calls: number;
  readonly people: readonly Person[];
  readonly reason: "optional" | "unknown-action" | "not-kept";
}

export interface ServiceChange {
  readonly service: string;
  /** Actions that are allowed now, and that the proposal allows with its optional part. */
  readonly allowed: number;
  readonly proposed: number;
}

export interface Proposal {
  readonly schema: "curfew.least-privilege-proposal/1";
  readonly permissionSetArn: string;
  readonly permissionSetName: string;
  readonly observed: ProposalInput["observed"] & { readonly days: number };
  readonly people: number;
  readonly calls: number;
  readonly document: { readonly Version: "2012-10-17"; readonly Statement: PolicyStatement[] };
  /** Reads that hardly anybody made: kept apart, for a person to take in or leave out. Null where there are none. */
  readonly optional: PolicyStatement | null;
  /** By service; what was not known to be allowed has no place in it. Null where the set could not be read. */
  readonly difference: {
    readonly removed: readonly ServiceChange[];
    readonly narrowed: readonly ServiceChange[];
    readonly kept: readonly ServiceChange[];
  } | null;
  /** In the observed time, were the document in force without its optional part. */
  readonly wouldHaveDenied: readonly DeniedCalls[];
  /** Calls of services that the set does not allow: they were refused then, and are not proposed. */
  readonly notAllowedNow: readonly string[];
  readonly warnings: readonly string[];
}

export interface ProposalOptions {
  /** A read action with fewer calls by all holders together is optional. */
  readonly tailCalls: number;
  /** Fewer observed days than this are warned of. */
  readonly enoughDays: number;
}

export const PROPOSAL_OPTIONS: ProposalOptions = { tailCalls: 10, enoughDays: 90 };

/** Inline policies of permission sets are no longer (AWS: IAM Identity Center quotas). */
const LONGEST_INLINE = 32_768;

interface Called {
  calls: number;
  readonly people: Map<string, Person>;
}

/** Any order of the uses gives the same proposal. */
export function proposal(
  input: ProposalInput,
  catalogue: ActionCatalogue,
  options: ProposalOptions = PROPOSAL_OPTIONS,
): Proposal {
  const allowed = input.allows === null ? null : new Set(input.allows.map((one) => one.service));
  const isAllowed = (name: string): boolean => allowed?.has(serviceOf(name)) ?? true;
  const { actions, unlisted } = calledIn(input.uses);
  const known = [...actions.keys()].filter((name) => catalogue.indexOf(name) !== null);
  const proposed = known.filter(isAllowed);
  const optional = proposed.filter(
    (name) => isRead(name, catalogue) && actions.get(name)!.calls < options.tailCalls,
  );
  const needed = proposed.filter((name) => !optional.includes(name));
  const document = { Version: "2012-10-17" as const, Statement: statementsOf(needed) };
  const { from, to, gapHours } = input.observed;
  const days =
    from === null ? 0 : Math.max(0, Math.floor((between(from, to) - gapHours * (DAY / 24)) / DAY));
  const rest = [...actions.keys()].filter((name) => catalogue.indexOf(name) === null);
  return {
    schema: "curfew.least-privilege-proposal/1",
    permissionSetArn: input.permissionSetArn,
    permissionSetName: input.permissionSetName,
    observed: { ...input.observed, days },
    people: new Set(input.uses.map(({ person }) => personKey(person))).size,
    calls: input.uses.reduce((sum, { use }) => sum + use.calls, 0),
    document,
    optional: optional.length === 0 ? null : statement("ReadsThatHardlyAnybodyMade", optional),
    difference: input.allows === null ? null : differenceOf(input.allows, proposed),
    wouldHaveDenied: [
      ...denied(optional, actions, "optional"),
      ...denied(rest.filter(isAllowed), actions, "unknown-action"),
      ...denied([...unlisted.keys()].filter(isAllowed), unlisted, "not-kept"),
    ],
    notAllowedNow: [...new Set([...actions.keys(), ...unlisted.keys()])]
      .filter((name) => !isAllowed(name))
      .toSorted(),
    warnings: warningsOf(input, document, days, options),
  };
}

const serviceOf = (action: string): string => action.split(":")[0] ?? "";

function isRead(action: string, catalogue: ActionCatalogue): boolean {
  const index = catalogue.indexOf(action);
  const level = index === null ? null : catalogue.actions[index]?.level;
  return level === "read" || level === "list";
}

/** Calls by action, and by `service:?` those of which only the service was kept. */
function calledIn(uses: ProposalInput["uses"]) {
  const actions = new Map<string, Called>();
  const unlisted = new Map<string, Called>();
  const note = (into: Map<string, Called>, name: string, calls: number, person: Person): void => {
    const known = into.get(name) ?? { calls: 0, people: new Map<string, Person>() };
    into.set(name, known);
    known.calls += calls;
    known.people.set(personKey(person), person);
  };
  for (const { person, use } of uses) {
    const listed = new Map<string, number>();
    for (const [recorded, calls] of Object.entries(use.actions)) {
      const action = iamAction(recorded);
      if (needsPermission(action)) note(actions, action, calls, person);
      const service = recorded.split(":")[0]!;
      listed.set(service, (listed.get(service) ?? 0) + calls);
    }
    for (const [service, calls] of Object.entries(use.services)) {
      const more = calls - (listed.get(service) ?? 0);
      if (more > 0) note(unlisted, `${iamService(service)}:?`, more, person);
    }
  }
  return { actions, unlisted };
}

function statement(sid: string, actions: readonly string[]): PolicyStatement {
  return { Sid: sid, Effect: "Allow", Action: actions.toSorted(), Resource: "*" };
}

/** One statement a service, in the order of the services. */
function statementsOf(actions: readonly string[]): PolicyStatement[] {
  const byService = new Map<string, string[]>();
  for (const action of actions.toSorted()) {
    const known = byService.get(serviceOf(action));
    if (known === undefined) byService.set(serviceOf(action), [action]);
    else known.push(action);
  }
  // A Sid has letters and digits only (AWS: IAM JSON policy elements, Sid).
  return [...byService].map(([service, own]) =>
    statement(`Used${service.replace(/[^a-z0-9]/gi, "")}`, own),
  );
}

function differenceOf(allows: readonly ServiceAllowance[], proposed: readonly string[]) {
  const counts = new Map<string, number>();
  for (const name of proposed) {
    counts.set(serviceOf(name), (counts.get(serviceOf(name)) ?? 0) + 1);
  }
  const changes = allows.map(({ service, levels }) => ({
    service,
    allowed: Object.values(levels).reduce((sum, count) => sum + count, 0),
    proposed: counts.get(service) ?? 0,
  }));
  return {
    removed: changes.filter((one) => one.proposed === 0),
    narrowed: changes.filter((one) => one.proposed > 0 && one.proposed < one.allowed),
    kept: changes.filter((one) => one.proposed > 0 && one.proposed >= one.allowed),
  };
}

function denied(
  names: readonly string[],
  calls: ReadonlyMap<string, Called>,
  reason: DeniedCalls["reason"],
): DeniedCalls[] {
  return names.toSorted().map((action) => {
    const called = calls.get(action)!;
    const people = [...called.people]
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([, person]) => person);
    return { action, calls: called.calls, people, reason };
  });
}

function warningsOf(
  { allows, observed, uses }: ProposalInput,
  document: Proposal["document"],
  days: number,
  { enoughDays }: ProposalOptions,
): string[] {
  const invisible = (allows ?? []).filter(({ service }) => isDataService(service));
  const characters = JSON.stringify(document).length;
  return [
    ...(observed.from === null
      ? ["The use of one of its accounts was never observed: what was done there is not in it."]
      : []),
    ...(days < enoughDays
      ? [`Only ${days} days were observed; work that comes up less often is not in it.`]
      : []),
    ...(observed.gapHours > 0
      ? [
          `${observed.gapHours} hours of that time were not read: what was done in them is not in it.`,
        ]
      : []),
    ...(invisible.length === 0
      ? []
      : [
          `Calls upon the data of ${invisible.map(({ service }) => service).join(", ")} are recorded only where CloudTrail logs data events: where it does not, they are not in it.`,
        ]),
    ...(uses.some(({ use }) => use.deniedCalls > 0)
      ? [
          "Some calls were refused when they were made; their actions are in it although nobody had them.",
        ]
      : []),
    ...(characters > LONGEST_INLINE
      ? [
          `The document has ${characters} characters and an inline policy at most ${LONGEST_INLINE}: divide it among customer managed policies.`,
        ]
      : []),
    "Resources are not narrowed: the records that are kept do not hold them.",
  ];
}
