/**
 * Hard ends of role credentials. Once they are handed out no action of Identity Center shortens them, so their end is what the
 * issuing record states, else the longest that AWS issues. An end that a later call disproves is not kept.
 */
import type { SessionEnd, SessionSettings } from "../../session.ts";
import { HOUR, MINUTE, plus, SECOND } from "../../time.ts";
import { lastSeen, type Draft } from "../draft.ts";
import { longestIssued } from "../issued-durations.ts";

/** AWS: a permission set's session lasts at most 12 hours, and so does that of any other role. */
export const LONGEST_ROLE_SESSION = 12 * HOUR;

/** AWS: IAM User Guide, role chaining "limits your session to a maximum of one hour". */
export const LONGEST_CHAINED_SESSION = HOUR;

export const LONGEST_PERMISSION_SET = "longest role session of a permission set (12 h)";
export const DURATION_OF_SET = "session duration of the permission set at issue";
export const LONGEST_OTHER_ROLE = "longest role session (12 h)";

/** Clocks of AWS's services differ by seconds. */
const GRACE = MINUTE;

/** AWS: AssumeRoleWithSAML and AssumeRole, DurationSeconds, 900 to 43,200. Anything else states no end. */
export function isRoleDuration(seconds: number | null): seconds is number {
  return seconds !== null && seconds >= 900 && seconds * SECOND <= LONGEST_ROLE_SESSION;
}

export interface RoleEnd {
  /** What records of the issue say, or null. */
  readonly stated: SessionEnd | null;
  /** The bound without a record, in milliseconds, and where it comes from. */
  readonly longest: number;
  readonly limitedBy: string;
}

/**
 * The bound of a permission set's session without a record of its issue: what counted for the set then, else the longest that AWS
 * lets any set have.
 */
export function longestOfSet(
  { permissionSetName, accountId, startedAt }: Draft,
  { permissionSets = [] }: SessionSettings,
): Pick<RoleEnd, "longest" | "limitedBy"> {
  const seconds = longestIssued(permissionSets, permissionSetName, accountId, startedAt);
  return seconds === null
    ? { longest: LONGEST_ROLE_SESSION, limitedBy: LONGEST_PERMISSION_SET }
    : { longest: seconds * SECOND, limitedBy: DURATION_OF_SET };
}

/** Puts the end on the draft, whose evidence is complete. */
export function setRoleEnd(draft: Draft, { stated, longest, limitedBy }: RoleEnd): void {
  const bound = { at: plus(draft.startedAt, longest), limitedBy, certainty: "at-most" } as const;
  const longestOfAll = {
    at: plus(draft.startedAt, LONGEST_ROLE_SESSION),
    limitedBy: LONGEST_OTHER_ROLE,
    certainty: "at-most",
  } as const;
  const used = lastSeen(draft);
  const ends: SessionEnd[] = [...(stated === null ? [] : [stated]), bound, longestOfAll];
  const end = ends.find(({ at }) => at !== null && used <= plus(at, GRACE));
  if (end !== undefined) {
    draft.endsAt = end;
    return;
  }
  draft.endsAt = { at: null, limitedBy: `${limitedBy}, disproved`, certainty: "unknown" };
  draft.unknownReason = `it was used at ${used}, longer after it was issued than AWS lets a role session live`;
}
