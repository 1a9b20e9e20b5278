/**
 * Finds privileged permission sets whose role sessions last long: credentials that were taken stay good until then, and nothing but
 * a deny policy ends them sooner (AWS: Set session duration for AWS accounts). It judges the setting, not the sessions.
 */
import type { Detection } from "../../domain/finding.ts";
import { HOUR, parseDuration } from "../../domain/time.ts";
import {
  assignedAccounts,
  isPrivileged,
  listed,
  seenFrom,
  severityIn,
  verdictsBySet,
} from "../privilege.ts";
import type { OrganisationRule } from "../rule.ts";

export const longSessionOnPrivilegedSet: OrganisationRule = {
  about: "organisation",
  metadata: {
    id: "long-session-on-privileged-set",
    title: "Privileged permission set with long sessions",
    severity: "low",
    pack: "over-broad",
    description:
      "The session duration of a permission set that is an administrator's or lets one become it is longer than a set number of hours.",
    revision: 1,
  },
  parameters: { sessionHoursAtMost: 4 },
  evaluate(facts, _now, parameters) {
    const atMost = parameters["sessionHoursAtMost"]!;
    const verdicts = verdictsBySet(facts);
    const assigned = assignedAccounts(facts);
    const detections: Detection[] = [];
    const withheld: string[] = [];
    for (const set of facts.snapshot.permissionSets) {
      const accounts = assigned.get(set.arn) ?? [];
      if (accounts.length === 0 || !(verdicts.get(set.arn) ?? []).some(isPrivileged)) continue;
      const duration = parseDuration(set.sessionDuration);
      if (duration === null) {
        withheld.push(
          `the session duration ${JSON.stringify(set.sessionDuration)} of ${set.name} cannot be read`,
        );
        continue;
      }
      if (duration <= atMost * HOUR) continue;
      const since = seenFrom(facts, "permission-set", set.arn);
      const hours = Math.round((duration / HOUR) * 10) / 10;
      detections.push({
        key: [set.arn],
        subject: { kind: "permission-set", id: set.arn },
        since,
        lastSeenAt: since,
        severity: severityIn(facts, accounts, "low", "medium"),
        summary: `Sessions of the privileged permission set ${set.name} last ${hours} hours; ${atMost} hours or less bound what stolen credentials are good for.`,
        evidence: {
          permissionSetArn: set.arn,
          permissionSetName: set.name,
          sessionDuration: set.sessionDuration,
          sessionHours: hours,
          accounts: listed(accounts),
          accountCount: accounts.length,
        },
        eventIds: [],
      });
    }
    return { detections, nextDecisionAt: null, withheld };
  },
};
