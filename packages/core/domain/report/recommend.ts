/**
 * What the review recommends for one path of access, with its reasons. Pure, from numbers that stand in the same row, so that a
 * reviewer can repeat it. Where the observation is too short it says so and leaves the decision to a person.
 */
import { heldArn, heldName } from "../access.ts";
import type { DirectoryUser, EffectiveAccess } from "../access.ts";
import type { Finding } from "../finding.ts";
import { between, DAY, latest, type Instant } from "../time.ts";

export const RECOMMENDATIONS = ["revoke", "reduce", "needs-person", "keep"] as const;
export type Recommendation = (typeof RECOMMENDATIONS)[number];

export interface Advice {
  readonly recommendation: Recommendation;
  /** Sentences, the weightiest first; never empty. */
  readonly reasons: readonly string[];
}

/** Access that was quiet this long in observed time is unused: as the rule for administrators has it. */
const UNUSED_DAYS = 60;
/** As Entra's access reviews have it: no use in 30 days is worth a question. */
const QUIET_DAYS = 30;
/** Uses in 30 days up to which a lesser permission set is worth a try. */
const RARE_USES = 2;

export interface AdviceInput {
  readonly row: EffectiveAccess;
  /** All paths of this person, this one included. */
  readonly allOfPerson: readonly EffectiveAccess[];
  readonly status: DirectoryUser["status"];
  readonly openSessionsOfPerson: number;
  /** Open findings of the person. */
  readonly findings: readonly Finding[];
  readonly asOf: Instant;
}

const days = (count: number): string => `${count} ${count === 1 ? "day" : "days"}`;
const times = (count: number): string => (count === 1 ? "once" : `${count} times`);

/** Whole days the use of the account has been observed; null when it never was. */
export function observedDays(row: EffectiveAccess, asOf: Instant): number | null {
  return row.observedSince === null ? null : Math.floor(between(row.observedSince, asOf) / DAY);
}

function isSamePair(left: EffectiveAccess, right: EffectiveAccess): boolean {
  return left.accountId === right.accountId && heldArn(left) === heldArn(right);
}

function adviceByUse({ row, allOfPerson, asOf }: AdviceInput): Advice {
  const observed = observedDays(row, asOf);
  if (observed === null || row.observedSince === null) {
    return { recommendation: "needs-person", reasons: ["Use in this account was never observed."] };
  }
  const quiet = Math.floor(
    between(latest(row.lastUsedAt, row.grantedAt, row.observedSince)!, asOf) / DAY,
  );
  if (quiet >= UNUSED_DAYS) {
    const reason =
      row.lastUsedAt === null
        ? `Not used in ${days(quiet)} of observation.`
        : `Last used ${days(quiet)} ago.`;
    return { recommendation: "revoke", reasons: [reason] };
  }
  if (row.lastUsedAt === null) {
    const fresh = row.grantedAt !== null && row.grantedAt >= row.observedSince;
    return fresh
      ? { recommendation: "keep", reasons: [`Granted ${days(quiet)} ago and not used yet.`] }
      : {
          recommendation: "needs-person",
          reasons: [
            `No use seen, but use is observed for ${days(observed)} only: too short to call it unused.`,
          ],
        };
  }
  if (quiet >= QUIET_DAYS) {
    return {
      recommendation: row.administrator === true ? "needs-person" : "keep",
      reasons: [`Last used ${days(quiet)} ago.`],
    };
  }
  return (
    smallerWay(row, allOfPerson) ?? {
      recommendation: "keep",
      reasons: [`Used ${times(row.uses30d)} in 30 days.`],
    }
  );
}

/** Used access that a smaller grant would serve; null where none is known. */
function smallerWay(row: EffectiveAccess, allOfPerson: readonly EffectiveAccess[]): Advice | null {
  const group = allOfPerson.find(
    (other) => isSamePair(other, row) && other.path[0]?.kind === "group",
  )?.path[0];
  if (row.path[0]?.kind === "assignment" && group !== undefined) {
    const reason = `The group ${group.name} gives the same access: the direct assignment can go.`;
    return { recommendation: "reduce", reasons: [reason, "Use cannot be told apart by path."] };
  }
  const lesser = allOfPerson.find(
    (other) => other.accountId === row.accountId && other.administrator === false,
  );
  if (row.administrator === true && row.uses30d <= RARE_USES && lesser !== undefined) {
    return {
      recommendation: "reduce",
      reasons: [
        `Administrator access used ${times(row.uses30d)} in 30 days; ${heldName(lesser)} in the same account is no administrator's.`,
      ],
    };
  }
  return null;
}

/** Never throws; the same input gives the same advice. */
export function advise(input: AdviceInput): Advice {
  const { row, status, findings, openSessionsOfPerson } = input;
  if (status === "disabled") {
    const alive =
      openSessionsOfPerson > 0
        ? [`${openSessionsOfPerson} of their sessions may still be alive.`]
        : [];
    return {
      recommendation: "revoke",
      reasons: ["The person is disabled in the directory.", ...alive],
    };
  }
  const byUse = adviceByUse(input);
  const serious = findings.filter(({ severity }) => severity === "high" || severity === "critical");
  if (serious.length > 0 && row.administrator !== false) {
    const reason = `${serious.length === 1 ? "A serious finding about this person is" : `${serious.length} serious findings about this person are`} open.`;
    return {
      recommendation: byUse.recommendation === "revoke" ? "revoke" : "needs-person",
      reasons: [reason, ...byUse.reasons],
    };
  }
  if (row.administrator === null) {
    const reason =
      "Whether this is administrator access could not be told: a policy could not be read.";
    return byUse.recommendation === "keep"
      ? { recommendation: "needs-person", reasons: [reason, ...byUse.reasons] }
      : { recommendation: byUse.recommendation, reasons: [...byUse.reasons, reason] };
  }
  return byUse;
}
