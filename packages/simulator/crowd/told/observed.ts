/**
 * What an observer of a crowd's shown records sees of one person's sessions, and which portal sessions could be in use at an instant.
 * Knows nothing of what was not shown.
 */
import type { Session, Stage } from "../../lives/stage.ts";
import { DAY, HOUR, SECOND } from "../../random.ts";
import type { CrowdKind } from "../plan.ts";
import type { Shown } from "../shown.ts";
import type { NoiseProfile } from "../profile.ts";

/** Clocks of two services differ by a few seconds, and the portal takes a second to assume the role. */
export const AROUND = 5 * SECOND;
export interface Life {
  session: Session;
  kind: CrowdKind;
  /** Shown records of its own, in order: with its credential, or that made it. */
  own: Shown[];
  /** The shown call that handed it out. */
  vend: Shown | null;
}

/** Everything of one person. */
export interface Histories {
  stage: Stage;
  profile: NoiseProfile;
  lives: Life[];
  byKey: ReadonlyMap<string, Life>;
  /** Keys of chained sessions whose AssumeRole was shown and names nobody. */
  unkept: ReadonlySet<string>;
  /** By key of an `aws login`: the sign-in session that its records name. */
  signInSessions: ReadonlyMap<string, string | null>;
}

/** Whether anything of the session was seen by then. */
export const wasSeenBefore = (life: Life, first: Shown): boolean =>
  life.own.some((one) => one.at <= first.at + AROUND);

/**
 * Neither over nor signed out, nor replaced: the same browser signed in anew, after a night, and the older session was not used
 * since. Two that begin on one morning may be two devices, and where two like browsers were ever seen in turns there are two.
 */
export function isOpen({ lives }: Histories, life: Life, at: number): boolean {
  const { session } = life;
  if (session.hardEndAt <= at || at - session.startAt > 7 * DAY) return false;
  if (life.own.some(({ record, at: when }) => record["eventName"] === "Logout" && when <= at))
    return false;
  const used = Math.max(...life.own.filter((one) => one.at <= at + AROUND).map((one) => one.at));
  const like = lives.filter(
    (other) =>
      other.session.kind === "portal" &&
      other.session.ip === session.ip &&
      other.session.userAgent === session.userAgent,
  );
  if (like.some((one) => like.some((other) => isInTurns(one, other)))) return true;
  return !like.some(
    (other) =>
      other !== life &&
      other.session.startAt >= used + 8 * HOUR &&
      other.own.some((one) => one.at <= at),
  );
}

/** The one was used before and after a use of the other. */
function isInTurns(one: Life, other: Life): boolean {
  if (one === other) return false;
  const times = one.own.map(({ at }) => at);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  return other.own.some(({ at }) => first < at && at < last);
}
