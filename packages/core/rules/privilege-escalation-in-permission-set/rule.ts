/**
 * Finds permission sets whose policies, taken together, let their holders become more than they are: escalate to an administrator,
 * read others' credentials, or take hold of the organisation. One finding a set, with what was found and by which actions. Silent
 * about sets that are an administrator's openly, and about policies that could not be read.
 */
import type { PermissionSet } from "../../domain/access.ts";
import { SEVERITIES, type Detection, type Severity } from "../../domain/finding.ts";
import type { OrganisationFacts, SetVerdict } from "../organisation-facts.ts";
import { assignedAccounts, counted, listed, seenFrom, verdictsBySet } from "../privilege.ts";
import type { OrganisationRule } from "../rule.ts";

/** Findings of policies that are ways to more power, the plainest first; the others tell of data and of style. */
const ESCALATING = [
  "organisation-control",
  "privilege-escalation",
  "open-trust",
  "credential-exposure",
];

type Found = SetVerdict["findings"][number];

function escalations(verdicts: readonly SetVerdict[]): Map<string, Found> {
  const found = new Map<string, Found>();
  for (const { findings } of verdicts) {
    for (const one of findings) if (ESCALATING.includes(one.id)) found.set(one.id, one);
  }
  return found;
}

/** Credentials alone weigh less: what they open is for the account to say, and AWS's own sets that only read give some. */
function severityOf(found: readonly Found[], accounts: readonly string[]): Severity {
  // What nobody holds can do nothing yet.
  if (accounts.length === 0) return "low";
  const gravest = SEVERITIES.findLast((severity) => found.some((one) => one.severity === severity));
  const isPlain = found.some(({ id }) => id !== "credential-exposure");
  return isPlain || gravest === "low" ? (gravest ?? "low") : "medium";
}

function detection(
  facts: OrganisationFacts,
  set: PermissionSet,
  found: readonly Found[],
  accounts: readonly string[],
): Detection {
  const since = seenFrom(facts, "permission-set", set.arn);
  const ids = found.map(({ id }) => id);
  return {
    key: [set.arn],
    subject: { kind: "permission-set", id: set.arn },
    since,
    lastSeenAt: since,
    severity: severityOf(found, accounts),
    summary: `The permission set ${set.name}, held in ${counted(accounts.length, "account")}, is no administrator's but has ${ids.join(", ")}: ${found[0]!.explanation}`,
    evidence: {
      permissionSetArn: set.arn,
      permissionSetName: set.name,
      findings: found.map(({ id, severity, explanation, actions }) => ({
        id,
        severity,
        explanation,
        actions: listed(actions),
      })),
      accounts: listed(accounts),
      accountCount: accounts.length,
    },
    eventIds: [],
  };
}

export const privilegeEscalationInPermissionSet: OrganisationRule = {
  about: "organisation",
  metadata: {
    id: "privilege-escalation-in-permission-set",
    title: "Permission set whose holders can become more than they are",
    severity: "high",
    pack: "over-broad",
    description:
      "The policies of a permission set, taken together, allow a way to administrator rights, to credentials or to the organisation.",
    revision: 1,
  },
  parameters: {},
  evaluate(facts) {
    const verdicts = verdictsBySet(facts);
    const assigned = assignedAccounts(facts);
    const unread: string[] = [];
    const detections = facts.snapshot.permissionSets.flatMap((set) => {
      const own = verdicts.get(set.arn) ?? [];
      if (own.length === 0 || own.some(({ administrator }) => administrator === null)) {
        unread.push(set.name);
      }
      if (own.some(({ administrator }) => administrator === true)) return [];
      const found = [...escalations(own).values()].toSorted(
        (left, right) => ESCALATING.indexOf(left.id) - ESCALATING.indexOf(right.id),
      );
      return found.length === 0 ? [] : [detection(facts, set, found, assigned.get(set.arn) ?? [])];
    });
    const withheld =
      unread.length === 0
        ? []
        : [
            `${counted(unread.length, "permission set")} with a policy that was not read, such as ${unread[0]}`,
          ];
    return { detections, nextDecisionAt: null, withheld };
  },
};
