/**
 * Finds services that a permission set allows and that nobody who holds it has called, added up over all its holders and accounts.
 * Silent about administrators, about sets that nobody uses at all, and while the observation is shorter than the limit. A call that
 * CloudTrail does not record is not seen: most calls upon data are of that kind.
 */
import type { PermissionSet } from "../../domain/access.ts";
import type { RoleUse } from "../../domain/access/proposal/role-use.ts";
import { iamService, isDataService } from "../../domain/access/proposal/action-names.ts";
import type { Detection } from "../../domain/finding.ts";
import { earliest, latest, type Instant } from "../../domain/time.ts";
import type { OrganisationFacts, SetVerdict } from "../organisation-facts.ts";
import {
  assignedAccounts,
  counted,
  listed,
  observationOf,
  quietSince,
  seenFrom,
  verdictsBySet,
} from "../privilege.ts";
import type { OrganisationRule } from "../rule.ts";

/** Null where it is not known of every account, or it allows every service. */
function allowedServices(verdicts: readonly SetVerdict[]): string[] | null {
  const services = new Set<string>();
  for (const verdict of verdicts) {
    if (verdict.services === null || verdict.administrator !== false) return null;
    for (const service of verdict.services) services.add(service);
  }
  return [...services].toSorted();
}

function calledServices(usage: readonly RoleUse[]): Map<string, number> {
  const called = new Map<string, number>();
  for (const { services } of usage) {
    for (const [source, calls] of Object.entries(services)) {
      const service = iamService(source);
      called.set(service, (called.get(service) ?? 0) + calls);
    }
  }
  return called;
}

interface Comparison {
  readonly set: PermissionSet;
  readonly accounts: readonly string[];
  readonly allowed: readonly string[];
  readonly called: ReadonlyMap<string, number>;
  readonly unused: readonly string[];
  readonly since: Instant;
  /** When the set itself counts as unused, if nobody uses it any more: another rule speaks of it then. */
  readonly idleFrom: Instant;
}

function compare(
  facts: OrganisationFacts,
  set: PermissionSet,
  accounts: readonly string[],
  verdicts: readonly SetVerdict[],
  usedDays: number,
): Comparison | null {
  const allowed = allowedServices(verdicts);
  const usage = facts.usage.filter(({ roleName, calls }) => roleName === set.name && calls > 0);
  const { since, gapHours } = observationOf(facts, accounts);
  if (allowed === null || usage.length === 0 || accounts.length === 0 || since === null)
    return null;
  const called = calledServices(usage);
  const lastUsedAt = latest(...usage.map((one) => one.lastUsedAt));
  // A definition that was changed since is observed from its change on.
  const changed = seenFrom(facts, "permission-set", set.arn);
  const from = changed > since && changed > facts.firstCrawlAt ? changed : since;
  return {
    set,
    accounts,
    allowed,
    called,
    unused: allowed.filter((service) => !called.has(service)),
    since: quietSince(facts, set, { since: from, gapHours }, null, usedDays),
    idleFrom: quietSince(facts, set, { since, gapHours }, lastUsedAt, usedDays),
  };
}

function detection(facts: OrganisationFacts, comparison: Comparison): Detection {
  const { set, accounts, allowed, called, unused, since } = comparison;
  return {
    key: [set.arn],
    subject: { kind: "permission-set", id: set.arn },
    since,
    lastSeenAt: since,
    severity: "low",
    summary: `The permission set ${set.name} allows ${counted(allowed.length, "service")}, of which its holders called ${allowed.length - unused.length}; never called: ${unused.slice(0, 8).join(", ")}${unused.length > 8 ? ", …" : ""}.`,
    evidence: {
      permissionSetArn: set.arn,
      permissionSetName: set.name,
      accountCount: accounts.length,
      allowedServices: allowed.length,
      unusedServices: listed(unused, 100),
      unusedServiceCount: unused.length,
      unrecordedWithoutDataEvents: unused.filter(isDataService),
      calls: Object.fromEntries([...called].toSorted(([left], [right]) => (left < right ? -1 : 1))),
      observedSince: observationOf(facts, accounts).since,
      observationGapHours: observationOf(facts, accounts).gapHours,
    },
    eventIds: [],
  };
}

export const unusedServicesInPermissionSet: OrganisationRule = {
  about: "organisation",
  metadata: {
    id: "unused-services-in-permission-set",
    title: "Services that a used permission set allows in vain",
    severity: "low",
    pack: "over-broad",
    description:
      "The holders of a permission set together have not called some of the services that it allows for a set number of observed days.",
    revision: 1,
  },
  parameters: { unusedDays: 90, servicesAtLeast: 3 },
  evaluate(facts, now, parameters) {
    const { unusedDays, servicesAtLeast } = parameters;
    const verdicts = verdictsBySet(facts);
    const assigned = assignedAccounts(facts);
    const detections: Detection[] = [];
    let nextDecisionAt: Instant | null = null;
    let unknown = 0;
    for (const set of facts.snapshot.permissionSets) {
      const own = verdicts.get(set.arn) ?? [];
      if (own.length === 0 || own.some(({ administrator }) => administrator === null)) unknown += 1;
      const found = compare(facts, set, assigned.get(set.arn) ?? [], own, unusedDays!);
      if (found === null || own.length === 0 || found.unused.length < servicesAtLeast!) continue;
      if (found.idleFrom <= now) continue;
      nextDecisionAt = earliest(nextDecisionAt, found.idleFrom);
      if (found.since <= now) detections.push(detection(facts, found));
      else nextDecisionAt = earliest(nextDecisionAt, found.since);
    }
    const withheld =
      unknown === 0
        ? []
        : [`what ${counted(unknown, "permission set")} allow is not known: a policy was not read`];
    return { detections, nextDecisionAt, withheld };
  },
};
